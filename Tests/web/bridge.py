"""Starts the real bridge, and the example dashboard's server, for the tests that drive a browser or check the contracts."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("DESKBRIDGE", str(ROOT / ".build/debug/deskbridge"))

# Prints a line, waits until the test takes the file away, and prints another.
GATED = """#!/bin/sh
echo "begun $1"
while [ -e "$2" ]; do sleep 0.05; done
echo "done $1"
"""

ACTION = """action: create-resource
on: CREATE_RESOURCE
confirm: RESOURCE_CREATED
parameters:
  name: {type: string, maxLength: 65536}
  user: {type: string, maxLength: 80}
  shots: {type: integer, minimum: 0, maximum: 500, default: 2}
steps:
  - id: run
    process: {argv: ["%(script)s", "{name}", "%(gate)s"]}
    safeToRepeat: true
result: {name: "{name}", path: "/desk/{name}"}
"""

POLICY = """rules:
  - {allow: ["*"], clients: ["*"], rate: 100000/10s}
grants:
  executables: ["%(script)s"]
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, what, seconds=30):
    """Asks again and again; for what tells nobody when it changes."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not happen within {seconds} s")


class Bridge:
    def __init__(self, settings=""):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="bridge-"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None
        script, self.gate = self.home / "gated.sh", self.home / "gate"
        places = {"script": script, "gate": self.gate}
        (self.home / "actions").mkdir()
        (self.home / "policies").mkdir()
        self.write("deskbridge.yaml", f"listen: {{port: {self.port}, addresses: [127.0.0.1]}}\nlog: {{level: warning}}\n{settings}\n")
        self.write("actions/create-resource.yaml", ACTION % places)
        self.write("policies/tests.yaml", POLICY % places)
        self.write("gated.sh", GATED)
        script.chmod(0o755)
        self.serve()

    def write(self, name, text):
        (self.home / name).write_text(text)

    def serve(self):
        self.process = subprocess.Popen([BINARY, "serve", "--home", self.home], stderr=subprocess.DEVNULL, start_new_session=True)
        until(self.is_up, "the start of the bridge")

    def is_up(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the bridge ended with {self.process.returncode}")
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def command(self, *words):
        return subprocess.run([BINARY, *words, "--home", self.home], check=True, capture_output=True, text=True).stdout

    def token(self, *more, client="dashboard"):
        return self.command("token", "create", client, "--rate", "100000/10s", *more).strip()

    def events(self):
        return json.loads(self.command("events", "list", "--format", "json"))["events"]

    def close_gate(self):
        self.gate.touch()

    def open_gate(self):
        self.gate.unlink(missing_ok=True)

    def remove(self):
        self.open_gate()
        self.kill()
        shutil.rmtree(self.home, ignore_errors=True)


class DashboardServer:
    def __init__(self, bridge_port, token=None):
        environment = {**os.environ, "DESKBRIDGE_TOKEN": token or ""}
        self.process = subprocess.Popen(
            [sys.executable, ROOT / "examples/dashboard/serve.py", "--port", "0", "--bridge-port", str(bridge_port)],
            stdout=subprocess.PIPE, text=True, env=environment)
        self.address = self.process.stdout.readline().strip()
        self.origin = re.match(r"http://[^/]+", self.address)[0]

    def remove(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
