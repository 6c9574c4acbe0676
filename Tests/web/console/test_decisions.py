"""Decisions about one event and about many, and finding those to decide about, in a real browser against a real bridge."""

import http.client
import json
import os
import socket
import time

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from desk import until
from test_console import ConsoleTest

# What the page asks of the bridge, with a way to hold decisions back until the test lets them go.
LISTEN = """
window.asked = []; window.held = []; window.hold = false;
const plain = window.fetch;
window.fetch = async (target, options) => {
  const line = `${options?.method ?? 'GET'} ${new URL(target, location.href).pathname}`;
  window.asked.push(line);
  if (window.hold && line.startsWith('POST /v1/events/')) await new Promise(resolve => window.held.push(resolve));
  return plain(target, options);
};
"""


class DecisionsTest(ConsoleTest):
    def script(self, text, *arguments):
        return self.browser.driver.execute_script(text, *arguments)

    def ask_many(self, shots, type="PUBLISH_SHOT"):
        """Sends many over one connection of the owner of the machine."""
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self.desk.home / "run" / "control.sock"))
        try:
            for shot in shots:
                body = json.dumps({"type": type, "payload": {"shot": shot}, "idempotencyKey": os.urandom(8).hex()})
                while True:
                    connection.request("POST", "/v1/events", body, {"Content-Type": "application/json"})
                    answer = connection.getresponse()
                    answer.read()
                    if answer.status != 429:
                        break
                    time.sleep(float(answer.headers.get("Retry-After") or 1))
                self.assertEqual(answer.status, 202)
        finally:
            connection.close()

    def events(self, query=""):
        return self.desk.ask("GET", f"/v1/events?limit=500&{query}")["events"]

    def look(self, place):
        self.browser.go("#/now")
        self.browser.go(place)
        self.browser.wait(lambda: self.rows() or self.browser.find(".list-empty .empty"), "the list")

    def rows(self):
        return self.browser.all(".events-view .grid-body .row:not([hidden])")

    def select_all(self, words):
        self.browser.wait(lambda: self.browser.text(".bulk [data-verb=all]") == words, f"the button {words}")
        self.browser.click(".bulk [data-verb=all]")
        self.browser.wait_for_text(f"{words.split()[2]} events selected", ".bulk")

    def has_focus(self, selector):
        return self.script("return document.activeElement.matches(arguments[0])", selector)

    def notices(self):
        return self.browser.text(".notices")


class WaitingTests(DecisionsTest):
    asks = "PUBLISH_SHOT"

    def tearDown(self):
        if self.desk.process.poll() is not None:
            self.desk.start()
        for event in self.events("state=waiting"):
            self.desk.ask("POST", f"/v1/events/{event['id']}/deny", {})
        super().tearDown()

    def wait_for(self, count, query="state=waiting"):
        until(lambda: len(self.events(query)) == count, f"{count} events of {query}")

    def test_a_second_click_asks_and_does_nothing_more(self):
        browser = self.browser
        self.ask_many(["sq01_sh010"])
        self.look("#/queue?state=waiting")
        self.open_first()
        browser.wait(lambda: browser.find(".detail [data-verb=approve]"), "the buttons")
        self.script(LISTEN)
        for verb in ("approve", "deny", "cancel", "replay"):
            self.script("const one = document.querySelector(arguments[0]); one.click(); one.click();", f".detail [data-verb={verb}]")
            browser.wait(lambda: browser.find("dialog[open]"), "the question")
            self.assertEqual(browser.find(f".detail [data-verb={verb}]").get_attribute("aria-disabled"), "true")
            # A second question would have asked for the same before it was shown: what is asked for now comes after it.
            browser.driver.execute_async_script("const done = arguments[0]; fetch('/healthz').then(() => fetch('/healthz')).then(() => setTimeout(done))")
            self.assertEqual(len(browser.all("dialog")), 1, verb)
            browser.find("dialog footer [data-answer='']").click()
            browser.wait(lambda: not browser.find("dialog"), "closed")
            self.assertEqual(browser.find(f".detail [data-verb={verb}]").get_attribute("aria-disabled"), "false")
        self.assertFalse([line for line in self.script("return asked") if line.startswith("POST /v1/events/")])

    def test_a_question_says_what_it_is_about_and_no_button_is_called_cancel(self):
        browser = self.browser
        self.ask_many(["sq01_sh020"])
        self.look("#/queue?state=waiting")
        self.open_first()
        for verb, yes, no in (("approve", "Approve the event", "Decide later"), ("deny", "Deny the event", "Decide later"), ("cancel", "Cancel the event", "Keep the event")):
            for place in (".detail", ".bulk"):
                if place == ".bulk":
                    browser.click(".grid-body .row:not([hidden]) .row-check")
                browser.wait(lambda: browser.text(f"{place} [data-verb={verb}]").endswith("…"), "the button says that it asks")
                browser.click(f"{place} [data-verb={verb}]")
                browser.wait_for_text('{"shot":"sq01_sh020"}', "dialog .named")
                self.assertIn("from local", browser.text("dialog .named"))
                self.assertEqual([one.text for one in browser.all("dialog footer button")], [no, yes])
                browser.click_button(no, "dialog")
                browser.wait(lambda: not browser.find("dialog"), "closed")
            browser.click(".bulk [data-verb=clear]")
        self.wait_for(1)

    def test_enter_in_the_reason_denies_and_in_a_checkbox_does_not(self):
        browser = self.browser
        self.ask_many(["sq01_sh030", "sq01_sh031"])
        self.look("#/queue?state=waiting")
        self.select_all("Select all 2")
        browser.click(".bulk [data-verb=deny]")
        browser.wait(lambda: browser.find("#decision-once"), "the question")
        browser.find("#decision-once").send_keys(Keys.ENTER)
        self.assertTrue(browser.find("dialog[open]"))
        browser.find("#decision-reason").send_keys("not today", Keys.ENTER)
        browser.wait_for_text("2 events denied", ".notices")
        self.wait_for(0)
        self.assertIn("not today", self.events("type=PUBLISH_SHOT&state=failed")[0]["error"]["message"])

    def test_all_that_fit_are_selected_and_decided_with_progress(self):
        browser = self.browser
        self.ask_many([f"w{number}" for number in range(260)])
        self.wait_for(260)
        self.look("#/queue?state=waiting")
        # The box above the list takes what is loaded; the bar offers the rest.
        browser.click(".grid-head .row-check")
        browser.wait_for_text("200 events selected", ".bulk")
        self.select_all("Select all 260 that fit")
        self.script(LISTEN + "window.hold = true;")
        browser.click(".bulk [data-verb=deny]")
        browser.click_button("Deny 260 events", "dialog")
        browser.wait(lambda: self.script("return held.length") > 0, "the first decisions")
        browser.wait_for_text("Denying: 0 of 260", ".bulk")
        self.assertIsNone(browser.find(".bulk [data-verb=deny]"), "nothing else is offered meanwhile")
        self.assertFalse(self.has_focus("body"))
        self.script("window.hold = false; held.splice(0).forEach(go => go())")
        browser.wait_for_text("260 events denied", ".notices", 60)
        self.wait_for(0)
        browser.wait(lambda: self.has_focus(".list-empty"), "the focus is where the list was")

    def begin_to_deny_thirty(self, letter):
        """Denies thirty events; the answers to the first four are held back."""
        self.ask_many([f"{letter}{number}" for number in range(30)])
        self.wait_for(30)
        self.look("#/queue?state=waiting")
        self.select_all("Select all 30")
        self.script(LISTEN + "window.hold = true;")
        self.browser.click(".bulk [data-verb=deny]")
        self.browser.click_button("Deny 30 events", "dialog")
        self.browser.wait(lambda: self.script("return held.length") == 4, "the first four")

    def test_many_can_be_stopped_and_the_others_stay(self):
        browser = self.browser
        self.begin_to_deny_thirty("s")
        # Other keys and other views don't begin a second decision, and the bar of another view shows the first.
        browser.go("#/events")
        browser.wait_for_text("Denying: 0 of 30", ".bulk")
        browser.find(".grid").send_keys("jd")
        browser.wait_for_text("Wait for this to end, or stop it: Denying 30 events.", ".notices")
        self.assertIsNone(browser.find("dialog"))
        browser.click(".bulk [data-verb=stop]")
        self.script("window.hold = false; held.splice(0).forEach(go => go())")
        browser.wait_for_text("Stopped. 4 of 30 events denied. 26 not tried.", ".notices")
        self.wait_for(26)

    def test_a_lost_connection_ends_it_and_what_is_known_is_said(self):
        browser = self.browser
        self.begin_to_deny_thirty("k")
        self.desk.kill()
        self.script("window.hold = false; held.splice(0).forEach(go => go())")
        browser.wait_for_text("The connection was lost. 0 of 30 events denied. Of 4 it is not known. 26 not tried.", ".notices")
        self.assertEqual(len([line for line in self.script("return asked") if line.startswith("POST")]), 4, "no more are tried")
        self.desk.start()
        browser.sign_in_again(self.desk)

    def test_what_was_refused_is_told_by_reason_and_what_is_gone_leaves_the_list(self):
        browser, desk = self.browser, self.desk
        self.ask_many([f"r{number}" for number in range(6)])
        self.wait_for(6)
        ids = [event["id"] for event in self.events("state=waiting")]
        for one in ids:
            desk.ask("POST", f"/v1/events/{one}/deny", {})
        # A page that missed what became of them: it hears nothing more of it.
        self.look("#/events?state=failed&q=%22r")
        self.select_all("Select all 6")
        browser.click(".bulk [data-verb=drop]")
        browser.wait(lambda: browser.find("dialog[open]"), "the question")
        for one in ids[:2]:
            desk.ask("POST", f"/v1/events/{one}/drop", {})
        browser.click_button("Drop 6 events", "dialog")
        browser.wait_for_text("4 of 6 events dropped. 2 refused.", ".notices")
        browser.wait_for_text("No event fits")
        browser.click_button("Which and why", ".notices")
        browser.wait_for_text("2 events not dropped", "dialog")
        self.assertEqual(len(browser.all("dialog section")), 1, "one reason")
        self.assertEqual(len(browser.all("dialog section li")), 2)
        self.assertIn('{"shot":"r5"}', browser.text("dialog"))
        browser.click_button("Done", "dialog")
        # What the browser itself says of a 404.
        browser.complaints()

    def test_the_key_takes_what_is_open_even_if_the_list_does_not_hold_it(self):
        browser = self.browser
        self.ask_many(["o1"])
        self.wait_for(1)
        event = self.events("state=waiting")[0]
        browser.go("#/now")
        browser.go(f"#/queue/{event['id']}?state=unknown")
        browser.wait(lambda: browser.find(".detail [data-verb=deny]"), "the event")
        self.script("document.querySelector('main h1').focus()")
        ActionChains(browser.driver).send_keys("d").perform()
        browser.wait_for_text('{"shot":"o1"}', "dialog")
        browser.click_button("Decide later", "dialog")
        ActionChains(browser.driver).send_keys("r").perform()
        browser.wait_for_text("PUBLISH_SHOT is waiting: there is nothing to retry.", ".notices")

    def test_on_a_narrow_screen_all_can_be_selected_and_every_verb_is_in_sight(self):
        browser = self.browser
        self.ask_many([f"n{number}" for number in range(3)])
        self.wait_for(3)
        browser.resize(360, 740)
        self.addCleanup(browser.resize, 1440, 900)
        self.look("#/queue?state=waiting")
        self.select_all("Select all 3")
        for node in browser.all(".bulk button"):
            box = node.rect
            self.assertGreaterEqual(box["x"], 0, node.text)
            self.assertLessEqual(box["x"] + box["width"], 360, node.text)
        browser.click(".bulk [data-verb=clear]")
        cell = self.script("const { x, y, width, height } = document.querySelector('.grid-body .row:not([hidden]) .cell-check').getBoundingClientRect(); return [x, y, width, height]")
        self.assertGreaterEqual(cell[2], 24)
        self.assertGreaterEqual(cell[3], 58)
        # At the very edges, beside the box.
        for x, y in ((cell[0] + 2, cell[1] + 3), (cell[0] + cell[2] - 2, cell[1] + cell[3] - 3)):
            self.script("document.elementFromPoint(arguments[0], arguments[1]).click()", x, y)
        self.assertIsNone(browser.find(".detail"))
        browser.wait_for_text("Select events", ".bulk")
        self.script("document.elementFromPoint(arguments[0], arguments[1]).click()", cell[0] + 2, cell[1] + 3)
        browser.wait_for_text("1 event selected", ".bulk")


class FindingTests(DecisionsTest):
    def test_rows_are_named_for_those_who_don_t_see_them(self):
        self.desk.send("ECHO_TEXT", {"text": "named"}, wait=True)
        self.look("#/events?type=ECHO_TEXT")
        row = self.rows()[0]
        name = self.script("return arguments[0].querySelector('.row-check').getAttribute('aria-label')", row)
        at = self.script("return arguments[0].querySelector('.cell-time').textContent", row)
        self.assertEqual(name, f"Select ECHO_TEXT of {at}")

    def test_after_dropping_many_the_list_has_the_focus(self):
        browser = self.browser
        for number in range(3):
            self.desk.send("PUBLISH_SHOT", {"shot": f"drop{number}"}, wait=True)
        self.look("#/events?type=PUBLISH_SHOT")
        for check in browser.all(".grid-body .row:not([hidden]) .row-check")[:2]:
            check.click()
        browser.wait_for_text("2 events selected", ".bulk")
        browser.click(".bulk [data-verb=drop]")
        browser.click_button("Drop 2 events", "dialog")
        browser.wait_for_text("2 events dropped", ".notices")
        browser.wait(lambda: len(self.rows()) == 1, "one is left")
        browser.wait(lambda: self.has_focus(".grid"), "the list has the focus")

    def test_presets_say_which_is_in_force(self):
        browser = self.browser
        pressed = lambda: [one.text for one in browser.all(".preset[aria-pressed=true]")]
        self.look("#/queue")
        self.assertEqual(pressed(), ["Open"])
        browser.click_button("Wants you", ".chips")
        self.assertEqual(pressed(), ["Wants you"])
        browser.click(".chip[data-state=failed]")
        self.assertEqual(pressed(), [])

    def test_types_and_clients_are_offered_and_what_is_no_type_is_said_beside_the_field(self):
        browser = self.browser
        self.desk.send("ECHO_TEXT", {"text": "offered"}, wait=True)
        self.look("#/events")
        offered = lambda name: self.script("return [...document.querySelectorAll(`#known-${arguments[0]}s option`)].map(one => one.value)", name)
        field = browser.find("[aria-label='Type, exactly']")
        field.click()
        browser.wait(lambda: "CREATE_RESOURCE" in offered("type"), "a type that no event has")
        browser.find("[aria-label='Client, exactly']").click()
        browser.wait(lambda: "local" in offered("client"), "a client")
        field.send_keys("echo_text")
        browser.wait(lambda: "type=ECHO_TEXT" in browser.driver.current_url and self.rows(), "small letters will do")
        field.clear()
        field.send_keys("echo text!")
        browser.wait_for_text("must be an event type such as", "#type-problem")
        self.assertEqual(field.get_attribute("aria-invalid"), "true")
        self.assertEqual(browser.find("[aria-label='Client, exactly']").get_attribute("aria-invalid"), "false")
        field.clear()
        field.send_keys("ECHO")
        browser.wait_for_text("Type and client have to be written out")
        self.assertFalse(browser.find("#type-problem").is_displayed())
        # What the browser itself says of a 400.
        browser.complaints()

    def test_what_cannot_be_shown_is_not_asked_for_again_and_again(self):
        browser = self.browser
        self.look("#/events")
        self.script(LISTEN)
        browser.find("[aria-label='Type, exactly']").send_keys("no type")
        browser.wait_for_text("The events cannot be shown")
        browser.driver.execute_async_script(
            """const done = arguments[0];
            let frames = 0;
            const next = async () => (++frames > 20 ? done() : (await fetch('/healthz'), requestAnimationFrame(next)));
            next();""")
        self.assertLessEqual(self.script("return asked.filter(line => line === 'GET /v1/events').length"), 2)
        self.assertIn("The events cannot be shown", browser.text())
        browser.complaints()

    def test_a_time_range_is_in_the_address_and_comes_back_from_it(self):
        browser = self.browser
        for text in ("first", "second"):
            self.desk.send("ECHO_TEXT", {"text": text}, wait=True)
        second, first = self.events("type=ECHO_TEXT")[:2]
        self.look("#/events?type=ECHO_TEXT")
        choose = lambda value: self.script("const one = document.querySelector('.range select'); one.value = arguments[0]; one.dispatchEvent(new Event('change'))", value)
        choose("1h")
        self.assertIn("range=1h", browser.driver.current_url)
        browser.driver.refresh()
        browser.wait(lambda: self.rows(), "the events")
        self.assertEqual(self.script("return document.querySelector('.range select').value"), "1h")
        choose("custom")
        self.set_time("From", first["acceptedAt"])
        self.set_time("To", second["acceptedAt"])
        browser.wait(lambda: len(self.rows()) == 1, "the first alone")
        browser.driver.refresh()
        browser.wait(lambda: len(self.rows()) == 1 and "first" in self.rows()[0].text, "the first alone again")
        self.assertTrue(browser.find(".range input[aria-label=From]").is_displayed())
        self.assertEqual(self.script("return new Date(document.querySelector('.range input[aria-label=From]').value).getTime()"),
                         self.script("return Math.floor(Date.parse(arguments[0]) / 1000) * 1000", first["acceptedAt"]))

    def test_the_time_until_the_next_try_goes_on_while_an_event_is_open(self):
        browser, desk = self.browser, self.desk
        desk.open_gate("tick", "fail")
        desk.send("RENDER_SHOT", {"shot": "tick", "frames": 1})
        self.look("#/queue?state=retrying")
        self.open_first()
        words = lambda: browser.text(".timeline [data-state=retrying] strong")
        browser.wait(lambda: words().startswith("Next try in "), "the next try")
        self.script("window.asked = null;" + LISTEN)
        before = words()
        browser.wait(lambda: words() != before, "it goes on")
        self.assertFalse(self.script("return asked.some(line => line.startsWith('GET /v1/events/'))"), "nothing is asked for it")
        browser.click(".detail [data-verb=cancel]")
        browser.click_button("Cancel the event", "dialog")
        browser.wait(lambda: browser.find(".detail-head .state[data-state=cancelled]"), "cancelled")

    def test_nothing_ticks_where_nothing_waits(self):
        started = self.browser.driver.execute_async_script(
            """const done = arguments[0];
            import('/console/ticking.js').then(async ({ everySecond }) => {
              const timers = new Set();
              const [set, clear] = [window.setInterval, window.clearInterval];
              window.setInterval = (...all) => { const name = set(...all); timers.add(name); return name; };
              window.clearInterval = name => { timers.delete(name); clear(name); };
              const sizes = [];
              const one = everySecond(() => {}), other = everySecond(() => {});
              sizes.push(timers.size);
              one();
              sizes.push(timers.size);
              other();
              other();
              sizes.push(timers.size);
              [window.setInterval, window.clearInterval] = [set, clear];
              done(sizes);
            });""")
        self.assertEqual(started, [1, 1, 0])

    def test_a_list_takes_the_width_of_a_wide_screen_and_other_views_stand_in_its_middle(self):
        self.browser.resize(3840, 1200)
        self.addCleanup(self.browser.resize, 1440, 900)
        self.look("#/events")
        self.assertGreater(self.script("return document.querySelector('.split').getBoundingClientRect().right"), 3700)
        self.browser.go("#/access")
        left, right, start = self.script(
            "const { left, right } = document.querySelector('main').getBoundingClientRect(); return [left, innerWidth - right, document.querySelector('#views').getBoundingClientRect().right]")
        self.assertAlmostEqual(left - start, right, delta=4)
