"""The console in a real browser, against a real bridge.

    DESKBRIDGE=.build/debug/deskbridge python -m unittest discover -s Tests/web/console
"""

import json
import pathlib
import tempfile
import unittest
import urllib.error
import urllib.request

from desk import Browser, Desk, until


class ConsoleTest(unittest.TestCase):
    asks = None

    @classmethod
    def setUpClass(cls):
        cls.desk = cls.enterClassContext(Desk(asks=cls.asks))
        cls.downloads = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.browser = cls.enterClassContext(Browser(downloads=cls.downloads))

    def setUp(self):
        self.browser.complaints()
        self.browser.sign_in(self.desk)

    def tearDown(self):
        self.assertEqual(self.browser.complaints(), [], "the page complained")

    def event_in(self, state):
        self.browser.wait(lambda: self.browser.find(f".row:not([hidden]) .state[data-state={state}]"), f"an event that is {state}")

    def open_first(self):
        self.browser.wait(lambda: self.browser.find(".events-view .grid-body .row:not([hidden]) .cell-type"), "an event")
        self.browser.find(".events-view .grid-body .row:not([hidden]) .cell-type").click()
        self.browser.wait(lambda: self.browser.find(".detail .timeline"), "its life")


    def set_time(self, label, moment):
        """Sets a field of a time range; `moment` is an ISO time."""
        self.browser.driver.execute_script(
            """const [label, moment] = arguments, field = document.querySelector(`.range input[aria-label=${label}]`), at = new Date(moment);
            field.value = new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 23);
            field.dispatchEvent(new Event('change'));""", label, moment)


class SignInTests(ConsoleTest):
    def test_a_ticket_opens_the_console_once_and_stays_in_no_address(self):
        url = self.desk.url()
        self.browser.driver.get(url)
        self.browser.wait(lambda: self.browser.find("#connection[data-connection=connected]"), "signed in")
        self.assertNotIn("ticket", self.browser.driver.current_url)
        self.browser.driver.execute_script("sessionStorage.clear()")
        self.browser.driver.get(f"http://127.0.0.1:{self.desk.port}/?again")
        self.browser.driver.get(url)
        self.browser.wait(lambda: self.browser.find(".sign-in .problem:not([hidden])"), "the ticket is refused")
        self.assertIn("deskbridge console", self.browser.text())
        self.browser.complaints()

    def signed_out(self):
        browser = self.browser
        browser.driver.execute_script("sessionStorage.clear()")
        browser.driver.get(f"http://127.0.0.1:{self.desk.port}/?anew")
        browser.wait(lambda: browser.find("#code"), "the page to sign in")

    def test_a_code_signs_the_page_in_once_the_person_says_so(self):
        browser = self.browser
        self.signed_out()
        self.assertIn("deskbridge pair --console", browser.text())
        with self.desk.pairing() as (desk, code):
            browser.fill("Code", code.lower().replace("-", " "))
            browser.click("#code ~ button")
            browser.wait_for_text("Now confirm it in the terminal", ".waiting")
            self.assertIsNone(browser.find(".is-signed-in"), "not before")
            answer = desk.communicate("yes\n", timeout=20)
            self.assertIn(f"The console at http://127.0.0.1:{self.desk.port} asks to be signed in.", answer[1])
            self.assertIn("FULL CONTROL", answer[1])
            self.assertEqual(desk.returncode, 0)
        browser.wait(lambda: browser.find("#connection[data-connection=connected]"), "signed in")
        browser.driver.refresh()
        browser.wait(lambda: browser.find("#connection[data-connection=connected]"), "still signed in")
        browser.complaints()

    def test_a_code_that_opens_nothing_is_explained_beside_its_field(self):
        browser = self.browser
        self.signed_out()
        with self.desk.pairing() as (desk, code):
            browser.fill("Code", "ABC")
            browser.click("#code ~ button")
            browser.wait_for_text("eight letters and digits", "#code-problem")
            browser.fill("Code", "2222-2222")
            browser.click("#code ~ button")
            browser.wait_for_text("deskbridge pair --console", "#code-problem")
            self.assertEqual(browser.find("#code").get_attribute("aria-invalid"), "true")
            self.assertEqual(browser.driver.execute_script("return document.activeElement.id"), "code")
            browser.fill("Code", code)
            browser.click("#code ~ button")
            browser.wait_for_text("Now confirm it in the terminal", ".waiting")
            self.assertIn("Not signed in.", desk.communicate("no\n", timeout=20)[1])
            browser.wait_for_text("did not confirm it", "#code-problem")
        self.assertIsNone(browser.driver.execute_script("return sessionStorage.getItem('deskbridge.session')"))
        # What the browser itself says of a 401 and a 403.
        browser.complaints()

    def test_who_stops_waiting_is_not_signed_in_afterwards(self):
        browser = self.browser
        self.signed_out()
        with self.desk.pairing() as (desk, code):
            browser.fill("Code", code)
            browser.click("#code ~ button")
            browser.click_button("Stop waiting")
            browser.wait_for_text("Stopped.", "#code-problem")
            desk.communicate("yes\n", timeout=20)
        self.assertTrue(browser.find("#code"))
        self.assertIsNone(browser.driver.execute_script("return sessionStorage.getItem('deskbridge.session')"))
        browser.complaints()

    def test_the_page_can_be_loaded_again_without_a_new_ticket(self):
        self.browser.driver.refresh()
        self.browser.wait(lambda: self.browser.find("#connection[data-connection=connected]"), "signed in")

    def test_localhost_becomes_the_number(self):
        self.browser.driver.get(f"http://localhost:{self.desk.port}/")
        self.browser.wait(lambda: self.browser.driver.current_url.startswith("http://127.0.0.1:"), "the address is the number")

    def test_a_revoked_session_ends_at_once_and_says_what_to_do(self):
        self.desk.run("token", "revoke", "console")
        self.browser.wait_for_text("This session has ended.")
        self.assertIn("deskbridge console", self.browser.text())
        self.browser.complaints()


class SendingTests(ConsoleTest):
    def test_dry_run_send_output_kill_restart_confirmation(self):
        browser, desk = self.browser, self.desk
        browser.go("#/actions/RENDER_SHOT")
        browser.fill("shot", "sq09_sh010")
        browser.fill("frames", "3")
        browser.click_button("Dry run")
        browser.wait_for_text("Dry run: nothing was done")
        argv = [node.text.split("\n")[-1] for node in browser.all(".plan .argv li")]
        self.assertEqual(argv, [f"{desk.home}/bin/render", "sq09_sh010", "3"])
        self.assertIn("policies/default.yaml:3", browser.text(".decision"))
        self.assertEqual(json.loads(desk.run("events", "list", "--format", "json").stdout)["events"], [])

        browser.click_button("Send")
        browser.wait_for_text("frame 0003 of 3", ".result")
        desk.kill()
        browser.wait(lambda: browser.find("#connection:not([data-connection=connected])"), "the page notices")
        browser.wait(lambda: browser.find("#banner:not([hidden])"), "the page says so")
        desk.start()
        browser.sign_in_again(desk)
        self.assertIn("#/actions/RENDER_SHOT", browser.driver.current_url, "it goes on where it was")
        browser.go("#/queue?state=running")
        self.open_first()
        desk.open_gate("sq09_sh010")
        browser.wait_for_text("SHOT_RENDERED", ".detail")
        browser.wait(lambda: browser.find(".detail .detail-head .state[data-state=succeeded]"), "the confirmation is shown")
        self.assertIn("Attempt 2", browser.text(".detail"))
        self.assertIsNone(browser.find("#banner:not([hidden])"))

    def test_mistakes_stand_beside_their_fields(self):
        browser = self.browser
        browser.go("#/actions/CREATE_RESOURCE")
        browser.fill("name", "1 bad name")
        browser.fill("user", "Mira")
        browser.click_button("Dry run")
        browser.wait(lambda: browser.find("[aria-invalid=true]"), "a field is marked")
        field = browser.find("[aria-invalid=true]")
        described = field.get_attribute("aria-describedby").split()
        words = " ".join(browser.text(f"#{name}") for name in described)
        self.assertRegex(words, "pattern|match")

    def test_a_plan_shows_folders_as_a_tree(self):
        browser = self.browser
        browser.go("#/actions/CREATE_RESOURCE")
        browser.fill("name", "Long_Way")
        browser.fill("user", "Mira")
        browser.click_button("Dry run")
        browser.wait(lambda: browser.find(".tree"), "the tree")
        leaves = [node.text for node in browser.all(".tree .leaf code")]
        self.assertEqual(leaves[1:], ["assets", "textures", "models", "shots", "sh001", "sh002", "README.md"])
        self.assertIn("org.freedesktop.Notifications", browser.text(".plan"))

    def test_output_from_before_the_page_was_there_is_shown_and_each_line_once(self):
        browser, desk = self.browser, self.desk
        # Longer than what is kept of it.
        desk.send("RENDER_SHOT", {"shot": "sq05_sh010", "frames": 900})
        browser.go("#/now")
        browser.wait_for_text("frame 0900 of 900", ".running")
        browser.driver.refresh()
        browser.wait_for_text("frame 0900 of 900", ".running")
        browser.go("#/queue?state=running")
        self.open_first()
        browser.wait_for_text("frame 0900 of 900", ".detail .output")
        self.assertRegex(browser.text(".detail .output .gap"), r"^\d+ earlier lines not kept")
        desk.open_gate("sq05_sh010")
        browser.wait(lambda: browser.find(".detail-head .state[data-state=succeeded]"), "it is done")
        shown = browser.text(".detail .output").splitlines()
        self.assertEqual(shown[-2:], ["frame 0900 of 900: 1920x1080, 64 samples, 2.4 s", "done"])
        self.assertEqual(len(shown), len(set(shown)))

    def test_snapshots_and_live_lines_fit_together_in_any_order(self):
        shown = self.browser.driver.execute_async_script(
            """const done = arguments[0];
            import('/console/outputs.js').then(({ Outputs }) => {
              const outputs = new Outputs();
              const live = (from, ...lines) => outputs.add({ id: 'e', attempt: 2, from, step: 's', stream: 'stdout', lines, dropped: 0 });
              const look = (from, ...lines) => outputs.addSnapshot('e', { number: 2, outputFrom: from, output: lines.map(text => ({ step: 's', stream: 'stdout', text })) });
              live(4, '4', '5');
              look(0, '0', '1', '2', '3', '4');
              live(6, '6');
              look(3, '3', '4', '5', '6');
              live(9, '9');
              outputs.add({ id: 'e', attempt: 1, from: 0, step: 's', stream: 'stdout', lines: ['old'], dropped: 0 });
              const { lines, count } = outputs.of('e');
              live(0);
              outputs.add({ id: 'e', attempt: 3, from: 0, step: 's', stream: 'stdout', lines: ['new'], dropped: 0 });
              done([lines.map(line => line.text).join(' '), count, outputs.of('e').lines.map(line => line.text).join(' ')]);
            });""")
        self.assertEqual(shown, ["0 1 2 3 4 5 6 9", 10, "new"])

    def test_what_runs_shows_its_output_now(self):
        browser = self.browser
        browser.go("#/now")
        self.desk.send("RENDER_SHOT", {"shot": "sq08_sh010", "frames": 5})
        browser.wait_for_text("frame 0005 of 5", ".running")
        self.desk.open_gate("sq08_sh010")
        browser.wait(lambda: "RENDER_SHOT" not in browser.text(".running"), "it is gone when it is done")
        browser.wait(lambda: browser.find(".changes .state[data-state=succeeded]"), "its end is a change")


class HostileTests(ConsoleTest):
    TEXTS = {
        "script": "<script>window.hurt = 1</script><img src=x onerror='window.hurt = 2'>",
        "bidi": "safe\u202egpj.exe\u2066x\u200b",
        "control": "\u001b[31mred\u0007\u0000end",
    }

    def test_what_others_wrote_is_text(self):
        browser = self.browser
        for name, text in self.TEXTS.items():
            with self.subTest(name):
                self.desk.send("ECHO_TEXT", {"text": text.replace("\u0000", "")}, wait=True)
                browser.go("#/now")
                browser.go("#/events")
                self.open_first()
                browser.wait(lambda: browser.find(".detail .json"), "the payload")
                self.assertIsNone(browser.driver.execute_script("return window.hurt ?? null"))
                self.assertEqual(browser.all("main script, main img"), [])
                shown = browser.text(".detail")
                if name == "script":
                    self.assertIn("<script>window.hurt = 1</script>", shown)
                for character in "\u202e\u2066\u200b\u001b\u0007":
                    self.assertNotIn(character, browser.text("body"))
                    if character in text and character > "\u001f":
                        self.assertIn(f"U+{ord(character):04X}", shown)

    def test_a_payload_as_large_as_can_be_does_not_break_the_page(self):
        text = "\U0001f9ed<b>" * 7000
        self.desk.send("ECHO_TEXT", {"text": text}, wait=True)
        self.browser.go("#/events")
        self.open_first()
        self.browser.wait(lambda: "<b>" in self.browser.text(".detail .json"), "the payload")
        overflow = self.browser.driver.execute_script("return document.documentElement.scrollWidth - innerWidth")
        self.assertLessEqual(overflow, 0)


class QueueTests(ConsoleTest):
    def test_many_are_retried_at_once_after_a_question(self):
        browser, desk = self.browser, self.desk
        for number in range(5):
            desk.send("PUBLISH_SHOT", {"shot": f"sh{number:03}"}, wait=True)
        browser.go("#/queue?state=failed")
        browser.wait(lambda: len(browser.all(".row:not([hidden]) .state[data-state=failed]")) == 5, "five that failed")
        browser.click(".grid-head .row-check")
        browser.wait_for_text("5 events selected", ".bulk")
        (desk.home / "gates" / "review").write_text("")
        browser.click("[data-verb=retry]")
        browser.wait_for_text("Retry 5 events?", "dialog")
        focused = browser.driver.execute_script("return document.activeElement.textContent")
        self.assertEqual(focused, "Keep 5 events", "the harmless answer has the focus")
        browser.click_button("Retry 5 events", "dialog")
        browser.wait_for_text("5 events queued again", ".notices")
        browser.wait_for_text("No event fits")
        states = lambda: [event["state"] for event in desk.ask("GET", "/v1/events?type=PUBLISH_SHOT")["events"]]
        until(lambda: states() == ["succeeded"] * 5, "all five are done")
        (desk.home / "gates" / "review").unlink()

    def test_a_question_that_is_dismissed_does_nothing(self):
        browser, desk = self.browser, self.desk
        desk.send("PUBLISH_SHOT", {"shot": "kept"}, wait=True)
        browser.go("#/queue?state=failed")
        self.open_first()
        browser.click(".detail [data-verb=drop]")
        browser.wait_for_text("removed for good", "dialog")
        browser.click_button("Keep the event", "dialog")
        browser.wait(lambda: browser.find("dialog") is None, "the question is gone")
        self.event_in("failed")
        browser.click(".detail [data-verb=drop]")
        browser.click_button("Drop the event", "dialog")
        browser.wait_for_text("PUBLISH_SHOT dropped", ".notices")
        browser.wait_for_text("No event fits")
        self.assertIsNone(browser.find(".detail"))

    def test_what_runs_can_be_cancelled(self):
        browser = self.browser
        self.desk.send("RENDER_SHOT", {"shot": "sq07_sh010", "frames": 2})
        browser.go("#/queue?state=running")
        self.open_first()
        browser.click(".detail [data-verb=cancel]")
        browser.click_button("Cancel the event", "dialog")
        browser.wait(lambda: browser.find(".detail-head .state[data-state=cancelled]"), "it is cancelled")

    def test_what_nobody_can_tell_is_resolved_by_a_person(self):
        browser, desk = self.browser, self.desk
        desk.send("ARCHIVE_SHOT", {"shot": "sq06_sh010"})
        browser.go("#/now")
        browser.wait_for_text("frame 0001 of 1", ".running")
        desk.kill()
        desk.start()
        browser.sign_in_again(desk)
        browser.go("#/queue?state=unknown")
        self.open_first()
        browser.click(".detail [data-verb=resolve]")
        browser.fill("If it failed, why (the sender reads this)", "half of it was copied", "dialog")
        browser.click_button("It failed", "dialog")
        browser.wait(lambda: browser.find(".detail-head .state[data-state=failed]"), "it is decided")
        self.assertIn("half of it was copied", browser.text(".detail"))
        desk.open_gate("sq06_sh010")

    def test_search_finds_by_what_the_payload_holds(self):
        browser = self.browser
        for name in ("needle_one", "hay"):
            self.desk.send("ECHO_TEXT", {"text": name}, wait=True)
        browser.go("#/events?q=needle_one")
        browser.wait(lambda: len(browser.all(".grid-body .row:not([hidden])")) == 1, "one event")
        self.assertIn("needle_one", browser.text(".grid-body .row:not([hidden])"))
        browser.go("#/events?type=NOTHING")
        browser.wait_for_text("No event fits")

    def test_a_time_range_of_ones_own_begins_and_ends_where_it_says(self):
        browser, desk = self.browser, self.desk
        for text in ("earlier", "later"):
            desk.send("ECHO_TEXT", {"text": text}, wait=True)
        later, earlier = json.loads(desk.run("events", "list", "--format", "json").stdout)["events"][:2]
        browser.go("#/events")
        rows = lambda: [row.text for row in browser.all(".events-view .grid-body .row:not([hidden])")]
        browser.wait(lambda: len(rows()) >= 2, "the events")
        browser.driver.execute_script("const choice = document.querySelector('.range select'); choice.value = 'custom'; choice.dispatchEvent(new Event('change'))")
        self.assertTrue(browser.find(".range input").is_displayed())
        self.set_time("From", later["acceptedAt"])
        browser.wait(lambda: len(rows()) == 1 and "later" in rows()[0], "only the later one")
        self.set_time("From", earlier["acceptedAt"])
        self.set_time("To", later["acceptedAt"])
        browser.wait(lambda: len(rows()) == 1 and "earlier" in rows()[0], "only the earlier one")
        # What comes now is out of the range.
        desk.send("ECHO_TEXT", {"text": "now"}, wait=True)
        self.set_time("To", "2001-01-01T00:00:00.000Z")
        browser.wait_for_text("No event fits")

    def test_replay_is_shown_before_it_is_done(self):
        browser, desk = self.browser, self.desk
        desk.send("ECHO_TEXT", {"text": "again"}, wait=True)
        browser.go("#/events?q=again")
        self.open_first()
        browser.click(".detail [data-verb=replay]")
        browser.wait_for_text("/usr/bin/printf", "dialog")
        browser.click_button("Replay the event", "dialog")
        browser.wait_for_text("ECHO_TEXT sent again", ".notices")
        until(lambda: len(json.loads(desk.run("events", "list", "--format", "json").stdout)["events"]) >= 2, "there are two")

    def test_export_holds_each_event_on_a_line(self):
        browser, desk = self.browser, self.desk
        desk.send("ECHO_TEXT", {"text": "line\nbreak"}, wait=True)
        browser.go("#/events")
        self.event_in("succeeded")
        browser.click_button("Export")
        path = until(lambda: next(iter(self.downloads.glob("*.jsonl")), None), "the file is there")
        lines = until(lambda: path.read_text().splitlines(), "it is written")
        listed = json.loads(desk.run("events", "list", "--format", "json").stdout)["events"]
        self.assertEqual([json.loads(line)["id"] for line in lines][: len(listed)], [event["id"] for event in listed])


class ApprovalTests(ConsoleTest):
    asks = "PUBLISH_SHOT"

    def ask(self, shot):
        self.desk.send("PUBLISH_SHOT", {"shot": shot})
        self.browser.go("#/now")
        self.browser.go("#/queue?state=waiting")
        self.open_first()
        self.browser.wait_for_text("What it would do", ".detail")

    def test_what_asks_is_approved_after_its_plan_was_shown(self):
        browser, desk = self.browser, self.desk
        (desk.home / "gates" / "review").write_text("")
        self.ask("sq01_sh010")
        browser.click(".detail [data-verb=approve]")
        browser.wait(lambda: browser.find("dialog .argv"), "the plan")
        self.assertIn("sq01_sh010", browser.text("dialog .argv"))
        browser.click_button("Approve the event", "dialog")
        browser.wait(lambda: browser.find(".detail-head .state[data-state=succeeded]"), "it ran")
        self.assertIn("Approved", browser.text(".detail"))
        self.assertIn("by the console", browser.text(".detail"))

    def test_what_asks_is_denied_with_a_reason(self):
        browser = self.browser
        self.ask("sq01_sh020")
        browser.click(".detail [data-verb=deny]")
        browser.fill("Why (the sender reads this)", "not before the review", "dialog")
        browser.click_button("Deny the event", "dialog")
        browser.wait(lambda: browser.find(".detail-head .state[data-state=failed]"), "it did not run")
        self.assertIn("not before the review", browser.text(".detail"))
        self.assertIn("denied_at_desk", browser.text(".detail"))


class LongListTests(ConsoleTest):
    COUNT = 10_000

    def test_ten_thousand_events_scroll_with_few_elements(self):
        """The page's own feed is filled, as it would be by as many events; only what is in sight is in the document."""
        browser = self.browser
        browser.go("#/queue")
        made = browser.driver.execute_async_script(
            """const [count, done] = arguments;
            import('/console/virtual-list.js').then(({ VirtualList }) => {
              const list = new VirtualList({ label: 'Many', columns: [{ name: 'type', label: 'Event' }], key: row => row.id,
                fill: (cells, row) => { cells.type.textContent = row.id; } });
              const place = document.querySelector('.list');
              place.replaceChildren(list.node);
              list.show(Array.from({ length: count }, (_, index) => ({ id: `event ${index}` })));
              const frames = [];
              let last = performance.now();
              let step = 0;
              const scroll = now => {
                frames.push(now - last);
                last = now;
                list.body.scrollTop = step * 5000;
                if (++step < 60) return requestAnimationFrame(scroll);
                list.body.scrollTop = list.body.scrollHeight;
                requestAnimationFrame(() => requestAnimationFrame(() => done({
                  rows: list.body.querySelectorAll('.row').length, last: list.body.textContent.includes(`event ${count - 1}`),
                  frames: frames.slice(5).sort((a, b) => a - b), rowcount: list.node.getAttribute('aria-rowcount') })));
              };
              requestAnimationFrame(scroll);
            });""", self.COUNT)
        self.assertLess(made["rows"], 80)
        self.assertTrue(made["last"], "the end can be reached")
        self.assertEqual(made["rowcount"], str(self.COUNT + 1))
        frames = made["frames"]
        print(f"\nscrolling {self.COUNT} events: median frame {frames[len(frames) // 2]:.1f} ms, slowest {frames[-1]:.1f} ms, {made['rows']} rows")

    def test_the_log_of_messages_and_the_outputs_stay_bounded(self):
        sizes = self.browser.driver.execute_async_script(
            """const done = arguments[0];
            Promise.all([import('/console/message-log.js'), import('/console/outputs.js'), import('/console/activity.js')]).then(([log, outputs, activity]) => {
              const messages = new log.MessageLog(), lines = new outputs.Outputs(), now = new activity.Activity();
              const id = n => `01a1fe82-4c4a-7a50-a751-${String(n).padStart(12, '0')}`;
              for (let n = 0; n < 20000; n++) {
                messages.add({ direction: 'in', at: n, message: { type: `T${n % 500}`, text: 'x'.repeat(n % 3000) } });
                lines.add({ id: id(n % 100), attempt: 1, from: 2 * Math.floor(n / 100), step: 's', stream: 'stdout', lines: ['y'.repeat(5000), 'z'], dropped: 0 });
                now.state({ type: 'state', id: id(n), eventType: 'T', client: 'c', before: 'queued', after: n % 2 ? 'running' : 'failed', attempt: 1, timestamp: new Date(1.79e12 + n * 60000).toISOString() });
              }
              const kept = Array.from({ length: 100 }, (_, n) => lines.of(id(n))).filter(one => one.lines.length);
              done({ entries: messages.entries.length, longest: Math.max(...messages.entries.map(entry => entry.text.length)), types: messages.types.size,
                outputs: kept.length, lines: Math.max(...kept.map(one => one.lines.length)), running: now.running.size, recent: now.recent.length });
            });""")
        self.assertLessEqual(sizes["entries"], 2400)
        self.assertLess(sizes["longest"], 2100)
        self.assertLessEqual(sizes["types"], 200)
        self.assertLessEqual(sizes["outputs"], 40)
        self.assertLessEqual(sizes["lines"], 400)
        self.assertLessEqual(sizes["running"], 200)
        self.assertLessEqual(sizes["recent"], 60)


class AccessTests(ConsoleTest):
    def test_a_token_is_made_shown_once_rotated_and_revoked(self):
        browser, desk = self.browser, self.desk
        browser.go("#/access")
        browser.click_button("New token…")
        browser.fill("Client", "wallboard", "dialog")
        browser.fill("Origins", "https://screens.example", "dialog")
        browser.click_button("Create", "dialog")
        browser.wait_for_text("It is shown this once", "dialog")
        token = browser.text("dialog .secret")
        self.assertRegex(token, r"^dbt_[A-Za-z0-9_-]{43}$")
        browser.click_button("I have it", "dialog")
        browser.wait_for_text("wallboard")
        self.assertNotIn(token, browser.driver.page_source)
        browser.click("button[aria-label='Revoke the token of wallboard']")
        browser.click_button("Revoke", "dialog")
        browser.wait_for_text("The token of wallboard is revoked", ".notices")
        listed = json.loads(desk.run("token", "list", "--format", "json").stdout)["tokens"]
        self.assertTrue(next(one for one in listed if one["client"] == "wallboard").get("revokedAt"))

    def test_a_rotated_token_is_shown_once_and_the_old_one_goes_on_for_a_while(self):
        browser, desk = self.browser, self.desk
        old = json.loads(desk.run("token", "create", "farm", "--format", "json").stdout)["token"]

        def answers(token):
            request = urllib.request.Request(f"http://127.0.0.1:{desk.port}/v1/status", headers={"Authorization": f"Bearer {token}"})
            try:
                with urllib.request.urlopen(request) as answer:
                    return answer.status
            except urllib.error.HTTPError as error:
                error.close()
                return error.code

        browser.go("#/access")
        browser.click("button[aria-label='Rotate the token of farm']")
        browser.wait_for_text("goes on for 10 minutes", "dialog")
        self.assertEqual(browser.driver.execute_script("return document.activeElement.textContent"), "Keep as it is")
        browser.click_button("Rotate", "dialog")
        browser.wait_for_text("It is shown this once", "dialog")
        new = browser.text("dialog .secret")
        self.assertNotEqual(new, old)
        browser.click_button("I have it", "dialog")
        browser.wait(lambda: len(browser.all("button[aria-label='Revoke the token of farm']")) == 2, "both are listed")
        self.assertNotIn(new, browser.driver.page_source)
        self.assertEqual([answers(old), answers(new), answers("dbt_" + 43 * "x")], [200, 200, 401])
        ends = [token["expiresAt"] for token in desk.ask("GET", "/v1/tokens")["tokens"] if token["client"] == "farm"]
        self.assertLess(min(ends)[:10], max(ends)[:10], "the old one ends soon, the new one later")

    def test_diagnostics_hold_no_secret(self):
        browser = self.browser
        self.desk.send("ECHO_TEXT", {"text": "confidential-words"}, wait=True)
        browser.go("#/debug")
        browser.driver.execute_script("window.copied = null; navigator.clipboard.writeText = async text => { window.copied = text; }")
        browser.click_button("Copy diagnostics")
        browser.wait(lambda: browser.driver.execute_script("return window.copied"), "copied")
        report = browser.driver.execute_script("return window.copied")
        token = browser.driver.execute_script("return JSON.parse(sessionStorage.getItem('deskbridge.session')).token")
        self.assertIn('"connection"', report)
        for secret in (token, "dbt_", "confidential-words"):
            self.assertNotIn(secret, report)
        self.assertNotIn(token, browser.driver.execute_script("return document.documentElement.outerHTML"))

    def test_a_forced_reconnect_is_one_and_comes_back(self):
        browser = self.browser
        browser.go("#/debug")
        browser.click_button("Reconnect")
        browser.wait(lambda: "Connections made2" in browser.text(".debug .facts"), "a second connection")
        browser.wait(lambda: browser.find("#connection[data-connection=connected]"), "connected")


if __name__ == "__main__":
    unittest.main()
