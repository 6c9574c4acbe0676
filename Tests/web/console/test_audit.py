"""The view of the audit in a real browser, against a real bridge."""

import json
import socket
import subprocess

from desk import until
from test_console import ConsoleTest


class AuditTests(ConsoleTest):
    def look(self, place="#/audit"):
        self.browser.go("#/now")
        self.browser.go(place)
        self.browser.wait(lambda: self.browser.find(".audit-view .list-status").text or self.browser.find(".audit-view .empty"), "the records")

    def shown(self):
        """The rows in sight, from above, each as its cells."""
        return self.browser.driver.execute_script(
            """return [...document.querySelectorAll('.audit-view .grid-body .row:not([hidden])')].map(row =>
              Object.fromEntries([...row.children].map(cell => [cell.className.split('cell-')[1], cell.textContent])))
              .sort((a, b) => b.seq - a.seq)""")

    def count(self):
        return int(self.browser.text(".audit-view .list-status").split()[0].replace(",", ""))

    def knock(self, origin):
        """Somebody without a good token asks from a page of this origin."""
        with socket.create_connection(("127.0.0.1", self.desk.port)) as stranger:
            token = "dbt_" + 43 * "A"
            stranger.sendall(
                f"GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1:{self.desk.port}\r\nOrigin: {origin}\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
            return stranger.recv(65536)

    def test_what_was_done_stands_there_newest_first_and_comes_as_it_happens(self):
        self.desk.run("token", "create", "wallboard", "--origin", "https://screens.example")
        self.look()
        rows = self.shown()
        self.assertEqual([int(row["seq"]) for row in rows], sorted((int(row["seq"]) for row in rows), reverse=True))
        made = next(row for row in rows if row["verb"] == "create token" and "wallboard" in row["about"])
        self.assertEqual((made["who"], made["from"], made["outcome"]), ("local", "control", "done"))
        self.desk.send("ECHO_TEXT", {"text": "later"}, wait=True)
        self.browser.wait(lambda: any(row["verb"] == "submit" and "ECHO_TEXT" in row["about"] for row in self.shown()), "what came since")

    def test_a_record_tells_all_it_holds_and_leads_to_its_event(self):
        browser = self.browser
        self.desk.send("ECHO_TEXT", {"text": "look"}, wait=True)
        event = json.loads(self.desk.run("events", "list", "--format", "json").stdout)["events"][0]
        self.look("#/audit?verb=submit")
        browser.find(".audit-view .grid").send_keys("j", "\ue007")
        browser.wait(lambda: browser.find(".audit-view .detail"), "the record")
        for text in ("submit", "ECHO_TEXT", event["id"], "policies/default.yaml", "Hash of the plan"):
            self.assertIn(text, browser.text(".detail"))
        browser.click(".detail a")
        browser.wait(lambda: browser.find("main[data-view=events] .detail .timeline"), "the event")
        self.assertIn(event["id"], browser.text(".detail"))

    def test_filters_find_what_was_refused_and_strangers_words_stay_text(self):
        browser = self.browser
        self.assertIn(b"401", self.knock("https://evil.example/<img src=x onerror='window.hurt=1'>"))
        self.knock("https://safe\u202eelpmaxe.live\u200b")
        self.look("#/audit?outcome=denied")
        browser.wait(lambda: all(row["outcome"] == "denied" for row in self.shown()) and len(self.shown()) >= 1, "only refusals")
        self.assertTrue(any("<img src=x" in row["from"] for row in self.shown()), self.shown())
        self.assertIsNone(browser.driver.execute_script("return window.hurt ?? null"))
        self.assertEqual(browser.all("main img, main script"), [])
        for character in "\u202e\u200b":
            self.assertNotIn(character, browser.text("body"))
        search = browser.find(".audit-view input[type=search]")
        search.send_keys("evil.example")
        browser.wait(lambda: self.count() == 1, "one record")
        self.assertIn("q=evil.example", browser.driver.current_url)
        search.send_keys(" and nothing else")
        browser.wait_for_text("No record fits")

    def test_thousands_are_paged_in_order_and_exported_whole(self):
        browser, desk = self.browser, self.desk
        for _ in range(600):
            made = desk.ask("POST", "/v1/tokens", {"client": "wallboard"})
            desk.ask("DELETE", f"/v1/tokens/{made['id']}")
        total = int(desk.ask("GET", "/v1/audit?limit=1")["lastSeq"])
        self.assertGreater(total, 1200)
        self.look()
        self.assertLess(self.count(), total)
        browser.wait(
            lambda: browser.driver.execute_script("const body = document.querySelector('.audit-view .grid-body'); body.scrollTop = body.scrollHeight")
            or any(row["seq"] == "1" for row in self.shown()), "the first record of all")
        self.assertEqual(self.count(), total)
        self.assertEqual([int(row["seq"]) for row in self.shown()], list(range(int(self.shown()[0]["seq"]), 0, -1)))
        browser.click_button("Export")
        path = until(lambda: next(iter(self.downloads.glob("deskbridge-records-*.jsonl")), None), "the file is there")
        until(lambda: len(path.read_text().splitlines()) >= total, "all are written")
        checked = subprocess.run([desk.program, "audit", "verify", "--file", path], capture_output=True, text=True)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""), checked.stdout)

    def test_a_time_range_begins_and_ends_where_it_says(self):
        browser = self.browser
        for text in ("first", "second"):
            self.desk.send("ECHO_TEXT", {"text": text}, wait=True)
        records = [json.loads(line) for line in self.desk.ask("GET", "/v1/audit")["lines"]]
        middle = [record["at"] for record in records if record["verb"] == "submit"][-1]
        self.look()
        browser.driver.execute_script("const choice = document.querySelector('.range select'); choice.value = 'custom'; choice.dispatchEvent(new Event('change'))")
        self.set_time("From", middle)
        after = [record["seq"] for record in records if record["at"] >= middle]
        browser.wait(lambda: self.shown() and int(self.shown()[-1]["seq"]) == after[0], "none from before")
        self.set_time("From", records[0]["at"])
        self.set_time("To", middle)
        browser.wait(lambda: self.shown() and int(self.shown()[0]["seq"]) == after[0] - 1, "none from after")
        self.set_time("To", "2001-01-01T00:00:00.000Z")
        browser.wait_for_text("No record fits")

    def test_the_chain_is_verified_and_a_mark_that_was_never_there_is_told(self):
        browser = self.browser
        self.look()
        browser.click_button("Verify the chain")
        browser.wait_for_text("The chain is whole", ".chain")
        mark = browser.text(".chain-end code")
        self.assertRegex(mark, r"^\d+:[0-9a-f]{64}$")
        self.desk.run("audit", "verify", "--mark", mark)
        browser.click(".chain summary")
        browser.fill("Where it ended once", mark.split(":")[0] + ":" + 64 * "0")
        browser.click_button("Verify the chain")
        browser.wait_for_text("The chain is broken", ".chain")
        self.assertIn("is not the one that was noted", browser.text(".chain"))
        browser.fill("Where it ended once", "nonsense")
        browser.click_button("Verify the chain")
        browser.wait_for_text("NUMBER:HASH", ".chain")
        browser.complaints()
