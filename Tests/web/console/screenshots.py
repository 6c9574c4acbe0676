"""Makes a picture of every view, light and dark, wide and narrow. usage: screenshots.py FOLDER"""

import os
import pathlib
import sys
import tempfile
import time

# The browser's own choice of a typeface depends on the machine; the pictures shall not.
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><include>/etc/fonts/fonts.conf</include>
RULES</fontconfig>""".replace("RULES", "".join(
    f'<match target="pattern"><test name="family"><string>{family}</string></test>'
    '<edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit></match>'
    for family in ("system-ui", "sans", "sans-serif")))
fonts = tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False)
fonts.write(FONTS)
fonts.close()
os.environ["FONTCONFIG_FILE"] = fonts.name

from PIL import Image  # noqa: E402

import desk as desks  # noqa: E402

SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
LIMIT = 150_000
ASKED = "DELETE_SHOT"

DELETE = """\
action: delete-shot
on: DELETE_SHOT
confirm: SHOT_DELETED
description: Takes a shot off the disk.
parameters:
  shot: {type: string, maxLength: 40}
steps:
  - id: remove
    process: {argv: [HOME/bin/publish, "{shot}"]}
"""


def prepare(desk):
    desk.write("actions/delete.yaml", DELETE)
    for client, origin in (("dashboard", "https://studio.example"), ("wallboard", "https://screens.studio.example"), ("render-farm", None)):
        desk.run("token", "create", client, *(["--origin", origin] if origin else []))
    for number in range(1, 25):
        desk.send("CREATE_RESOURCE", {"name": f"Project_{number:03}", "user": ["John", "Mira", "Ada"][number % 3], "shots": number % 5})
    for shot in ("sq01_sh010", "sq01_sh030"):
        desk.send("PUBLISH_SHOT", {"shot": shot})
    desk.open_gate("sq02_sh020", "fail")
    desk.send("RENDER_SHOT", {"shot": "sq02_sh020", "frames": 6, "quality": "final"})
    desk.send(ASKED, {"shot": "sq01_sh040"})


def later(desk):
    """What is to happen while the page looks on."""
    for shot, frames in (("sq01_sh010", 48), ("sq03_sh110", 12)):
        desk.send("RENDER_SHOT", {"shot": shot, "frames": frames})
    for number in range(25, 31):
        desk.send("CREATE_RESOURCE", {"name": f"Project_{number:03}", "user": "Mira"}, wait=True)


def open_event(browser, state):
    browser.wait(lambda: browser.find(f".row:not([hidden]) [data-state={state}]"), f"an event that is {state}")
    browser.driver.execute_script(
        "document.querySelector(arguments[0]).closest('.row').querySelector('.cell-type').click()", f".row:not([hidden]) [data-state={state}]")
    browser.wait(lambda: browser.find(".detail .timeline"), "the event's life")


def dry_run(browser):
    browser.wait(lambda: browser.find(".form input"), "the form")
    browser.fill("name", "Long_Way_Home")
    browser.fill("user", "Mira")
    browser.click_button("Dry run")
    browser.wait(lambda: browser.find(".plan .steps"), "the plan")


def explain(browser):
    browser.wait(lambda: browser.find(".access table"), "the tables")
    browser.fill("Event type", "CREATE_RESOURCE")
    browser.fill("Client", "wallboard")
    browser.click_button("Explain")
    browser.wait(lambda: browser.find(".explain + div > *"), "an answer")


def message(browser):
    browser.wait(lambda: browser.find(".row:not([hidden]) .cell-type"), "a message")
    browser.driver.execute_script("document.querySelectorAll('.messages .grid-body .row:not([hidden])')[2].click()")


SCENES = [
    ("now", "#/now", None), ("queue", "#/queue", None), ("event", "#/queue", lambda browser: open_event(browser, "failed")),
    ("running", "#/queue", lambda browser: open_event(browser, "running")), ("actions", "#/actions/CREATE_RESOURCE", dry_run),
    ("events", "#/events", None), ("access", "#/access", explain), ("debug", "#/debug", message),
]


def save(browser, path):
    time.sleep(0.4)  # The pictures need no more than what has settled.
    browser.driver.save_screenshot(str(path))
    picture = Image.open(path).convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)
    return path.stat().st_size


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    with desks.Desk(asks=ASKED) as desk, desks.Browser() as browser:
        prepare(desk)
        browser.sign_in(desk)
        later(desk)
        for colours in ("light", "dark"):
            browser.colours(colours == "dark")
            for size, (width, height) in SIZES.items():
                browser.resize(width, height)
                for name, place, act in SCENES:
                    browser.go("#/now")
                    browser.go(place)
                    if act:
                        act(browser)
                    path = folder / f"{name}-{size}-{colours}.png"
                    bytes = save(browser, path)
                    print(f"{path}  {bytes // 1024} KiB{'  too large' if bytes > LIMIT else ''}", flush=True)
        browser.driver.get(f"http://127.0.0.1:{desk.port}/?fresh")
        browser.driver.execute_script("sessionStorage.clear()")
        browser.driver.get(f"http://127.0.0.1:{desk.port}/")
        browser.wait(lambda: browser.find(".sign-in"), "the page to sign in")
        save(browser, folder / "sign-in.png")
        for complaint in browser.complaints():
            print("complaint:", complaint)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
