"""What is typed into the console: it is sent as it stands there, once, and what is wrong with it is said beside it."""

import json
import os
import subprocess

from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

import desk as desks
from desk import until
from test_console import ConsoleTest


class FormTest(ConsoleTest):
    def script(self, text, *arguments):
        return self.browser.driver.execute_script(text, *arguments)

    def focused(self):
        return self.script("const node = document.activeElement; return node.getAttribute('aria-label') ?? (node.id || node.textContent)")

    def events(self, text):
        return self.desk.ask("GET", f"/v1/events?q={text}")["events"]

    def form_of(self, type):
        self.browser.go("#/now")
        self.browser.go(f"#/actions/{type}")
        self.browser.wait(lambda: self.browser.text(".action h2") == type and self.browser.find(".form :is(input, textarea)"), f"the form of {type}")

    def type_json(self, text):
        self.script("document.querySelector('.payload details').open = true")
        field = self.browser.find(".payload textarea.code")
        field.clear()
        field.send_keys(text)

    def named(self, verb):
        return self.browser.find(f".action [data-verb={verb}]")

    def is_off(self, verb):
        return self.named(verb).get_attribute("aria-disabled") == "true"


class JSONTests(FormTest):
    def test_what_stands_there_as_json_is_planned_and_sent_with_every_member(self):
        self.form_of("CREATE_RESOURCE")
        self.type_json('{"name": "Whole", "user": "x", "extra": 1}')
        self.assertIn('"extra":1', self.browser.text(".snippet"))
        self.browser.click_button("Dry run")
        self.browser.wait_for_text("Refused", ".result")
        self.assertIn("/payload/extra", self.browser.text(".result"))
        self.browser.click_button("Send")
        self.browser.wait_for_text("extra is not declared", ".result")
        self.assertEqual(self.events("Whole"), [])

    def test_nothing_goes_while_the_json_is_none_and_the_place_of_the_mistake_is_told(self):
        browser = self.browser
        self.form_of("CREATE_RESOURCE")
        browser.fill("name", "Older")
        browser.fill("user", "x")
        for text, words in (
            ('{"name": "Ab"} oops', "Line 1, column 16: there is more after the end"), ("[1, 2]", "has to be an object"),
            ('{"name": "A",\n "shots": 12345678901234567890}', "Line 2, column 11: a browser cannot keep"),
            ('{"name": "A", "name": "B"}', "stands here a second time"), ("{'name': 1}", "Line 1, column 2: a name in double quotes"),
        ):
            with self.subTest(text):
                self.type_json(text)
                self.assertIn(words, browser.text("#payload-problem"))
                self.assertTrue(browser.find("#payload-problem").is_displayed())
                self.assertTrue(self.is_off("send") and self.is_off("dry-run"))
                for verb in ("send", "dry-run"):
                    self.assertIn("payload-problem", self.named(verb).get_attribute("aria-describedby"))
                    self.named(verb).click()
                browser.find(".payload textarea.code").send_keys(Keys.CONTROL, Keys.ENTER)
                self.assertEqual(browser.text(".result"), "")
                self.assertFalse(browser.find(".snippet").is_displayed(), "there is nothing to paste")
        # Whatever was sent would have come by the time this is done.
        self.type_json('{"name": "Newer", "user": "x"}')
        self.assertEqual(browser.text("#payload-problem"), "")
        browser.click_button("Send")
        browser.wait_for_text("Sent", ".result")
        self.assertEqual([event["payload"]["name"] for event in map(self.whole, self.events("Newer") + self.events("Older"))], ["Newer"])
        # What is edited last counts, also the other way round.
        browser.fill("name", "Newest")
        self.assertEqual(json.loads(browser.find(".payload textarea.code").get_property("value"))["name"], "Newest")

    def whole(self, event):
        return self.desk.ask("GET", f"/v1/events/{event['id']}")

    def test_a_number_that_a_browser_would_round_is_refused_and_not_rounded(self):
        self.form_of("RENDER_SHOT")
        self.browser.fill("shot", "sq01")
        for number in ("9007199254740993", "0x10"):
            self.browser.fill("frames", number)
            self.browser.click_button("Dry run")
            self.browser.wait(lambda: self.browser.find("[aria-invalid=true]"), "it is refused")
            self.assertIn(json.dumps(number), self.browser.text(".snippet"))


class SendingTests(FormTest):
    def test_two_clicks_are_one_event(self):
        self.form_of("CREATE_RESOURCE")
        self.browser.fill("name", "Twice")
        self.browser.fill("user", "x")
        ActionChains(self.browser.driver).double_click(self.named("send")).perform()
        self.browser.wait(lambda: self.browser.find(".result .detail .state[data-state=succeeded]"), "it is done")
        self.assertEqual(len(self.events("Twice")), 1)

    def test_until_it_is_taken_nothing_more_is_sent_even_from_another_visit(self):
        browser = self.browser
        self.form_of("CREATE_RESOURCE")
        browser.fill("name", "Once")
        browser.fill("user", "x")
        # The connection goes, and stays away until it is asked for.
        self.script("window.open_ = WebSocket.prototype.send; WebSocket.prototype.send = function () {}")
        for _ in range(3):
            self.named("send").click()
            browser.find(".form input").send_keys(Keys.CONTROL, Keys.ENTER)
        self.assertTrue(self.is_off("send"))
        self.form_of("CREATE_RESOURCE")
        browser.wait(lambda: self.is_off("send"), "it is still being sent")
        self.named("send").click()
        self.script("WebSocket.prototype.send = window.open_")
        browser.go("#/debug")
        browser.click_button("Reconnect")
        until(lambda: self.events("Once"), "it came")
        self.form_of("CREATE_RESOURCE")
        browser.wait(lambda: not self.is_off("send"), "another can be sent")
        self.assertEqual(len(self.events("Once")), 1)

    def test_what_was_typed_is_there_after_looking_elsewhere(self):
        browser = self.browser
        self.form_of("ECHO_TEXT")
        browser.fill("text", "half a sen")
        self.form_of("CREATE_RESOURCE")
        self.type_json('{"name": "Kept", "more": [1')
        self.form_of("ECHO_TEXT")
        self.assertEqual(browser.find(".form :is(input, textarea)").get_property("value"), "half a sen")
        self.form_of("CREATE_RESOURCE")
        self.assertEqual(browser.find(".payload textarea.code").get_property("value"), '{"name": "Kept", "more": [1')
        self.assertTrue(self.is_off("send"))

    def test_a_secret_is_in_no_snippet_and_is_not_kept(self):
        browser = self.browser
        self.desk.write("actions/secret.yaml", desks.ECHO.replace("action: echo", "action: secret").replace("ECHO_TEXT", "TELL_SECRET")
                        .replace("maxLength: 60000}", "maxLength: 60, secret: true}").replace('result: {text: "{text}"}\n', ""))
        until(lambda: any(one["type"] == "TELL_SECRET" for one in self.desk.ask("GET", "/v1/actions")["actions"]), "the action is known")
        self.form_of("TELL_SECRET")
        browser.fill("text", "hush-hush")
        self.assertIsNone(browser.find(".payload textarea.code"))
        self.assertIn('"text":"…"', browser.text(".snippet"))
        self.assertNotIn("hush-hush", browser.text("main"))
        self.form_of("ECHO_TEXT")
        self.form_of("TELL_SECRET")
        self.assertEqual(browser.find(".form input").get_property("value"), "")


class SnippetTests(FormTest):
    PAYLOAD = {"text": "it's \"quoted\" $HOME `id` \\ !\nüñ🧭"}

    def snippet(self, kind):
        self.form_of("ECHO_TEXT")
        self.type_json(json.dumps(self.PAYLOAD))
        self.browser.click_button(kind, ".tabs")
        self.script("navigator.clipboard.writeText = async text => { window.copied = text; }; window.copied = null")
        self.browser.click_button("Copy", ".snippets")
        return self.browser.wait(lambda: self.script("return window.copied"), "copied")

    def sent(self, confirmation):
        self.assertEqual(confirmation["payload"], self.PAYLOAD)

    def test_curl_needs_nothing_else_and_a_second_run_of_it_is_the_same_event(self):
        text = self.snippet("curl")
        token = json.loads(self.desk.run("token", "create", "dashboard", "--format", "json").stdout)["token"]
        # A machine that has curl, and nothing else.
        folder = self.desk.home / "only"
        folder.mkdir()
        (folder / "curl").symlink_to("/usr/bin/curl")
        answers = [self.shell(text, {"PATH": str(folder), "DESKBRIDGE_TOKEN": token}) for _ in range(2)]
        first, second = (json.loads(answer.stdout) for answer in answers)
        self.assertEqual(first["state"], "succeeded", first)
        self.assertEqual(first["id"], second["id"])
        self.sent(self.desk.ask("GET", f"/v1/events/{first['id']}"))
        other = self.snippet("curl")
        self.assertNotEqual(text, other, "each copy is an event of its own")

    def test_the_command_line(self):
        text = self.snippet("deskbridge send")
        done = self.shell(text + " --format json", {
            "PATH": os.path.dirname(os.path.abspath(self.desk.program)), "DESKBRIDGE_HOME": str(self.desk.home), "HOME": str(self.desk.home)})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.sent(self.desk.ask("GET", f"/v1/events/{self.events('quoted')[0]['id']}"))

    def test_javascript(self):
        for kind in ("fetch", "client.js"):
            with self.subTest(kind):
                before = {event["id"] for event in self.events("quoted")}
                text = self.snippet(kind).replace("import { connect } from ", "const { connect } = await import(").replace("/client.js';", "/client.js');")
                answer = self.browser.driver.execute_async_script(
                    "const done = arguments[0], { token } = JSON.parse(sessionStorage.getItem('deskbridge.session'));\n"
                    f"(async () => {{\n{text}\nreturn typeof event === 'object' && event ? event : confirmation; }})().then(done, error => done(String(error)));"
                    .replace("typeof event === 'object' && event ? event : confirmation", "event" if kind == "fetch" else "confirmation"))
                self.assertIsInstance(answer, dict)
                new = [event for event in self.events("quoted") if event["id"] not in before]
                self.assertEqual(len(new), 1)
                self.sent(self.desk.ask("GET", f"/v1/events/{new[0]['id']}"))

    def shell(self, text, environment):
        return subprocess.run(["/bin/sh", "-c", text], env=environment, capture_output=True, text=True, timeout=60)


class ActionListTests(FormTest):
    def test_the_action_that_is_shown_is_marked_as_the_current_one(self):
        browser = self.browser
        self.form_of("ECHO_TEXT")
        self.script("document.querySelector('.side a[data-type=RENDER_SHOT]').focus()")
        ActionChains(browser.driver).send_keys(Keys.ENTER).perform()
        browser.wait(lambda: browser.text(".action h2") == "RENDER_SHOT", "another action")
        current = self.script("return [...document.querySelectorAll('.side a[aria-current]')].map(link => [link.dataset.type, link.getAttribute('aria-current')])")
        self.assertEqual(current, [["RENDER_SHOT", "page"]])
        # Loaded anew, the list leaves the focus where it is.
        self.script("document.querySelector('.side a[data-type=ECHO_TEXT]').focus(); window.link = document.activeElement; dispatchEvent(new Event('focus'))")
        browser.wait(lambda: self.script("return !window.link.isConnected"), "it is drawn anew")
        self.assertEqual(self.script("return document.activeElement.dataset.type"), "ECHO_TEXT")

    def test_what_changed_elsewhere_is_seen_when_somebody_looks_again_or_asks(self):
        browser = self.browser
        self.form_of("ECHO_TEXT")
        browser.fill("text", "stays")
        for name, look in (("FIRST_NEW", "dispatchEvent(new Event('focus'))"), ("SECOND_NEW", "document.dispatchEvent(new Event('visibilitychange'))"), ("THIRD_NEW", None)):
            self.desk.write(f"actions/{name.lower()}.yaml", desks.ECHO.replace("action: echo", f"action: {name.lower()[:-4]}").replace("ECHO_TEXT", name))
            until(lambda: any(one["type"] == name for one in self.desk.ask("GET", "/v1/actions")["actions"]), "the bridge knows it")
            self.assertNotIn(name, browser.text(".side"))
            self.script(look) if look else browser.click_button("Refresh")
            browser.wait_for_text(name, ".side")
        self.assertRegex(browser.text(".freshness"), r"As of \d\d:\d\d")
        self.assertEqual(browser.find(".form :is(input, textarea)").get_property("value"), "stays")
        (self.desk.home / "actions" / "third_new.yaml").unlink()
        browser.go("#/actions/THIRD_NEW")
        until(lambda: not any(one["type"] == "THIRD_NEW" for one in self.desk.ask("GET", "/v1/actions")["actions"]), "it is gone")
        browser.click_button("Refresh")
        browser.wait_for_text("No action is for THIRD_NEW", ".action")

    def test_what_could_not_be_loaded_is_when_the_connection_is_back(self):
        browser = self.browser
        for view, shown in (("actions", ".side a"), ("access", ".access table")):
            with self.subTest(view):
                browser.go("#/debug")
                self.script(
                    """const send = WebSocket.prototype.send;
                    WebSocket.prototype.send = function (text) { WebSocket.prototype.send = send; window.socket = this; send.call(this, text); };
                    window.fetch_ ??= window.fetch; window.fetch = async () => { throw new TypeError('Failed to fetch'); }""")
                browser.click_button("Measure")
                browser.wait(lambda: self.script("return Boolean(window.socket)"), "the connection is known")
                browser.go(f"#/{view}")
                browser.wait_for_text("Try again")
                self.script("window.fetch = window.fetch_")
                self.assertIsNone(browser.find(shown))
                self.script("window.socket.close(); window.socket = null")
                browser.wait(lambda: browser.find(shown), "it is there")


class TokenTests(FormTest):
    def open(self):
        self.browser.go("#/now")
        self.browser.go("#/access")
        self.browser.wait(lambda: self.browser.find("[aria-label=Tokens] table"), "the tokens")

    def test_a_mistake_in_a_new_token_stands_beside_its_field_and_nothing_is_lost(self):
        browser = self.browser
        self.open()
        browser.click_button("New token…")
        browser.fill("Client", "Wall Board!", "dialog")
        browser.fill("Origins", "https://screens.example studio.example", "dialog")
        browser.fill("Good for", "5 weeks", "dialog")
        browser.find("#token-origin").send_keys(Keys.ENTER)
        browser.wait_for_text("Must be a name of small letters", "#token-client-problem")
        self.assertEqual((browser.find("#token-client").get_attribute("aria-invalid"), self.focused()), ("true", "token-client"))
        browser.fill("Client", "wallboard", "dialog")
        self.assertFalse(browser.find("#token-client-problem").is_displayed())
        browser.click_button("Create", "dialog")
        browser.wait(lambda: browser.find("#token-origin-problem").is_displayed(), "the next mistake")
        self.assertEqual(browser.find("#token-origin").get_property("value"), "https://screens.example studio.example")
        browser.fill("Origins", "https://screens.example", "dialog")
        browser.click_button("Create", "dialog")
        browser.wait_for_text("Must be a duration", "#token-expires-problem")
        browser.find("#token-expires").clear()
        browser.find("#token-expires").send_keys("30d", Keys.ENTER)
        browser.wait_for_text("It is shown this once", "dialog")
        browser.click_button("I have it", "dialog")
        browser.wait(lambda: browser.find("button[aria-label='Revoke the token of wallboard']"), "it is listed")
        made = [token for token in self.desk.ask("GET", "/v1/tokens")["tokens"] if token["client"] == "wallboard"]
        self.assertEqual([token["origins"] for token in made], [["https://screens.example"]])
        # What the browser itself says of a 422.
        browser.complaints()

    def test_after_revoking_the_focus_is_at_the_heading(self):
        self.desk.run("token", "create", "short-lived")
        self.open()
        self.browser.find("button[aria-label='Revoke the token of short-lived']").send_keys(Keys.ENTER)
        self.browser.click_button("Revoke", "dialog")
        self.browser.wait(lambda: not self.browser.find("button[aria-label='Revoke the token of short-lived']"), "it is revoked")
        self.assertEqual(self.focused(), "Tokens and origins")

    def test_a_token_made_elsewhere_shows_and_the_focus_stays_where_it_is(self):
        self.desk.run("token", "create", "there-before")
        self.open()
        self.script("document.querySelector(`button[aria-label='Revoke the token of there-before']`).focus()")
        self.desk.run("token", "create", "made-elsewhere")
        self.script("dispatchEvent(new Event('focus'))")
        self.browser.wait_for_text("made-elsewhere", ".access")
        self.assertEqual(self.focused(), "Revoke the token of there-before")

    def test_questions_about_policies_tell_their_mistakes_beside_the_fields(self):
        browser = self.browser
        self.open()
        browser.fill("Payload", '{\n  "name": Project\n}')
        browser.click_button("Explain")
        browser.wait_for_text("Give its type, such as CREATE_RESOURCE", "#explain-type-problem")
        self.assertIn("Line 2, column 11: a value belongs here", browser.text("#explain-payload-problem"))
        self.assertEqual(self.focused(), "explain-type")
        browser.fill("Event type", "CREATE_RESOURCE")
        browser.fill("Payload", '{"name": "A", "user": "x"}')
        browser.fill("Origin", "studio.example")
        browser.click_button("Explain")
        browser.wait(lambda: browser.find("#explain-origin-problem").is_displayed(), "what the bridge objects to")
        self.assertEqual(browser.text(".explain + div"), "")
        browser.fill("Origin", "https://studio.example")
        browser.click_button("Explain")
        browser.wait_for_text("policies/default.yaml", ".explain + div")
        browser.complaints()


class DebugTests(FormTest):
    def setUp(self):
        super().setUp()
        self.browser.go("#/debug")

    def test_a_paused_log_says_so_and_goes_on_when_told(self):
        browser = self.browser
        plain = self.look("Pause")
        browser.click_button("Pause")
        browser.wait_for_text("Paused since", ".paused")
        self.assertNotEqual(self.look("Resume"), plain)
        self.desk.send("ECHO_TEXT", {"text": "unheard"}, wait=True)
        browser.go("#/now")
        browser.go("#/debug")
        browser.wait(lambda: "paused, " in browser.text(".messages .list-status"), "the status line says so")
        browser.click_button("Clear")
        browser.wait_for_text("Paused: new messages are not kept", ".messages .list-empty")
        browser.click_button("Resume")
        browser.wait_for_text("New messages appear here", ".messages .list-empty")
        self.assertEqual(browser.text(".paused"), "")
        self.desk.send("ECHO_TEXT", {"text": "heard"}, wait=True)
        browser.wait(lambda: not browser.find(".messages .list-empty").is_displayed(), "a message")

    def look(self, label):
        return self.script(
            """const button = [...document.querySelectorAll('.messages button')].find(one => one.textContent === arguments[0]);
            button.blur(); const { backgroundColor, borderColor } = getComputedStyle(button); return [backgroundColor, borderColor]""", label)

    def test_what_is_selected_stays_so_and_the_newest_round_trip_is_shown(self):
        browser = self.browser
        browser.wait_for_text("State", ".debug .facts")
        self.script("getSelection().selectAllChildren(document.querySelector('.debug .facts dd span')); window.node = getSelection().anchorNode")
        # Drawn anew by each message.
        for _ in range(2):
            number = self.shown_messages()
            self.desk.send("ECHO_TEXT", {"text": "draw"}, wait=True)
            browser.wait(lambda: self.shown_messages() > number, "it is drawn anew")
        self.assertEqual(self.script("return [getSelection().toString(), window.node.isConnected]"), ["connected", True])
        browser.click_button("Measure")
        browser.wait(lambda: "ms" in self.fact("Round trip"), "it is measured")
        # Whichever is the newest: here one that nobody asked for.
        self.script("const now = performance.now; performance.now = () => now.call(performance) + (window.later ?? 0); window.later = 0")
        shown = self.browser.driver.execute_async_script(
            """const done = arguments[0], send = WebSocket.prototype.send;
            WebSocket.prototype.send = function (text) { send.call(this, text); if (text.includes('"ping"')) window.later += 7000; };
            [...document.querySelectorAll('button')].find(one => one.textContent === 'Measure').click();
            setTimeout(() => { WebSocket.prototype.send = send; done(true); }, 0);""")
        self.assertTrue(shown)
        browser.wait(lambda: "7.0 s" in self.fact("Round trip"), "the newest")

    def shown_messages(self):
        return int(self.browser.text(".messages .list-status").split("; ")[1].split(" in")[0].replace(",", ""))

    def fact(self, name):
        return self.script("return [...document.querySelectorAll('.debug .facts > div')].find(row => row.firstChild.textContent === arguments[0]).lastChild.textContent", name)


class ReadingTests(FormTest):
    def test_every_character_that_hides_is_marked(self):
        hidden = [0x34F, 0xFE0F, 0x2800, 0xA0, 0x3000, 0x202F, 0x2003, 0x1680, 0x200B, 0x200D, 0x202E, 0x2066, 0xAD, 0x61C, 0x115F, 0x17B4, 0x180B, 0x2060,
                  0x3164, 0xFFA0, 0xFFF9, 0xFEFF, 0xE0001, 0xE0100, 0x1D173, 0x1D159, 0x16FE4, 0x13430, 0x2028, 0x7F, 0x85, 0xFFFE, 0x1B, 0x0]
        text = "a b\tc\nÄöü — “q” … 漢字 한국어 العربية हिन्दी 😀 é"
        shown = self.browser.driver.execute_async_script(
            """const [codes, text, done] = arguments;
            import('/console/hidden-characters.js').then(({ plain }) => done([codes.filter(code => !plain(String.fromCodePoint(code)).includes('⟨')), plain(text)]));""",
            hidden, text)
        self.assertEqual(shown, [[], text])

    def test_numbers_and_times_of_every_language_have_ordinary_spaces(self):
        marked = self.browser.driver.execute_async_script(
            """const [done] = arguments, DateTimeFormat = Intl.DateTimeFormat, toLocaleString = Number.prototype.toLocaleString;
            Promise.all(['fr', 'en-US', 'ar', 'he', 'de-CH'].map(async language => {
              Intl.DateTimeFormat = function (_, options) { return new DateTimeFormat(language, options); };
              Number.prototype.toLocaleString = function () { return toLocaleString.call(this, language); };
              const [formats, { plain }] = await Promise.all([import(`/console/formats.js?${language}`), import('/console/hidden-characters.js')]);
              const all = [formats.number(1234567), formats.dateAndTime(0), formats.moment(0), formats.time(0), formats.hourAndMinute(0)];
              return all.filter(text => plain(text) !== text);
            })).then(all => { Intl.DateTimeFormat = DateTimeFormat; Number.prototype.toLocaleString = toLocaleString; done(all.flat()); });""")
        self.assertEqual(marked, [])

    def test_charts_tell_their_scale(self):
        self.desk.send("ECHO_TEXT", {"text": "counted"}, wait=True)
        self.browser.go("#/now")
        scales = lambda: [node.text.split("\n") for node in self.browser.all(".charts figcaption")]
        self.browser.wait(lambda: len(scales()) == 2 and all("max" in " ".join(scale) for scale in scales()), "what they reach to")
        for scale, unit in zip(scales(), (r"max [\d.]+/s", r"max [\d.<]+ m?s")):
            self.assertEqual((scale[0], scale[2]), ("5 min ago", "now"))
            self.assertRegex(scale[1], unit)

    def test_an_outcome_in_the_audit_names_the_type_of_its_event(self):
        self.desk.send("ECHO_TEXT", {"text": "audited"}, wait=True)
        self.browser.go("#/audit")
        row = ".audit-view .grid-body .row:not([hidden])"
        about = lambda: self.script(
            """return [...document.querySelectorAll(arguments[0])].filter(row => row.querySelector('.cell-verb').textContent === 'outcome')
            .map(row => row.querySelector('.cell-about').textContent)""", row)
        self.browser.wait(lambda: about() and all(text.startswith("ECHO_TEXT ") for text in about()), "the type")
