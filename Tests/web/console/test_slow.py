"""A page whose thread is busy for long, so that its browser stops reading: the bridge cuts it off, and the page comes back and misses nothing."""

import threading
import uuid

from desk import until
from test_console import ConsoleTest

# A second connection of the page, as a page of somebody else would have it. What it asks for fills what kernel and browser hold; nothing of the
# page runs until the bridge says that the connection is gone, which is asked for in a way that blocks.
BLOCK = """
const [done] = arguments;
const { token, seq: since } = JSON.parse(sessionStorage.getItem('deskbridge.session'));
const told = window.told = [], changes = window.changes = [];
import('/client.js').then(({ connect }) => {
  const bridge = window.slow = connect({ url: location.origin, token, channels: ['events'], outbox: 'memory', since, timeout: 120000 });
  bridge.on('confirmation', ({ seq, id }) => told.push([seq, id]));
  bridge.on('connection', ({ state, error }) => changes.push([state, error?.code ?? null]));
  const begin = bridge.on('connected', async () => {
    begin();
    // A page that reads gets such answers, and stays.
    for (let n = 0; n < 3; n++) await bridge.request('list_events');
    const connections = () => {
      const request = new XMLHttpRequest();
      request.open('GET', '/v1/status', false);
      request.setRequestHeader('Authorization', `Bearer ${token}`);
      request.send();
      return request.status === 200 ? JSON.parse(request.responseText).clients.find(({ client }) => client === 'console')?.connections ?? 0 : NaN;
    };
    const before = connections();
    for (let n = 0; n < 60; n++) bridge.request('list_events').catch(() => {});
    document.title = 'blocked';
    setTimeout(() => {
      const end = performance.now() + 60000;
      while (!(connections() < before) && performance.now() < end) {
        const pause = performance.now() + 100;
        while (performance.now() < pause);
      }
      done({ before, after: connections(), took: performance.now() - (end - 60000) });
    });
  });
});
"""


class SlowConsumerTests(ConsoleTest):
    def submit(self, text):
        return self.desk.ask("POST", "/v1/events", {"type": "ECHO_TEXT", "idempotencyKey": str(uuid.uuid4()), "payload": {"text": text}})["id"]

    def connections(self):
        return sum(one["connections"] for one in self.desk.ask("GET", "/v1/status")["clients"] if one["client"] == "console")

    def test_a_page_that_does_not_read_is_cut_off_and_comes_back_with_every_confirmation_once_and_in_order(self):
        browser = self.browser
        for number in range(50):
            self.submit(str(number).ljust(8_000, "x"))
        wanted = []

        def send():
            until(lambda: self.connections() >= 2, "the page has its second connection", timeout=60)
            while self.connections() >= 2:
                wanted.append(self.submit(f"{len(wanted)} ".ljust(50_000, "x")))
            wanted.extend(self.submit(f"meanwhile {number}") for number in range(12))

        sending = threading.Thread(target=send)
        browser.driver.set_script_timeout(90)
        sending.start()
        blocked = browser.driver.execute_async_script(BLOCK)
        sending.join()
        self.assertEqual(blocked["after"], blocked["before"] - 1, "the bridge closed it")
        # The bridge waits 5 s for a peer to take its last words. A page that reads again later than that finds the connection gone.
        reasons = lambda: [code for state, code in browser.driver.execute_script("return window.changes") if state == "reconnecting"]
        browser.wait(lambda: reasons(), "the page notices", timeout=60)
        self.assertIn(reasons()[0], ("slow_consumer", "connection_lost"))
        told = lambda: [one for one in browser.driver.execute_script("return window.told") if one[1] in wanted]
        browser.wait(lambda: len(told()) >= len(wanted), "all confirmations", timeout=180)
        self.assertEqual(len({seq for seq, _ in told()}), len(wanted), "each once")
        self.assertEqual([seq for seq, _ in told()], sorted(seq for seq, _ in told()), "in order")
        self.assertEqual({identity for _, identity in told()}, set(wanted))
        # The console beside it went on.
        browser.wait(lambda: browser.find("#connection[data-connection=connected]"), "the console is connected")
        browser.driver.execute_script("window.slow.close()")
        print(f"\n{len(wanted)} confirmations; cut off after {blocked['took'] / 1000:.1f} s of blocking, {reasons()[0]}")
