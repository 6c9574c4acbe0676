// What the JavaScript client makes of changes under its feet: other tabs, tokens, clients and ledgers, refusals, and calls from its own listeners.
import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Proxy, RunningBridge, next, pause } from './bridge.mjs';
import { KeptOutbox, open } from './connecting.mjs';

const options = { timeout: 60000 };

/** Waits for what the bridge or the client does, without an event of its own. */
async function until(holds) { while (!await holds()) await pause(10); }

/** The bridge with a ledger that has seen nothing. */
async function forget(server) {
  await server.kill();
  for (const name of readdirSync(server.home))
    if (!['actions', 'policies', 'deskbridge.yaml', 'gated.sh', 'gate'].includes(name)) rmSync(join(server.home, name), { recursive: true });
  await server.serve();
}

test('own confirmations and those of others come in their order after a reconnect, also if another tab acknowledged', options, async (t) => {
  const server = await RunningBridge.start(t);
  const proxy = await Proxy.to(t, server.port);
  const token = server.token('wallboard');
  const [dashboard, tab] = [open(t, { url: server.url, token: server.token() }), open(t, { url: server.url, token })];
  const wall = open(t, { url: proxy.url, token, channels: ['events'], backoff: { longest: 300 } });
  const told = [];
  wall.on('confirmation', ({ seq }) => { told.push(seq); });
  await next(wall, 'connected');
  for (let round = 1; round <= 5; round += 1) {
    proxy.isOpen = false;
    proxy.cut();
    await next(wall, 'offline');
    for (let n = 0; n < 3; n += 1) {
      await dashboard.send('COUNT', { n });
      await tab.send('COUNT', { n });
    }
    proxy.isOpen = true;
    await until(() => told.length >= round * 6);
  }
  assert.deepEqual(told, Array.from({ length: 30 }, (_, index) => index + 1));
});

test('a new token for the same client repeats nothing', options, async (t) => {
  const server = await RunningBridge.start(t);
  const [first, second] = [server.token(), server.token()];
  const bridge = open(t, { url: server.url, token: first });
  const told = [];
  bridge.on('confirmation', ({ seq }) => { told.push(seq); });
  for (let n = 0; n < 5; n += 1) await bridge.send('COUNT', { n });
  bridge.signIn({ token: second });
  await next(bridge, 'connected');
  await bridge.send('COUNT', { n: 5 });
  assert.deepEqual(told, [1, 2, 3, 4, 5, 6]);
});

for (const credential of ['token', 'ticket']) {
  test(`what another ledger accepted is sent once more, and its numbers begin anew (with a ${credential})`, options, async (t) => {
    const server = await RunningBridge.start(t);
    let token = server.token();
    const ticket = async () => {
      const response = await fetch(`${server.url}/v1/tickets`, { method: 'POST', headers: { Authorization: `Bearer ${token}` } });
      return (await response.json()).ticket;
    };
    const bridge = open(t, { url: server.url, backoff: { longest: 300 }, ...(credential === 'token' ? { token } : { ticket }) });
    const told = [];
    bridge.on('confirmation', ({ seq }) => { told.push(seq); });
    for (let n = 0; n < 3; n += 1) await bridge.send('COUNT', { n });
    const delivery = bridge.send('GATED', { name: 'x' });
    await delivery.accepted;
    await forget(server);
    token = server.token();
    bridge.signIn(credential === 'token' ? { token } : { ticket });
    await next(bridge, 'connected');
    server.open();
    assert.equal((await delivery).type, 'GATE_PASSED');
    for (let n = 0; n < 3; n += 1) await bridge.send('COUNT', { n });
    assert.deepEqual(told, [1, 2, 3, 1, 2, 3, 4]);
  });
}

test('what one client began no other goes on with', options, async (t) => {
  const server = await RunningBridge.start(t);
  const outbox = new KeptOutbox();
  const first = open(t, { url: server.url, token: server.token(), outbox });
  const key = 'k-1';
  await first.send('GATED', { name: 'x' }, { idempotencyKey: key }).accepted;
  first.close();
  const second = open(t, { url: server.url, token: server.token('wallboard'), outbox });
  await second.send('COUNT', { n: 1 });
  server.open();
  second.signIn({ token: server.token() });
  const [restored] = second.deliveries;
  assert.equal((await restored).idempotencyKey, key);
  // The wallboard sees what the dashboard does, and would see what it did itself.
  second.signIn({ token: server.token('wallboard') });
  const { events } = await second.request('list_events', { type: 'GATED' });
  assert.deepEqual(events.filter(({ client }) => client !== 'dashboard'), []);
});

test('what is sent right after signing in as another client is sent as that one', options, async (t) => {
  const server = await RunningBridge.start(t);
  const bridge = open(t, { url: server.url, token: server.token() });
  await bridge.send('COUNT', { n: 1 });
  bridge.signIn({ token: server.token('wallboard') });
  assert.equal((await bridge.send('COUNT', { n: 2 })).source, 'wallboard');
});

test('a subscription that was refused for the rate is made when that has passed, and pings end', options, async (t) => {
  const server = await RunningBridge.start(t, { limits: 'limits: {rate: 20/2s}' });
  const token = server.command('token', 'create', 'wallboard').trim();
  const dashboard = open(t, { url: server.url, token: server.token() });
  const wall = open(t, { url: server.url, token });
  wall.on('error', () => {});
  const told = [];
  wall.on('confirmation', ({ payload }) => { told.push(payload.n); });
  await next(wall, 'connected');
  await Promise.allSettled(Array.from({ length: 25 }, () => wall.request('get_status')));
  const refused = next(wall, 'error', ({ code }) => code === 'rate_limited');
  wall.subscribe('events');
  const pings = Array.from({ length: 5 }, () => wall.ping());
  await refused;
  assert.ok((await Promise.allSettled(pings)).length === 5);
  for (let n = 0; !told.length; n += 1) await dashboard.send('COUNT', { n });
});

test('only the message that is too large is refused, whether it is an event or a request', options, async (t) => {
  const server = await RunningBridge.start(t);
  const bridge = open(t, { url: server.url, token: server.token() });
  await next(bridge, 'connected');
  const [wide, plain] = await Promise.allSettled([
    bridge.send('ECHO', { text: '漢'.repeat(25000) }), bridge.send('ECHO', { text: 'x'.repeat(40000) })]);
  assert.equal(wide.reason.code, 'too_large');
  assert.equal(plain.status, 'fulfilled');
  const [request, small] = await Promise.allSettled([
    bridge.request('plan', { type: 'ECHO', payload: { text: 'x'.repeat(70000) } }), bridge.send('COUNT', { n: 1 })]);
  assert.equal(request.reason.code, 'too_large');
  assert.equal(small.status, 'fulfilled');
});

test('a page that ends before its listener is done is told once more; one that was done is not', options, async (t) => {
  const server = await RunningBridge.start(t);
  const token = server.token();
  const outbox = new KeptOutbox();
  const first = open(t, { url: server.url, token, outbox });
  let isDone = false;
  first.on('confirmation', ({ payload }) => payload.n === 2 && new Promise(() => {}));
  await first.send('COUNT', { n: 1 });
  await first.send('COUNT', { n: 2 }).then(() => { isDone = true; });
  first.close();
  assert.ok(isDone);
  const second = open(t, { url: server.url, token, outbox });
  const told = [];
  second.on('confirmation', ({ payload }) => { told.push(payload.n); });
  await second.send('COUNT', { n: 3 });
  second.close();
  const third = open(t, { url: server.url, token });
  third.on('confirmation', ({ payload }) => { told.push(payload.n); });
  await third.send('COUNT', { n: 4 });
  assert.deepEqual(told, [2, 3, 4]);
});

test('listeners may close, reconnect and sign in', options, async (t) => {
  const server = await RunningBridge.start(t);
  const token = server.token();
  const closing = open(t, { url: server.url, token });
  closing.on('connected', () => closing.close());
  await next(closing, 'closed');
  const turning = open(t, { url: server.url, token });
  const end = turning.on('connected', () => {
    end();
    turning.reconnect();
  });
  await until(() => turning.diagnostics().connections === 2 && turning.state === 'connected');
  for (const call of ['close', 'signIn']) {
    for (const state of ['reconnecting', 'offline']) {
      const proxy = await Proxy.to(t, server.port);
      const bridge = open(t, { url: proxy.url, token, backoff: { longest: 50 } });
      await next(bridge, 'connected');
      const called = next(bridge, state).then(() => {});
      const off = bridge.on(state, () => {
        off();
        proxy.isOpen = true;
        bridge[call]({ token });
      });
      proxy.isOpen = state === 'reconnecting';
      proxy.cut();
      await called;
      if (call === 'signIn') await bridge.send('COUNT', { n: 1 });
      await pause(200);
      assert.equal(bridge.state, call === 'close' ? 'closed' : 'connected');
      bridge.close();
      await until(() => proxy.connections === 0);
    }
  }
  const last = open(t, { url: server.url, token });
  last.on('confirmation', () => last.close());
  assert.equal((await last.send('COUNT', { n: 1 })).type, 'COUNTED');
});

test('a token that comes late replaces no newer one', options, async (t) => {
  const server = await RunningBridge.start(t);
  let give;
  const bridge = open(t, { url: server.url, token: () => new Promise((resolve) => { give = resolve; }) });
  await until(() => give);
  bridge.signIn({ token: server.token() });
  await next(bridge, 'connected');
  give(server.token('wallboard'));
  await pause(0);
  bridge.reconnect();
  await next(bridge, 'connected');
  assert.equal(bridge.client, 'dashboard');
});

test('an event that an earlier page sent is cancelled at the bridge', options, async (t) => {
  const server = await RunningBridge.start(t);
  const token = server.token();
  const outbox = new KeptOutbox();
  const first = open(t, { url: server.url, token, outbox });
  const { id } = await first.send('GATED', { name: 'x' }).accepted;
  first.close();
  const second = open(t, { url: server.url, token, outbox });
  // A delivery is awaited like a promise, and must not be given to one.
  let delivery;
  second.on('delivery', (restored) => { delivery = restored; });
  await until(() => delivery !== undefined);
  const cancelled = delivery.cancel();
  await assert.rejects(delivery, { code: 'cancelled' });
  await cancelled;
  assert.equal((await second.request('get_event', { id })).state, 'cancelled');
});

test('who stopped waiting may join, and cancel', options, async (t) => {
  const server = await RunningBridge.start(t);
  const bridge = open(t, { url: server.url, token: server.token() });
  const sent = bridge.send('GATED', { name: 'x' }, { idempotencyKey: 'k', timeout: 300 });
  await assert.rejects(sent, { code: 'timeout' });
  const joined = bridge.send('GATED', { name: 'x' }, { idempotencyKey: 'k' });
  server.open();
  assert.equal((await joined).type, 'GATE_PASSED');
  writeFileSync(server.gate, '');
  const ending = new AbortController();
  const aborted = bridge.send('GATED', { name: 'y' }, { signal: ending.signal });
  await until(() => aborted.phase !== 'unsent');
  ending.abort();
  await assert.rejects(aborted, { code: 'aborted' });
  await aborted.cancel();
  await until(() => aborted.state === 'cancelled');
});

test('a clock that is set back holds up nothing', options, async (t) => {
  const server = await RunningBridge.start(t, { limits: 'limits: {rate: 10/1s}' });
  const bridge = open(t, { url: server.url, token: server.command('token', 'create', 'dashboard').trim() });
  await next(bridge, 'connected');
  const sent = Array.from({ length: 20 }, (_, n) => bridge.send('COUNT', { n }));
  await sent[0];
  const real = Date.now;
  t.mock.method(Date, 'now', () => real() - 3_600_000);
  assert.equal((await Promise.all(sent)).length, 20);
});

test('changes of a storage of the application do not overlap', options, async (t) => {
  const server = await RunningBridge.start(t);
  const kept = new KeptOutbox();
  let [busy, overlaps] = [0, 0];
  const slowly = async (change) => {
    if (busy++) overlaps += 1;
    await pause(20);
    change();
    busy -= 1;
  };
  let closed;
  const end = new Promise((resolve) => { closed = resolve; });
  const outbox = {
    lasting: true, open: () => kept.open(), put: (entry) => slowly(() => kept.put(entry)), remove: (key) => slowly(() => kept.remove(key)),
    setCursor: (cursor) => slowly(() => kept.setCursor(cursor)), close: () => closed(),
  };
  const bridge = open(t, { url: server.url, token: server.token(), outbox });
  await Promise.all([1, 2, 3].map((n) => bridge.send('COUNT', { n })));
  bridge.close();
  await end;
  assert.deepEqual([overlaps, kept.entries.size, kept.cursor.seq], [0, 0, 3]);
});

test('channels that are none are refused here, and a hundred and more are subscribed to again', options, async (t) => {
  const server = await RunningBridge.start(t);
  const bridge = open(t, { url: server.url, token: server.token(), channels: ['events'] });
  assert.throws(() => bridge.subscribe('evnts'), TypeError);
  assert.throws(() => open(t, { url: server.url, channels: ['output:x'] }), TypeError);
  await next(bridge, 'connected');
  const complaints = [];
  bridge.on('error', (error) => complaints.push(error));
  for (let n = 0; n < 250; n += 1) bridge.subscribe(`output:01a1ffce-2533-7101-ad46-${n.toString(16).padStart(12, '0')}`);
  bridge.reconnect();
  await next(bridge, 'connected');
  await bridge.ping();
  assert.deepEqual(complaints, []);
});
