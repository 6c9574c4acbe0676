"""Drives the React example in a real browser against the real bridge, with React's development build, whose strict mode mounts everything twice."""

import functools
import http.server
import json
import pathlib
import shutil
import sys
import tempfile
import threading
import unittest

from bridge import ROOT, Bridge, until
from test_dashboard import browser

sys.path.insert(0, str(ROOT / "examples/react"))
from vendor import modules


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


class ReactTests(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="react-"))
        self.addCleanup(shutil.rmtree, self.folder)
        for name in ("index.html", "page.js", "use-bridge.js"):
            shutil.copy(ROOT / "examples/react" / name, self.folder)
        shutil.copy(ROOT / "web/client.js", self.folder / "deskbridge-client.js")
        (self.folder / "vendor").mkdir()
        for name, text in modules(pathlib.Path("/usr/share/nodejs"), "development").items():
            (self.folder / "vendor" / name).write_text(text)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=self.folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.origin = f"http://127.0.0.1:{server.server_port}"
        self.bridge = Bridge()
        self.addCleanup(self.bridge.remove)
        self.browser = browser(self.folder / "profile")
        self.addCleanup(self.browser.quit)

    def shows(self, words):
        text = lambda: self.browser.execute_script("return document.body.innerText")
        try:
            until(lambda: words in text(), words, 60)
        except AssertionError:
            raise AssertionError(f"the page shows {text()[:800]!r}, not {words!r}; log: {self.browser.get_log('browser')[-5:]}") from None

    def start(self, name):
        self.browser.execute_script(
            """
            const input = document.querySelector('input');
            Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, arguments[0]);
            input.dispatchEvent(new Event('input', { bubbles: true }));
            """, name)
        self.browser.execute_script("document.querySelector('form').requestSubmit()")

    def test_a_component_follows_its_events_over_a_restart_of_the_bridge(self):
        self.browser.get(f"{self.origin}/vendor/react.js")
        self.browser.execute_script("sessionStorage.setItem('token', arguments[0])", self.bridge.token("--origin", self.origin))
        self.browser.get(f"{self.origin}/?port={self.bridge.port}")
        self.shows("connected, 0 done")
        self.assertEqual(json.loads(self.bridge.command("status", "--format", "json"))["connections"], 1, "strict mode makes one connection")
        self.start("Project_001")
        self.shows("/desk/Project_001")
        self.shows("begun Project_001")
        self.shows("connected, 1 done")
        self.bridge.kill()
        self.shows("offline, 1 done")
        self.start("Project_002")
        self.shows("Project_002 pending")
        self.bridge.serve()
        self.shows("/desk/Project_002")
        # The listener saw the count of the latest render, not that of the first.
        self.shows("connected, 2 done")
        self.start("x" * 70000)
        self.shows("larger than the bridge takes")
        self.assertEqual([entry for entry in self.browser.get_log("browser") if "Warning:" in entry["message"]], [], "React has nothing to warn of")


if __name__ == "__main__":
    unittest.main(verbosity=2)
