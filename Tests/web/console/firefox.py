"""Firefox without a window, driven over Marionette, the protocol that it speaks itself: Debian has no geckodriver.

Each message is its length in bytes, a colon, and a JSON array: `[0, id, command, parameters]` out, `[1, id, error, result]` back.
https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

from desk import until

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"

# Port 0: Firefox takes a free one and writes it into its profile.
SETTINGS = {
    "marionette.port": 0, "app.update.enabled": False, "browser.shell.checkDefaultBrowser": False, "datareporting.policy.dataSubmissionEnabled": False,
    "browser.startup.homepage_override.mstone": "ignore", "browser.aboutwelcome.enabled": False, "toolkit.startup.max_resumed_crashes": -1,
    "network.captive-portal-service.enabled": False, "network.connectivity-service.enabled": False,
}


class Refused(Exception):
    """What Firefox answers to a command that it does not carry out."""


class Firefox:
    def __init__(self, width=1440, height=900):
        self.profile = pathlib.Path(tempfile.mkdtemp(prefix="deskbridge-firefox-"))
        (self.profile / "user.js").write_text("".join(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in SETTINGS.items()))
        program = os.environ.get("FIREFOX", "/usr/bin/firefox-esr")
        self.process = subprocess.Popen(
            [program, "--headless", "--marionette", "--no-remote", "--profile", self.profile, "--width", str(width), "--height", str(height)],
            env={**os.environ, "HOME": str(self.profile), "MOZ_HEADLESS": "1"}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.connection = None
        try:
            port = self.profile / "MarionetteActivePort"
            until(lambda: self.process.poll() is not None or (port.exists() and port.read_text()), "Firefox listens", timeout=120)
            if self.process.poll() is not None:
                raise AssertionError(f"Firefox ended with {self.process.returncode}")
            self.connection = socket.create_connection(("127.0.0.1", int(port.read_text())), timeout=60)
            self.input = self.connection.makefile("rb")
            self.last = 0
            assert self.receive()["marionetteProtocol"] == 3
            self.ask("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {}}})
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.connection:
            self.input.close()
            self.connection.close()
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def receive(self):
        length = b""
        while not length.endswith(b":"):
            byte = self.input.read(1)
            if not byte:
                raise AssertionError("Firefox closed the connection")
            length += byte
        return json.loads(self.input.read(int(length[:-1])))

    def ask(self, command, parameters=None):
        self.last += 1
        message = json.dumps([0, self.last, command, parameters or {}]).encode()
        self.connection.sendall(b"%d:%s" % (len(message), message))
        _, number, error, result = self.receive()
        assert number == self.last
        if error:
            raise Refused(f"{error['error']}: {error['message']}")
        return result

    def get(self, url):
        self.ask("WebDriver:Navigate", {"url": url})

    def run(self, script, *arguments):
        return self.ask("WebDriver:ExecuteScript", {"script": script, "args": list(arguments)})["value"]

    def element(self, selector):
        return self.ask("WebDriver:FindElement", {"using": "css selector", "value": selector})["value"][ELEMENT]

    def click(self, selector):
        self.ask("WebDriver:ElementClick", {"id": self.element(selector)})

    def type(self, selector, text):
        self.ask("WebDriver:ElementSendKeys", {"id": self.element(selector), "text": text})

    def text(self, selector="main"):
        return self.run("return document.querySelector(arguments[0])?.textContent ?? ''", selector)

    def find(self, selector):
        return self.run("return document.querySelectorAll(arguments[0]).length", selector)

    def wait(self, condition, what):
        until(condition, f"{what}; the page shows: {self.text('body')[:2000]}", timeout=30)
