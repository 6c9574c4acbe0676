"""A bridge with a home of its own, and a browser that looks at its console. What the browser tests and the screenshots are made with."""

import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

ROOT = pathlib.Path(__file__).resolve().parents[3]

CREATE = """\
action: create-resource
on: CREATE_RESOURCE
confirm: RESOURCE_CREATED
description: Makes the project's folders and starts its repository.
parameters:
  name: {type: string, pattern: "[A-Za-z][A-Za-z0-9_-]*", maxLength: 64, examples: [Project_001]}
  user: {type: string, maxLength: 80, description: "Who works on it"}
  shots: {type: integer, minimum: 0, maximum: 500, default: 2}
steps:
  - id: project
    folder:
      root: HOME/Projects
      name: "{name|slug}"
      tree: ["assets/{textures,models}", "shots/sh{1..shots:03}", {"README.md": "# {name}\\nFor {user}.\\n"}]
  - id: repository
    process: {argv: [/usr/bin/git, init, --quiet, --, "{steps.project.path}"], timeout: 30s}
    safeToRepeat: true
  - id: notify
    dbus:
      bus: session
      destination: org.freedesktop.Notifications
      path: /org/freedesktop/Notifications
      interface: org.freedesktop.Notifications
      member: Notify
      signature: susssasa{sv}i
      arguments: ["Deskbridge", 0, "folder", "{name} is ready", "For {user}", [], {}, 5000]
    optional: true
result: {name: "{name}", path: "{steps.project.path}"}
retry: {attempts: 3, initial: 1s}
"""

# The program waits for a file to appear, so that a test decides when it ends.
RENDER = """\
action: render
on: RENDER_SHOT
confirm: SHOT_RENDERED
description: Renders a shot, with live output.
parameters:
  shot: {type: string, pattern: "[a-z0-9_]+", maxLength: 40, examples: [sq01_sh010]}
  frames: {type: integer, minimum: 1, maximum: 10000, default: 24}
  quality: {type: string, enum: [draft, final], default: draft}
steps:
  - id: frames
    process: {argv: [HOME/bin/render, "{shot}", "{frames}"], timeout: 10m}
    safeToRepeat: true
result: {shot: "{shot}"}
retry: {attempts: 3, initial: 30s}
"""

# Not safe to repeat: cut off in the middle, nobody can tell what became of it.
ARCHIVE = """\
action: archive
on: ARCHIVE_SHOT
confirm: SHOT_ARCHIVED
description: Moves a shot to the archive.
parameters:
  shot: {type: string, pattern: "[a-z0-9_]+", maxLength: 40}
steps:
  - id: move
    process: {argv: [HOME/bin/render, "{shot}", "1"], timeout: 10m}
"""

RENDER_PROGRAM = """\
#!/usr/bin/python3
import os, sys, time
shot, frames = sys.argv[1], int(sys.argv[2])
gate = os.path.join(os.path.dirname(sys.argv[0]), "..", "gates", shot)
for frame in range(1, frames + 1):
    print(f"frame {frame:04} of {frames}: 1920x1080, 64 samples, {2 + frame % 7 / 10:.1f} s", flush=True)
while not os.path.exists(gate): time.sleep(0.05)
if open(gate).read().strip() == "fail":
    print("Error: out of memory while loading textures/rock_4k.exr", file=sys.stderr, flush=True)
    sys.exit(1)
print("done", flush=True)
"""

ECHO = """\
action: echo
on: ECHO_TEXT
confirm: TEXT_ECHOED
description: Writes a text back.
parameters:
  text: {type: string, maxLength: 60000}
steps:
  - id: write
    process: {argv: [/usr/bin/printf, "%s", --, "{text}"]}
    safeToRepeat: true
result: {text: "{text}"}
"""

FAIL = """\
action: publish
on: PUBLISH_SHOT
confirm: SHOT_PUBLISHED
description: Publishes a shot to the review folder.
parameters:
  shot: {type: string, maxLength: 40}
steps:
  - id: copy
    process: {argv: [HOME/bin/publish, "{shot}"]}
    safeToRepeat: true
retry: {attempts: 1}
"""

PUBLISH_PROGRAM = """\
#!/usr/bin/python3
import os, sys
print("checking", sys.argv[1], flush=True)
if os.path.exists(os.path.join(os.path.dirname(sys.argv[0]), "..", "gates", "review")): sys.exit(0)
print("The review folder is not mounted.", file=sys.stderr, flush=True)
sys.exit(3)
"""

POLICY = """\
rules:
  - {RULE_ASK, clients: [dashboard, console, local]}
  - {allow: ["*"], clients: [local, console, dashboard], origins: [none, "http://127.0.0.1:PORT", "https://studio.example"]}
visibility:
  - {client: wallboard, sees: [dashboard]}
grants:
  executables: [/usr/bin/git, /usr/bin/printf, HOME/bin/render, HOME/bin/publish]
  folders: [HOME/Projects]
  dbus: ["session org.freedesktop.Notifications org.freedesktop.Notifications.Notify"]
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def program():
    named = os.environ.get("DESKBRIDGE")
    if named:
        return named
    folder = subprocess.run(["swift", "build", "--show-bin-path"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    return os.path.join(folder, "deskbridge")


class Desk:
    """A running bridge. Use it in a `with`."""

    def __init__(self, asks=None, home=None):
        self.asks = asks
        self.program = program()
        self.home = pathlib.Path(home or tempfile.mkdtemp(prefix="deskbridge-console-"))
        if home:
            self.home.mkdir(mode=0o700)
        self.port = free_port()
        self.process = None

    def __enter__(self):
        for name in ("actions", "policies", "bin", "gates", "Projects"):
            (self.home / name).mkdir()
        for name, text in (("create", CREATE), ("render", RENDER), ("echo", ECHO), ("publish", FAIL), ("archive", ARCHIVE)):
            self.write(f"actions/{name}.yaml", text)
        ask = f"ask: [{self.asks}], timeout: 10m" if self.asks else "deny: [NOTHING]"
        self.write("policies/default.yaml", POLICY.replace("RULE_ASK", ask).replace("PORT", str(self.port)))
        for name, text in (("render", RENDER_PROGRAM), ("publish", PUBLISH_PROGRAM)):
            self.write(f"bin/{name}", text)
            (self.home / "bin" / name).chmod(0o755)
        self.write("deskbridge.yaml", f"listen: {{port: {self.port}}}\n")
        self.start()
        return self

    def __exit__(self, *_):
        self.kill(signal.SIGTERM)
        shutil.rmtree(self.home, ignore_errors=True)

    def write(self, name, text):
        path = self.home / name
        path.write_text(text.replace("HOME", str(self.home)))
        path.chmod(0o600)

    def start(self):
        environment = {**os.environ, "HOME": str(self.home)}
        environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
        with open(self.home / "log", "ab") as log:
            self.process = subprocess.Popen([self.program, "serve", "--home", self.home], env=environment, stdout=log, stderr=log)
        until(lambda: self.process.poll() is not None or self.run("status", check=False).returncode == 0, "the bridge answers")
        assert self.process.poll() is None, (self.home / "log").read_text()

    def kill(self, how=signal.SIGKILL):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def run(self, *arguments, check=True):
        return subprocess.run([self.program, *arguments, "--home", str(self.home)], capture_output=True, text=True, check=check, timeout=60)

    def send(self, type, payload, wait=False):
        arguments = ["send", type, "--payload", json.dumps(payload), "--format", "json"]
        return self.run(*arguments, *([] if wait else ["--no-wait"]), check=False)

    def open_gate(self, shot, how="pass"):
        (self.home / "gates" / shot).write_text(how)

    def ask(self, method, path, body=None):
        """Asks on the control socket, as the owner of the machine."""
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self.home / "run" / "control.sock"))
        try:
            connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
            return json.load(connection.getresponse())
        finally:
            connection.close()

    @contextlib.contextmanager
    def pairing(self):
        """`deskbridge pair --console`, with the code it shows. Write the answer to its `stdin`."""
        process = subprocess.Popen(
            [self.program, "pair", "--console", "--home", str(self.home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        with process:
            try:
                yield process, process.stdout.readline().strip()
            finally:
                process.kill()

    def url(self):
        return self.run("console", "--print").stdout.strip()


def until(condition, what, timeout=15):
    """Waits for what another process does, and gives what `condition` gave."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"It did not come to this in {timeout} s: {what}")
        time.sleep(0.05)


class Browser:
    """Chromium without a window."""

    def __init__(self, width=1440, height=900, dark=False, downloads=None):
        options = Options()
        options.binary_location = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb"):
            options.add_argument(argument)
        options.add_argument(f"--window-size={width},{height}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        if downloads:
            options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
        self.driver = webdriver.Chrome(options=options, service=Service(os.environ.get("CHROMEDRIVER", "/usr/bin/chromedriver")))
        self.resize(width, height)
        self.colours(dark)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()

    def resize(self, width, height):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def colours(self, dark, calm=True):
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        if calm:
            features.append({"name": "prefers-reduced-motion", "value": "reduce"})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def sign_in(self, desk, place="#/now"):
        # A console that is open stays what it is until the ticket is taken, and then loads itself again.
        self.driver.execute_script("window.isBefore = true")
        self.driver.get(desk.url())
        self.wait(lambda: not self.driver.execute_script("return window.isBefore") and self.find("#connection[data-connection=connected]"), "signed in")
        self.go(place)

    def go(self, place):
        self.driver.execute_script("location.hash = arguments[0]", place)
        view = place.removeprefix("#/").split("/")[0].split("?")[0]
        self.wait(lambda: self.find(f"main[data-view={view}] h1"), f"the view {view} is shown")

    def find(self, selector):
        found = self.driver.find_elements(By.CSS_SELECTOR, selector)
        return found[0] if found else None

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector="main"):
        return self.driver.execute_script("return document.querySelector(arguments[0])?.textContent ?? ''", selector)

    def wait(self, condition, what, timeout=15):
        return WebDriverWait(self.driver, timeout, poll_frequency=0.05, ignored_exceptions=(Exception,)).until(lambda _: condition(), what)

    def wait_for_text(self, text, selector="main", timeout=15):
        self.wait(lambda: text in self.text(selector), f"“{text}” is shown in {selector}", timeout)

    def click(self, selector):
        self.wait(lambda: self.find(selector) and (self.find(selector).click() or True), f"{selector} can be clicked")

    def click_button(self, name, within="body"):
        def press():
            for button in self.driver.find_elements(By.CSS_SELECTOR, f"{within} button"):
                if button.is_displayed() and button.text.strip() == name:
                    self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
                    button.click()
                    return True
            return False

        self.wait(press, f"there is a button {name} in {within}")

    def fill(self, label, value, within="main"):
        def put():
            for node in self.driver.find_elements(By.CSS_SELECTOR, f"{within} label"):
                if node.text.removesuffix(" optional").strip() == label:
                    field = self.driver.find_element(By.ID, node.get_attribute("for"))
                    field.clear()
                    field.send_keys(value)
                    return True
            return False

        self.wait(put, f"there is a field {label}")

    def sign_in_again(self, desk):
        """A bridge that was started anew wants a new ticket; the page asks for it by itself."""
        self.wait_for_text("This session has ended. A session ends when the bridge is started anew")
        self.click(".sign-in summary")
        self.fill("Address or ticket", desk.url())
        self.click_button("Sign in", ".sign-in details")
        self.wait(lambda: self.find("#connection[data-connection=connected]"), "signed in again")
        # What the browser itself says of the 401 before.
        self.complaints()

    def complaints(self):
        """What the page wrote to the console of the browser as an error, without the failed connections of a bridge that is off."""
        return [
            entry["message"] for entry in self.driver.get_log("browser")
            if entry["level"] == "SEVERE" and "ERR_CONNECTION_REFUSED" not in entry["message"] and "WebSocket" not in entry["message"]
        ]
