"""Sends the running bridge what docs/openapi.yaml allows and what it doesn't, and checks every answer against it."""

import json
import os
import subprocess
import sys
import pathlib
import unittest
import urllib.request

from bridge import ROOT, Bridge

EXAMPLES = os.environ.get("EXAMPLES", "12")


class OpenAPITests(unittest.TestCase):
    def setUp(self):
        self.bridge = Bridge("limits: {rate: 100000/10s, failures: 100000/1m}")
        self.addCleanup(self.bridge.remove)

    def test_the_bridge_answers_as_the_document_says(self):
        # A stream doesn't end, and what isn't an upgrade gets 426 however it asks. The next two sign somebody in: a person has to be there.
        self.check(self.bridge.token(), "--phases", "examples,coverage,fuzzing,stateful", *(
            word for operation in ("stream", "webSocket", "pair", "openSession") for word in ("--exclude-operation-id", operation)))

    def test_the_desk_gets_what_the_document_says(self):
        # Not what makes and ends tokens, or waits for a person: the session is the run's own.
        self.check(self.session(), "--phases", "examples,coverage,fuzzing", *(
            word for operation in ("getPolicy", "explainPolicy", "listAudit", "listTokens", "getStatus")
            for word in ("--include-operation-id", operation)))

    def session(self):
        ticket = self.bridge.command("console", "--print").strip().split("#ticket=")[1]
        request = urllib.request.Request(
            f"{self.bridge.url}/v1/console/session", json.dumps({"ticket": ticket}).encode(),
            {"Content-Type": "application/json", "Origin": self.bridge.url})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["token"]

    def check(self, token, *words):
        run = subprocess.run(
            [
                pathlib.Path(sys.executable).parent / "schemathesis", "run", ROOT / "docs/openapi.yaml", "--url", self.bridge.url,
                "--header", f"Authorization: Bearer {token}", *words,
                "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance",
                "--max-examples", EXAMPLES, "--seed", "1", "--request-timeout", "30", "--continue-on-failure", "--no-color", "--suppress-health-check", "all",
            ],
            capture_output=True, text=True, timeout=600, cwd=self.bridge.home)
        self.assertEqual(run.returncode, 0, run.stdout[-12000:] + run.stderr[-2000:])


if __name__ == "__main__":
    unittest.main(verbosity=2)
