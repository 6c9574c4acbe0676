"""Sends the running bridge what docs/openapi.yaml allows and what it doesn't, and checks every answer against it."""

import os
import subprocess
import sys
import pathlib
import unittest

from bridge import ROOT, Bridge

EXAMPLES = os.environ.get("EXAMPLES", "12")


class OpenAPITests(unittest.TestCase):
    def test_the_bridge_answers_as_the_document_says(self):
        bridge = Bridge("limits: {rate: 100000/10s, failures: 100000/1m}")
        self.addCleanup(bridge.remove)
        run = subprocess.run(
            [
                pathlib.Path(sys.executable).parent / "schemathesis", "run", ROOT / "docs/openapi.yaml", "--url", bridge.url,
                "--header", f"Authorization: Bearer {bridge.token()}",
                # A stream doesn't end, and what isn't an upgrade gets 426 however it asks.
                "--exclude-operation-id", "stream", "--exclude-operation-id", "webSocket",
                "--phases", "examples,coverage,fuzzing,stateful",
                "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance",
                "--max-examples", EXAMPLES, "--seed", "1", "--request-timeout", "30", "--continue-on-failure", "--no-color", "--suppress-health-check", "all",
            ],
            capture_output=True, text=True, timeout=600, cwd=bridge.home)
        self.assertEqual(run.returncode, 0, run.stdout[-12000:] + run.stderr[-2000:])


if __name__ == "__main__":
    unittest.main(verbosity=2)
