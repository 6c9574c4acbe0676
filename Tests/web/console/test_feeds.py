"""What the console keeps up to date, and what it does while the bridge is away."""

import json

from desk import until
from test_console import ConsoleTest

# Counts what the page asks for, from here on.
COUNT = """
if (!window.asked) {
  window.asked = [];
  const ask = window.fetch;
  window.fetch = (...all) => { window.asked.push(new URL(all[0], location).pathname + new URL(all[0], location).search); return ask(...all); };
}
window.asked.length = 0;
"""

# Runs a script with modules of the console, and gives what it gives.
WITH = """
const done = arguments[arguments.length - 1];
Promise.all(arguments[0].map(name => import(`/console/${name}.js`))).then(all => Object.assign({}, ...all)).then(async m => { BODY })
  .then(done, error => done(`failed: ${error.stack}`));
"""


class FeedTest(ConsoleTest):
    def setUp(self):
        super().setUp()
        self.hide(False)

    def script(self, text, *more):
        return self.browser.driver.execute_script(text, *more)

    def with_modules(self, names, text):
        return self.browser.driver.execute_async_script(WITH.replace("BODY", text), names)

    def asked_for(self, path, seconds=2.0):
        """How often the page asks for a path while nothing is done for so long: what it must not do takes time to be seen."""
        self.script(COUNT)
        self.script("window.still = false; setTimeout(() => { window.still = true; }, arguments[0] * 1000)", seconds)
        self.browser.wait(lambda: self.script("return window.still"), "the while is over", timeout=seconds + 10)
        return [one for one in self.script("return window.asked") if one.startswith(path)]

    def hide(self, is_hidden):
        """Makes the page believe that its tab is not in sight."""
        self.script(
            """Object.defineProperty(document, 'hidden', { configurable: true, get: () => arguments[0] });
            Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (arguments[0] ? 'hidden' : 'visible') });
            document.dispatchEvent(new Event('visibilitychange'));""".replace("arguments[0]", json.dumps(is_hidden)))

    def events(self, query=""):
        return self.desk.ask("GET", f"/v1/events?{query}")["events"]

    def stop(self):
        """The bridge stops answering and the page notices."""
        self.desk.kill()
        self.browser.wait(lambda: self.browser.find("#banner:not([hidden])"), "the page says that the bridge is away")


class ErrorTests(FeedTest):
    def test_a_filter_that_the_bridge_refuses_is_asked_for_once(self):
        browser = self.browser
        browser.go("#/events?type=no+type")
        browser.wait_for_text("The events cannot be shown")
        again = browser.find(".list-empty button")
        self.assertEqual(self.asked_for("/v1/events"), [])
        self.assertTrue(again.is_displayed(), "the button stays what it is, so that it can be pressed")
        self.script(COUNT)
        again.click()
        browser.wait(lambda: self.script("return window.asked.length"), "it is tried again")
        browser.wait_for_text("The events cannot be shown")
        self.assertEqual(len(self.script("return window.asked")), 1)
        browser.complaints()

    def test_another_filter_is_asked_for_after_an_error(self):
        browser = self.browser
        self.desk.send("ECHO_TEXT", {"text": "there"}, wait=True)
        browser.go("#/events?type=no+type")
        browser.wait_for_text("The events cannot be shown")
        field = browser.find("input[aria-label^=Type]")
        field.clear()
        field.send_keys("ECHO_TEXT")
        self.event_in("succeeded")
        browser.complaints()

    def test_an_error_of_the_audit_is_asked_for_once(self):
        browser = self.browser
        browser.go("#/now")
        self.script(
            """const ask = window.fetch;
            window.fetch = (...all) => (window.broken && String(all[0]).includes('/v1/audit')
              ? Promise.resolve(new Response('{"detail":"The disk is gone."}', { status: 500 })) : ask(...all));
            window.broken = true;""")
        browser.go("#/audit")
        browser.wait_for_text("The disk is gone.")
        self.assertEqual(self.asked_for("/v1/audit"), [])
        self.script("window.broken = false")
        browser.click_button("Try again")
        browser.wait(lambda: browser.find(".audit-view .row:not([hidden]) .cell-verb"), "the records")
        browser.driver.refresh()


    def test_a_connection_that_comes_back_loads_what_could_not_be_loaded(self):
        asked = self.with_modules(["event-feed", "audit-feed", "activity", "listeners"], """
            const found = [];
            const turns = () => new Promise(resolve => setTimeout(resolve, 50));
            for (const Feed of [m.EventFeed, m.AuditFeed]) {
              let isOff = true;
              let count = 0;
              const answer = value => async () => { count += 1; if (isOff) throw new Error('off'); return value; };
              const api = { events: answer({ events: [], next: null }), audit: answer({ lines: [], lastSeq: 0, anchor: null }) };
              const connected = new m.Listeners();
              const feed = new Feed(api, new m.Activity(), connected);
              feed.changed.add(() => feed.end());
              await feed.show({ states: [], text: '' });
              await turns();
              found.push(count, feed.error.message);
              isOff = false;
              connected.tell();
              await turns();
              found.push(feed.error, feed.isComplete);
              feed.close();
            }
            return found;""")
        self.assertEqual(asked, [1, "off", None, True] * 2)


class AwayTests(FeedTest):
    def tearDown(self):
        if self.desk.process.poll() is not None:
            self.desk.start()
        self.browser.complaints()

    def test_a_bridge_that_is_off_is_said_so_and_not_asked_again_and_again(self):
        browser = self.browser
        browser.go("#/now")
        self.stop()
        browser.go("#/queue")
        browser.wait_for_text("The bridge does not answer.")
        self.assertNotIn("Failed to fetch", browser.text())
        self.assertEqual(self.asked_for("/v1/events"), [])

    def test_the_end_of_a_list_is_in_sight_also_under_the_banner(self):
        browser = self.browser
        self.desk.send("ECHO_TEXT", {"text": "one"}, wait=True)
        for width, height in ((1440, 900), (500, 900)):
            browser.resize(width, height)
            browser.go("#/now")
            browser.go("#/events")
            self.event_in("succeeded")
            self.addCleanup(browser.resize, 1440, 900)
            for is_away in (False, True):
                self.script("document.getElementById('banner').hidden = !arguments[0]; document.getElementById('banner').replaceChildren('away')", is_away)
                bottom, nav, window, page = self.script(
                    """const nav = document.getElementById('views').getBoundingClientRect();
                    return [document.querySelector('.split').getBoundingClientRect().bottom, innerWidth < 768 ? nav.top : innerHeight, innerHeight, document.documentElement.scrollHeight]""")
                self.assertLessEqual(bottom, nav, (width, is_away))
                self.assertGreater(bottom, window - 150, "it goes down to the end of the window")
                self.assertLessEqual(page, window, (width, is_away))

    def test_what_was_sent_while_the_bridge_was_off_arrives_once_after_signing_in(self):
        browser, desk = self.browser, self.desk
        browser.go("#/actions/ECHO_TEXT")
        browser.fill("text", "sent_while_off")
        self.stop()
        browser.click_button("Send")
        browser.wait_for_text("It is sent as soon as the bridge is back", ".result")
        desk.start()
        browser.sign_in_again(desk)
        browser.wait_for_text("ECHO_TEXT was sent", ".notices")
        until(lambda: [event["state"] for event in self.events("q=sent_while_off")] == ["succeeded"], "it is done, once")
        browser.wait(lambda: self.script("return Object.keys(sessionStorage).length") == 1, "nothing is kept but the session")
        # Neither a new page nor a new session sends it again.
        browser.driver.refresh()
        browser.wait(lambda: browser.find("#connection[data-connection=connected]"), "signed in")
        desk.kill()
        desk.start()
        browser.sign_in_again(desk)
        self.assertEqual(len(self.events("q=sent_while_off")), 1)

    def test_what_was_under_way_when_the_bridge_died_is_joined_and_not_sent_twice(self):
        browser, desk = self.browser, self.desk
        browser.go("#/actions/RENDER_SHOT")
        browser.fill("shot", "sq20_sh010")
        browser.fill("frames", "2")
        browser.click_button("Send")
        browser.wait_for_text("frame 0002 of 2", ".result")
        self.stop()
        desk.start()
        browser.sign_in_again(desk)
        desk.open_gate("sq20_sh010")
        until(lambda: self.events("type=RENDER_SHOT")[0]["state"] == "succeeded", "it is done")
        browser.wait(lambda: self.script("return Object.keys(sessionStorage).length") == 1, "it is confirmed")
        self.assertEqual(len(self.events("q=sq20_sh010")), 1)
        self.assertNotIn("RENDER_SHOT was sent", browser.text(".notices"))

    def test_who_is_signed_out_reads_why_first_and_nothing_of_before_lies_above_it(self):
        browser, desk = self.browser, self.desk
        browser.go("#/events?type=no+type")
        browser.wait_for_text("The events cannot be shown")
        browser.go("#/access")
        browser.click_button("New token…")
        browser.wait(lambda: browser.find("dialog[open]"), "a question")
        self.script("document.querySelector('.notices [role=alert]').append('An old problem')")
        desk.run("token", "revoke", "console")
        browser.wait_for_text("This session has ended.")
        self.assertIsNone(browser.find("dialog"))
        self.assertIsNone(browser.find(".notices"))
        self.assertEqual(self.script("return document.activeElement.tagName"), "H1")
        above = self.script("return document.querySelector('.sign-in .problem').compareDocumentPosition(document.querySelector('h1')) & Node.DOCUMENT_POSITION_FOLLOWING")
        self.assertTrue(above, "why stands above the title")


class OutboxTests(FeedTest):
    def test_the_outbox_gives_back_what_it_kept_in_order_and_nothing_else(self):
        kept = self.with_modules(["session-outbox"], """
            const entry = (key, at) => ({ key, type: 'T', payload: '{}', at });
            const outbox = new m.SessionOutbox();
            for (const [key, at] of [['b', 2], ['a', 1], ['c', 3]]) await outbox.put(entry(key, at));
            await outbox.remove('c');
            sessionStorage.setItem('deskbridge.unconfirmed.broken', '{"key":');
            sessionStorage.setItem('deskbridge.unconfirmed.strange', '{"key":1}');
            const { entries } = await new m.SessionOutbox().open();
            await outbox.remove('a');
            await outbox.remove('b');
            return [entries.map(one => one.key).join(' '), Object.keys(sessionStorage).filter(name => name.includes('unconfirmed')).length];""")
        self.assertEqual(kept, ["a b", 0])


class NowTests(FeedTest):
    def test_what_ended_while_the_answer_was_under_way_does_not_run(self):
        shown = self.with_modules(["activity"], """
            const activity = new m.Activity();
            const id = n => `0197b1c0-0000-7000-8000-${String(n).padStart(12, '0')}`;
            const told = (n, after) => activity.state({ id: id(n), eventType: 'T', client: 'c', attempt: 1, before: 'queued', after, timestamp: new Date().toISOString() });
            const event = n => ({ id: id(n), type: 'T', client: 'c', attempt: 1, acceptedAt: new Date().toISOString() });
            told(5, 'running');
            const seed = activity.seed();
            told(1, 'succeeded');
            told(3, 'running');
            seed.running([event(1), event(2)], true);
            seed.end();
            const first = [...activity.running.keys()].map(one => Number(one.slice(-12))).sort().join(' ');
            // An answer to what was asked before the connection was lost counts no more.
            const late = activity.seed();
            activity.seed();
            late.running([event(7)], true);
            return [first, [...activity.running.keys()].length];""")
        self.assertEqual(shown, ["2 3", 2])

    def test_figures_count_each_event_once_and_say_what_they_lack(self):
        figures = self.with_modules(["activity"], """
            const activity = new m.Activity();
            const now = Date.now();
            const id = (n, at) => { const hex = at.toString(16).padStart(12, '0'); return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${String(n).padStart(12, '0')}`; };
            const event = (n, took, ago = 1000) => ({ id: id(n, now - ago - took), type: 'T', client: 'c', state: 'succeeded', attempt: 1,
              acceptedAt: new Date(now - ago - took).toISOString(), finalAt: new Date(now - ago).toISOString() });
            const seed = activity.seed();
            const live = event(1, 10);
            activity.state({ id: live.id, eventType: 'T', client: 'c', attempt: 1, before: 'running', after: 'succeeded', timestamp: live.finalAt });
            // Nine that were fast, at once; one slow one in each of four other parts.
            seed.ended([live, ...Array.from({ length: 8 }, (_, n) => event(n + 2, 10)), ...[1, 2, 3, 4].map(n => event(20 + n, 9000, n * 20000)), event(90, 10, 400000)], true);
            seed.end();
            const { ended, took, isWhole, parts } = activity.series(now);
            const cut = activity.seed();
            cut.ended([], false);
            cut.end();
            const more = activity.series(now);
            const later = activity.series(Date.now() + m.LATELY + 10000);
            return [ended, took, isWhole, parts.reduce((sum, part) => sum + part.ended, 0), more.ended, more.isWhole, later.ended, later.isWhole];""")
        self.assertEqual(figures, [13, 10, True, 13, 13, False, 0, True])

    def test_more_than_can_be_asked_for_is_said_to_be_more(self):
        found = self.with_modules(["activity", "catch-up"], """
            let number = 0;
            const event = ago => {
              const at = new Date(Date.now() - ago).toISOString();
              return { id: `0197b1c0-0000-7000-8000-${String(++number).padStart(12, '0')}`, type: 'T', client: 'c', state: 'succeeded', attempt: 1, acceptedAt: at, finalAt: at };
            };
            const figures = async (agoOf, isRefused = false) => {
              const activity = new m.Activity();
              let asked = 0;
              const events = async ({ state }) => {
                if (state === 'running') return { events: [], next: null };
                if (isRefused) throw new Error('off');
                asked += 1;
                return { events: Array.from({ length: 3 }, () => event(agoOf(asked))), next: asked };
              };
              await m.catchUp({ activity, api: { events }, bridge: { ping: async () => {} } });
              const { ended, isWhole } = activity.series();
              return [asked, ended, isWhole];
            };
            return [await figures(() => 60000), await figures(page => page * 110000), await figures(() => 0, true)];""")
        self.assertEqual(found, [[8, 24, False], [3, 6, True], [0, 0, False]])

    def test_what_ended_before_the_page_was_there_is_counted(self):
        browser, desk = self.browser, self.desk
        for number in range(4):
            desk.send("ECHO_TEXT", {"text": str(number)}, wait=True)
        ended = sum(1 for event in self.events("limit=500") if "finalAt" in event)
        browser.driver.refresh()
        browser.wait(lambda: browser.text(".charts .figure") == str(ended), f"{ended} ended")
        self.assertIn("ended in 5 min", browser.text(".charts"))
        self.assertNotIn("or more", browser.text(".charts"))
        self.assertEqual(browser.all(".running > li"), [])

    def test_an_attempt_that_runs_again_has_no_error(self):
        browser, desk = self.browser, self.desk
        browser.go("#/now")
        desk.write("actions/render.yaml", (desk.home / "actions/render.yaml").read_text().replace("initial: 30s", "initial: 1s"))
        desk.open_gate("sq21_sh010", "fail")
        desk.send("RENDER_SHOT", {"shot": "sq21_sh010", "frames": 1}, wait=True)
        browser.wait(lambda: browser.find(".changes .state[data-state=failed]"), "it failed for good")
        notes = self.script("return [...document.querySelectorAll('.changes li')].map(row => [row.querySelector('.state').dataset.state, row.querySelector('.note').textContent])")
        running = [note for state, note in notes if state == "running"]
        self.assertGreaterEqual(len(running), 2, notes)
        self.assertEqual(set(running), {"local"})
        self.assertTrue(all("exit" in note or "out of memory" in note for state, note in notes if state in ("failed", "retrying")), notes)

    def test_a_change_keeps_its_row_and_the_focus_while_others_come(self):
        browser, desk = self.browser, self.desk
        desk.send("ECHO_TEXT", {"text": "first"}, wait=True)
        browser.go("#/now")
        browser.wait(lambda: browser.find(".changes a"), "a change")
        self.script("window.kept = document.querySelector('.changes li'); window.kept.querySelector('a').focus()")
        for number in range(6):
            desk.send("ECHO_TEXT", {"text": str(number)}, wait=True)
        browser.wait(lambda: self.script("return document.querySelectorAll('.changes li').length >= 14 && document.querySelector('.changes li') !== window.kept"), "others came")
        self.assertTrue(self.script("return window.kept.isConnected && window.kept.contains(document.activeElement)"))
        keys = self.script("return [...document.querySelectorAll('.changes time')].map(node => node.dateTime)")
        self.assertEqual(keys, sorted(keys, reverse=True))
        # Once the focus is elsewhere, it goes its way as the others do.
        self.script("document.querySelector('h1').focus()")
        desk.send("ECHO_TEXT", {"text": "last"}, wait=True)
        browser.wait(lambda: self.script("return !window.kept.isConnected && document.querySelectorAll('.changes li').length === 14"), "it is gone")

    def test_a_row_stays_under_the_pointer_while_it_is_pressed(self):
        browser, desk = self.browser, self.desk
        desk.send("ECHO_TEXT", {"text": "first"}, wait=True)
        browser.go("#/now")
        browser.wait(lambda: browser.find(".changes a"), "a change")
        place = self.script("const link = document.querySelector('.changes a'); link.scrollIntoView({ block: 'center' }); const { x, y } = link.getBoundingClientRect(); window.pressed = link; return { x: x + 5, y: y + 8 }")
        mouse = lambda kind: browser.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, "button": "left", "clickCount": 1, **place})
        mouse("mousePressed")
        for number in range(3):
            desk.send("ECHO_TEXT", {"text": str(number)}, wait=True)
        desk.send("RENDER_SHOT", {"shot": "sq22_sh010", "frames": 3})
        until(lambda: self.events("state=running"), "a card would come above it")
        mouse("mouseReleased")
        wanted = self.script("return window.pressed.getAttribute('href')")
        browser.wait(lambda: browser.driver.current_url.endswith(wanted), "the event that was pressed")
        browser.go("#/now")
        browser.wait_for_text("frame 0003 of 3", ".running")
        desk.open_gate("sq22_sh010")

    def test_what_is_done_at_once_gets_no_card_that_would_move_the_rest(self):
        cards = self.with_modules(["activity", "now-view", "outputs", "listeners"], """
            const activity = new m.Activity();
            const never = () => new Promise(() => {});
            const app = { activity, outputs: new m.Outputs(), connected: new m.Listeners(), clientsChanged: new m.Listeners(), api: { status: never, tokens: never, event: never } };
            const view = m.nowView(app);
            document.querySelector('main').append(view.node);
            const told = (n, after, ago = 0) => activity.state({ id: `0197b1c0-0000-7000-8000-${String(n).padStart(12, '0')}`, eventType: `T${n}`, client: 'c', attempt: 1,
              before: 'queued', after, timestamp: new Date(Date.now() - ago).toISOString() });
            const frames = () => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)));
            const added = [];
            new MutationObserver(changes => changes.forEach(change => change.addedNodes.forEach(node => added.push(node.querySelector('a').textContent))))
              .observe(view.node.querySelector('.running'), { childList: true });
            told(1, 'running');
            await frames();
            told(1, 'succeeded');
            told(2, 'running', 5000);
            await frames();
            const first = added.join(' ');
            // It comes by itself, without another change.
            told(3, 'running');
            while (added.length < 2) await frames();
            view.close();
            view.node.remove();
            return [first, added.join(' ')];""")
        self.assertEqual(cards, ["T2", "T2 T3"])

    def test_clients_tell_their_connections_and_when_their_token_was_used(self):
        browser, desk = self.browser, self.desk
        desk.run("token", "create", "wallboard", "--origin", "https://screens.example")
        browser.go("#/access")
        browser.go("#/now")
        browser.wait_for_text("wallboard", ".now table")
        head = [node.text for node in browser.all(".now thead th")]
        self.assertEqual(head, ["Client", "Origin", "Connected", "Token used"])
        rows = {row[0]: row[1:] for row in ([cell.text for cell in row.find_elements("css selector", "th, td")] for row in browser.all(".now tbody tr"))}
        self.assertEqual(rows["wallboard"], ["https://screens.example", "not connected", "never"])
        self.assertRegex(rows["console"][1], r"^\d+ connections?$")


class HiddenTests(FeedTest):
    def test_a_tab_that_comes_into_sight_again_catches_up(self):
        browser, desk = self.browser, self.desk
        browser.go("#/events?type=ECHO_TEXT")
        browser.wait_for_text("No event fits")
        self.hide(True)
        desk.send("ECHO_TEXT", {"text": "seen_late"}, wait=True)
        self.event_in("succeeded")
        self.assertNotIn("seen_late", browser.text(".events-view"))
        self.hide(False)
        browser.wait_for_text("seen_late", ".grid-body")


class FocusTests(FeedTest):
    def test_an_action_chosen_by_key_gives_the_focus_to_the_view(self):
        browser = self.browser
        browser.go("#/actions/ECHO_TEXT")
        browser.wait(lambda: browser.find(".side a[data-type=RENDER_SHOT]"), "the actions")
        browser.find(".side a[data-type=RENDER_SHOT]").send_keys("\ue007")
        browser.wait_for_text("Renders a shot", ".action")
        self.assertEqual(self.script("return document.activeElement.tagName"), "H1")
