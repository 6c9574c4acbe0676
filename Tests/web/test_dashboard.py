"""Drives the example dashboard in a real browser against the real bridge."""

import functools
import http.server
import os
import pathlib
import shutil
import tempfile
import threading
import unittest

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from bridge import Bridge, DashboardServer, until

PATIENCE = 60
ROOT = pathlib.Path(__file__).resolve().parents[2]


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def browser(profile):
    options = Options()
    options.binary_location = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run", f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(os.environ.get("CHROMEDRIVER", "/usr/bin/chromedriver")))


class DashboardTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.profile = tempfile.mkdtemp(prefix="profile-")
        cls.browser = browser(cls.profile)

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()
        shutil.rmtree(cls.profile, ignore_errors=True)

    def setUp(self):
        self.bridge = Bridge()
        self.addCleanup(self.bridge.remove)

    def open(self, origin_of_token=None, *more):
        """Opens the dashboard, signed in with a token for its origin, or for another."""
        # The origin is known once the server has a port; the token that it hands out comes after.
        server = DashboardServer(self.bridge.port)
        self.addCleanup(server.remove)
        self.server = server
        self.browser.get(server.origin)
        token = self.bridge.token("--origin", origin_of_token or server.origin, *more)
        self.sign_in(token)
        return server

    def sign_in(self, token):
        self.browser.execute_script(
            "localStorage.setItem('tracker.settings', JSON.stringify({port: arguments[0], token: arguments[1]}))", self.bridge.port, token)
        self.browser.refresh()

    def test_the_client_knows_the_port_of_the_bridge_it_came_from_and_takes_no_other_server_for_one(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        shutil.copy(ROOT / "web" / "client.js", folder.name)
        handler = functools.partial(QuietHandler, directory=folder.name)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        origin = f"http://127.0.0.1:{server.server_port}"
        self.bridge.token("--origin", origin)
        self.browser.get(origin)
        addresses = [
            self.browser.execute_async_script(
                """const [from, done] = arguments;
                import(from).then(({ connect }) => {
                  const bridge = connect({ outbox: 'memory' });
                  done(bridge.diagnostics().url);
                  bridge.close();
                }, done);""", module)
            for module in ("/client.js", f"http://127.0.0.1:{self.bridge.port}/client.js", f"http://localhost:{self.bridge.port}/client.js")]
        self.assertEqual(addresses, ["http://127.0.0.1:7420"] + [f"http://127.0.0.1:{self.bridge.port}"] * 2)

    # What a person sees

    def find(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector):
        # One script, as rows may change between two calls.
        return self.browser.execute_script("return document.querySelector(arguments[0])?.textContent ?? ''", selector)

    def wait_for(self, selector, words):
        try:
            WebDriverWait(self.browser, PATIENCE, poll_frequency=0.05).until(lambda _: words in self.text(selector))
        except Exception:
            raise AssertionError(f"{selector} shows {self.text(selector)[:500]!r}, not {words!r}; log: {self.browser.get_log('browser')[-5:]}") from None

    def row(self, item):
        return f'tr[data-item="{item}"]'

    def start(self, item):
        self.find(f"{self.row(item)} .start").click()

    def shows(self, item, words):
        self.wait_for(f"{self.row(item)} .badge", words)

    def test_an_event_survives_the_bridge_being_killed_while_it_runs(self):
        self.bridge.close_gate()
        self.open()
        self.wait_for("#connection", "Connected")
        self.start("p1")
        self.shows("p1", "Running")
        self.wait_for(f"{self.row('p1')} + .log", "begun Northern_Lights")
        self.bridge.kill()
        self.wait_for("#connection", "off")
        self.wait_for("#notice", "deskbridge status")
        self.bridge.serve()
        self.wait_for("#connection", "Connected")
        self.bridge.open_gate()
        self.shows("p1", "Done")
        self.wait_for(f"{self.row('p1')} .folder", "/desk/Northern_Lights")
        self.assertEqual([event["state"] for event in self.bridge.events()], ["succeeded"])

    def test_what_is_started_offline_outlives_the_tab_and_runs_once(self):
        server = self.open()
        self.wait_for("#connection", "Connected")
        self.bridge.kill()
        self.wait_for("#connection", "off")
        self.start("p1/sh010")
        self.start("p2")
        self.shows("p2", "Waits for the bridge")
        old = self.browser.current_window_handle
        self.browser.switch_to.new_window("tab")
        new = self.browser.current_window_handle
        self.browser.switch_to.window(old)
        self.browser.close()
        self.browser.switch_to.window(new)
        self.bridge.serve()
        self.browser.get(server.origin)
        self.shows("p1/sh010", "Done")
        self.shows("p2", "Done")
        self.wait_for(f"{self.row('p2')} + .log", "kept from before")
        self.browser.refresh()
        self.wait_for("#connection", "Connected")
        self.shows("p2", "Done")
        self.assertEqual(sorted(event["payload"]["name"] for event in self.bridge.events()), ["Harbour", "Northern_Lights_sh010"])

    def test_a_tab_that_closes_leaves_its_events_to_another(self):
        server = self.open()
        self.wait_for("#connection", "Connected")
        first = self.browser.current_window_handle
        self.browser.switch_to.new_window("tab")
        second = self.browser.current_window_handle
        self.browser.get(server.origin)
        self.wait_for("#connection", "Connected")
        self.bridge.kill()
        self.browser.switch_to.window(first)
        self.wait_for("#connection", "off")
        self.start("p3")
        self.shows("p3", "Waits for the bridge")
        self.browser.close()
        self.browser.switch_to.window(second)
        self.shows("p3", "Waits for the bridge")
        self.bridge.serve()
        self.shows("p3", "Done")
        self.assertEqual(len(self.bridge.events()), 1)

    def test_two_tabs_both_show_what_one_of_them_started(self):
        server = self.open()
        self.wait_for("#connection", "Connected")
        first = self.browser.current_window_handle
        self.browser.switch_to.new_window("tab")
        second = self.browser.current_window_handle
        self.browser.get(server.origin)
        self.wait_for("#connection", "Connected")
        self.start("p3")
        self.shows("p3", "Done")
        self.browser.switch_to.window(first)
        self.shows("p3", "Done")
        self.browser.close()
        self.browser.switch_to.window(second)
        self.assertEqual(len(self.bridge.events()), 1)

    def test_a_revoked_token_asks_for_a_new_one_and_goes_on(self):
        server = self.open()
        self.wait_for("#connection", "Connected")
        self.bridge.command("token", "revoke", "dashboard")
        self.wait_for("#connection", "Not signed in")
        self.wait_for("#notice", "revoked")
        self.wait_for("#command", f"--origin {server.origin}")
        self.start("p2")
        self.shows("p2", "Waits for the bridge")
        self.find("#token").send_keys(self.bridge.token("--origin", server.origin))
        self.find("#sign-in button").click()
        self.wait_for("#connection", "Connected")
        self.shows("p2", "Done")

    def test_a_refused_origin_is_told_what_to_do(self):
        server = self.open("https://studio.example")
        self.wait_for("#connection", "Not signed in")
        self.wait_for("#notice", "deskbridge token create")
        self.wait_for("#notice", server.origin)

    def test_an_origin_of_another_token_is_told_what_to_do(self):
        server = self.open("https://studio.example")
        self.bridge.token("--origin", server.origin, client="other")
        self.browser.refresh()
        self.wait_for("#connection", "Not signed in")
        self.wait_for("#notice", server.origin)

    def test_a_bridge_that_is_off_is_told_from_one_that_refuses(self):
        token = self.bridge.token()
        self.bridge.kill()
        server = DashboardServer(self.bridge.port)
        self.addCleanup(server.remove)
        self.browser.get(server.origin)
        self.wait_for("#notice", "No token was given")
        self.sign_in(token)
        self.wait_for("#connection", "off")
        self.wait_for("#notice", f"No bridge answers at 127.0.0.1:{self.bridge.port}")

    def test_the_address_that_the_server_prints_signs_in_once(self):
        token = self.bridge.token("--origin", "http://127.0.0.1:1")
        server = DashboardServer(self.bridge.port, token)
        self.addCleanup(server.remove)
        self.browser.get(server.address)
        self.wait_for("#notice", server.origin)
        self.assertNotIn("code", self.browser.current_url)
        self.assertEqual(self.browser.execute_script("return JSON.parse(localStorage['tracker.settings']).token"), token)
        again = self.browser.execute_async_script(
            "const done = arguments[1]; fetch('settings', {method: 'POST', body: arguments[0]}).then(r => done(r.status))",
            server.address.partition("code=")[2])
        self.assertEqual(again, 404)

    def test_hostile_names_are_shown_as_text(self):
        self.open()
        self.wait_for("#connection", "Connected")
        script = "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 2'>"
        hostile = [script, "abc\u202egnp.exe\u2066\u200b", "<b>" + "W" * 60000, "W" * 65536]
        items = []
        for name in hostile:
            items.append(self.browser.execute_script(
                """
                document.querySelector('#name').value = arguments[0];
                document.querySelector('#new-project').requestSubmit(document.querySelector('#new-project button'));
                const item = [...document.querySelectorAll('tr.project')].at(-1).dataset.item;
                document.querySelector(`tr[data-item="${item}"] .start`).click();
                return item;
                """, name))
            # Items are named by the clock.
            until(lambda: self.browser.execute_script("return Date.now() > Number(arguments[0].slice(1))", items[-1]), "a new millisecond")
        for item in items[:3]:
            self.shows(item, "Done")
        self.shows(items[3], "Refused")
        self.wait_for(f"{self.row(items[3])} .folder", "larger than the bridge takes")
        self.assertIn(script, self.text(f"{self.row(items[0])} th"))
        self.assertIn(script, self.text(f"{self.row(items[0])} .folder"))
        self.assertIn(script, self.text(f"{self.row(items[0])} + .log"))
        self.assertIn("abc‹U+202E›gnp.exe‹U+2066›‹U+200B›", self.text(f"{self.row(items[1])} th"))
        self.assertIn("(60,003 characters)", self.text(f"{self.row(items[2])} th"))
        self.assertEqual(self.browser.execute_script("return [typeof window.pwned, document.querySelectorAll('main script, main img, th b').length]"), ["undefined", 0])
        self.assertTrue(self.browser.execute_script("return document.documentElement.scrollWidth <= innerWidth"), "nothing widens the page")
        self.assertLess(self.browser.execute_script("return document.querySelector('main').innerText.length"), 40000)


if __name__ == "__main__":
    unittest.main(verbosity=2)
