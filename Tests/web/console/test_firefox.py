"""The console in Firefox: that it signs in, sends, hears of the end, and shows hostile words as text there too."""

import unittest

from desk import Desk
from firefox import Firefox


class FirefoxTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.desk = cls.enterClassContext(Desk())
        cls.firefox = cls.enterClassContext(Firefox())

    def setUp(self):
        # From elsewhere, so that the page is loaded anew and not only told of another place in it.
        self.firefox.get("about:blank")
        self.firefox.get(self.desk.url())
        self.firefox.wait(lambda: self.firefox.find("#connection[data-connection=connected]"), "signed in")

    def go(self, place):
        self.firefox.run("location.hash = arguments[0]", place)
        view = place.removeprefix("#/").split("/")[0]
        self.firefox.wait(lambda: self.firefox.find(f"main[data-view={view}] h1"), f"the view {view}")

    def press(self, name, within):
        found = self.firefox.run(
            """const button = [...document.querySelectorAll(`${arguments[1]} button`)].find(one => one.checkVisibility() && one.textContent.trim() === arguments[0]);
            document.querySelectorAll('[data-pressed]').forEach(one => one.removeAttribute('data-pressed'));
            button?.setAttribute('data-pressed', '');
            return Boolean(button);""", name, within)
        self.assertTrue(found, f"a button {name}")
        self.firefox.click("[data-pressed]")

    def test_sign_in_dry_run_send_output_and_confirmation(self):
        firefox, desk = self.firefox, self.desk
        self.assertNotIn("ticket", firefox.run("return location.href"))
        self.go("#/actions/RENDER_SHOT")
        firefox.wait(lambda: firefox.find(".form input"), "the form")
        field = firefox.run("return [...document.querySelectorAll('label')].find(one => one.textContent.startsWith('shot')).htmlFor")
        firefox.type(f"#{field}", "sq04_sh010")
        self.press("Dry run", "main")
        firefox.wait(lambda: "Dry run: nothing was done" in firefox.text(), "the plan")
        self.press("Send", "main")
        firefox.wait(lambda: "frame 0024 of 24" in firefox.text(".result"), "the output")
        desk.open_gate("sq04_sh010")
        firefox.wait(lambda: firefox.find(".result .detail-head .state[data-state=succeeded]"), "the confirmation")
        self.assertIn("SHOT_RENDERED", firefox.text(".result"))

    def test_what_others_wrote_is_text(self):
        firefox = self.firefox
        hostile = "<script>window.hurt = 1</script><img src=x onerror='window.hurt = 2'> safe\u202egpj.exe\u200b \u001b[31m"
        self.desk.send("ECHO_TEXT", {"text": hostile}, wait=True)
        self.go("#/events")
        firefox.wait(lambda: firefox.find(".grid-body .row:not([hidden]) .cell-type"), "the event")
        firefox.click(".grid-body .row:not([hidden]) .cell-type")
        firefox.wait(lambda: firefox.find(".detail .json"), "the payload")
        self.assertIn("<script>window.hurt = 1</script>", firefox.text(".detail"))
        self.assertIsNone(firefox.run("return window.hurt ?? null"))
        self.assertEqual(firefox.find("main script, main img"), 0)
        for character in "\u202e\u200b\u001b":
            self.assertNotIn(character, firefox.text("body"))
        self.assertIn("U+202E", firefox.text(".detail"))

    def test_each_view_fits_the_window_and_shows_something(self):
        for view in ("now", "queue", "actions", "events", "access", "audit", "debug"):
            with self.subTest(view):
                self.go(f"#/{view}")
                self.firefox.wait(lambda: len(self.firefox.text()) > 40, "something")
                self.assertLessEqual(self.firefox.run("return document.documentElement.scrollWidth - innerWidth"), 0)


if __name__ == "__main__":
    unittest.main()
