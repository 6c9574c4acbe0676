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
import scenes  # noqa: E402

SIZES = {"wide": (1440, 900), "narrow": (360, 800)}
LIMIT = 150_000
# Its name is in the pictures.
HOME = "/tmp/mira"


def save(browser, path):
    time.sleep(0.4)  # The pictures need no more than what has settled.
    browser.driver.save_screenshot(str(path))
    picture = Image.open(path).convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)
    return path.stat().st_size


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    with desks.Desk(asks=scenes.ASKED, home=HOME) as desk, desks.Browser() as browser:
        scenes.prepare(desk)
        browser.sign_in(desk)
        scenes.later(desk)
        for colours in ("light", "dark"):
            browser.colours(colours == "dark")
            for size, (width, height) in SIZES.items():
                browser.resize(width, height)
                for name, place, act in scenes.SCENES:
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
