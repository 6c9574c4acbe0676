// The JavaScript client in Node against the real bridge.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BridgeError, EventFailedError, connect } from '../../web/client.js';
import { Proxy, RunningBridge, next, pause } from './bridge.mjs';
import { KeptOutbox, open } from './connecting.mjs';
import { WebSocket } from './websocket.mjs';

const options = { timeout: 60000 };

for (const transport of ['websocket', 'sse']) {
  describe(`over ${transport}`, () => {
    test('a delivery becomes its confirmation, and tells what happens on the way', options, async (t) => {
      const server = await RunningBridge.start(t);
      const bridge = open(t, { url: server.url, token: server.token(), transport });
      const delivery = bridge.send('ECHO', { text: 'hello' });
      const updates = [];
      for await (const update of delivery.updates) updates.push(update);
      assert.equal(updates[0].kind, 'accepted');
      assert.deepEqual(updates.filter(({ kind }) => kind === 'output').flatMap(({ lines }) => lines), ['hello']);
      assert.equal(updates.at(-1).kind, 'confirmation');
      const confirmation = await delivery;
      assert.deepEqual(confirmation.payload, { text: 'hello' });
      assert.equal(confirmation.type, 'ECHOED');
      assert.equal(delivery.state, 'succeeded');
      assert.equal((await delivery.accepted).id, confirmation.id);
      assert.deepEqual(bridge.deliveries, []);
    });

    test('an event that fails, and one that is refused, throw what the bridge said', options, async (t) => {
      const server = await RunningBridge.start(t);
      const bridge = open(t, { url: server.url, token: server.token(), transport });
      await assert.rejects(bridge.send('BREAK'), (error) => error instanceof EventFailedError && error.code === 'exit_status' && error.confirmation.type === 'BREAK_FAILED');
      await assert.rejects(bridge.send('COUNT', { n: 'one' }), (error) => error.code === 'invalid_event' && error.errors[0].pointer === '/payload/n');
      await assert.rejects(bridge.send('DENIED'), { code: /^(denied_by_policy|unknown_event_type)$/ });
      await assert.rejects(bridge.request('get_event', { id: 'none' }), BridgeError);
      assert.equal(bridge.state, 'connected');
    });

    test('one key runs once, whatever is sent under it', options, async (t) => {
      const server = await RunningBridge.start(t);
      const token = server.token();
      const [first, second] = [open(t, { url: server.url, token, transport }), open(t, { url: server.url, token, transport })];
      const sent = [first, second].map((bridge) => bridge.send('COUNT', { n: 1 }, { idempotencyKey: 'k-1' }));
      const [a, b] = await Promise.all(sent);
      assert.equal(a.id, b.id);
      await assert.rejects(first.send('COUNT', { n: 2 }, { idempotencyKey: 'k-1' }), { code: 'key_reused' });
    });

    test('what is sent while the bridge is off goes out when it is there', options, async (t) => {
      const server = await RunningBridge.start(t);
      const token = server.token();
      await server.kill();
      const bridge = open(t, { url: server.url, token, transport });
      const offline = await next(bridge, 'offline');
      assert.equal(offline.error.code, 'unreachable');
      assert.match(offline.error.message, /deskbridge status/);
      const sent = [1, 2, 3].map((n) => bridge.send('COUNT', { n }));
      await server.serve();
      assert.deepEqual((await Promise.all(sent)).map(({ payload }) => payload.n).sort(), [1, 2, 3]);
    });

    test('a bridge that is killed while an event runs confirms it after its start', options, async (t) => {
      const server = await RunningBridge.start(t);
      const bridge = open(t, { url: server.url, token: server.token(), transport });
      const delivery = bridge.send('GATED', { name: 'x' });
      for await (const update of delivery.updates) {
        if (update.kind !== 'output') continue;
        if (update.lines.includes('begun x')) break;
      }
      const offline = next(bridge, 'offline');
      await server.kill();
      await offline;
      const connected = next(bridge, 'connected');
      await server.serve();
      await connected;
      server.open();
      assert.deepEqual((await delivery).payload, { name: 'x' });
    });

    test('what was written before one listened is told, and each line once', options, async (t) => {
      const server = await RunningBridge.start(t);
      const token = server.token();
      const first = open(t, { url: server.url, token, transport });
      const sent = first.send('GATED', { name: 'x' }, { idempotencyKey: 'k' });
      for await (const update of sent.updates) if (update.kind === 'output') break;

      // Another page that sends it again joins it in the middle.
      const second = open(t, { url: server.url, token, transport });
      const joined = second.send('GATED', { name: 'x' }, { idempotencyKey: 'k' });
      const lines = [];
      for await (const update of joined.updates) {
        if (update.kind !== 'output') continue;
        lines.push(...update.lines);
        if (lines.length === 1) {
          // Ends while the connection is away, or just when it is back.
          const connected = next(second, 'connected');
          second.reconnect();
          await connected;
          server.open();
        }
      }
      assert.deepEqual(lines, ['begun x', 'done x']);
      await sent;
    });

    test('a page that comes back sends what the last one kept, and is told each confirmation once', options, async (t) => {
      const server = await RunningBridge.start(t);
      const token = server.token();
      const outbox = new KeptOutbox();
      await server.kill();
      const first = connect({ url: server.url, token, transport, WebSocket, outbox });
      const sent = first.send('COUNT', { n: 7 });
      await next(first, 'offline');
      first.close();
      await assert.rejects(sent, { code: 'closed' });
      assert.equal(outbox.entries.size, 1);
      await server.serve();

      const second = open(t, { url: server.url, token, transport, outbox });
      let restored;
      second.on('delivery', (delivery) => { restored = delivery; });
      const confirmed = await next(second, 'confirmation');
      assert.deepEqual(confirmed.payload, { n: 7 });
      assert.equal(restored.restored, true);
      assert.equal((await restored).id, confirmed.id);
      const closed = new Promise((resolve) => { outbox.close = resolve; });
      second.close();
      await closed;
      assert.equal(outbox.entries.size, 0);
      assert.equal(outbox.cursor.seq, confirmed.seq);

      const third = open(t, { url: server.url, token, transport, outbox });
      const seen = [];
      third.on('confirmation', ({ payload }) => seen.push(payload.n));
      await third.send('COUNT', { n: 8 });
      assert.deepEqual(seen, [8]);
    });

    test('a revoked token ends in unauthorized, and a new one goes on', options, async (t) => {
      const server = await RunningBridge.start(t);
      const bridge = open(t, { url: server.url, token: server.token(), transport });
      await next(bridge, 'connected');
      server.command('token', 'revoke', 'dashboard');
      const { error } = await next(bridge, 'unauthorized');
      assert.equal(error.code, 'unauthenticated');
      assert.match(error.message, /deskbridge token/);
      await assert.rejects(bridge.request('get_status'), { code: 'unauthenticated' });
      const waiting = bridge.send('COUNT', { n: 1 });
      bridge.signIn({ token: server.token() });
      assert.equal((await waiting).payload.n, 1);
    });

    test('a function that gives tokens is asked again after one was revoked', options, async (t) => {
      const server = await RunningBridge.start(t);
      const tokens = [server.token('dashboard'), server.token('dashboard')];
      let asked = 0;
      const bridge = open(t, { url: server.url, token: async () => tokens[asked++], transport });
      await next(bridge, 'connected');
      const [first] = JSON.parse(server.command('token', 'list', '--format', 'json')).tokens;
      server.command('token', 'revoke', first.id);
      if (bridge.state === 'connected' && asked === 1) {
        const second = JSON.parse(server.command('token', 'list', '--format', 'json')).tokens.find(({ revokedAt }) => !revokedAt);
        if (asked === 1 && second) await Promise.race([next(bridge, 'connected'), bridge.send('COUNT', { n: 1 })]);
      }
      assert.equal((await bridge.send('COUNT', { n: 2 })).payload.n, 2);
    });

    test('subscriptions outlive a reconnect', options, async (t) => {
      const server = await RunningBridge.start(t);
      const bridge = open(t, { url: server.url, token: server.token(), transport });
      const end = bridge.subscribe(['status']);
      await next(bridge, 'status');
      bridge.reconnect();
      await next(bridge, 'status');
      end();
      assert.deepEqual(bridge.diagnostics().subscriptions, []);
    });

    test('confirmations of others are told from the first one on, and those that came while it was away', options, async (t) => {
      const server = await RunningBridge.start(t);
      const dashboard = open(t, { url: server.url, token: server.token(), transport });
      await dashboard.send('COUNT', { n: 1 });
      const proxy = await Proxy.to(t, server.port);
      const wallboard = open(t, { url: proxy.url, token: server.token('wallboard'), transport, channels: ['events'], backoff: { longest: 500 } });
      const told = [];
      wallboard.on('confirmation', ({ payload }) => { told.push(payload.n); });
      await next(wallboard, 'confirmation', ({ payload }) => payload.n === 1);
      for (const n of [2, 3]) {
        // With all acknowledged there is nothing of its own that the bridge would send by itself.
        while (wallboard.diagnostics().acknowledged < n - 1) await next(wallboard, 'message');
        await wallboard.ping();
        proxy.isOpen = false;
        proxy.cut();
        await next(wallboard, 'offline');
        await dashboard.send('COUNT', { n });
        proxy.isOpen = true;
        await next(wallboard, 'confirmation', ({ payload }) => payload.n === n);
      }
      assert.deepEqual(told, [1, 2, 3]);
    });

    test('close rejects what is pending, and lets the process end', options, async (t) => {
      const server = await RunningBridge.start(t);
      const bridge = open(t, { url: server.url, token: server.token(), transport });
      await next(bridge, 'connected');
      const delivery = bridge.send('GATED', { name: 'x' });
      await delivery.accepted;
      const request = bridge.request('list_events');
      bridge.close();
      await assert.rejects(delivery, { code: 'closed' });
      await assert.rejects(request, { code: 'closed' });
      await assert.rejects(bridge.send('COUNT', { n: 1 }), { code: 'closed' });
      assert.equal(bridge.state, 'closed');
    });
  });
}

test('a peer that falls silent is given up', options, async (t) => {
  const server = await RunningBridge.start(t);
  const proxy = await Proxy.to(t, server.port);
  const bridge = open(t, { url: proxy.url, token: server.token(), heartbeat: { interval: 30, silence: 30 } });
  await next(bridge, 'connected');
  proxy.isSilent = true;
  const { error } = await next(bridge, 'reconnecting');
  assert.equal(error.code, 'silent');
  proxy.isSilent = false;
  await next(bridge, 'connected');
});

test('a request that gets no answer times out', options, async (t) => {
  const server = await RunningBridge.start(t);
  const proxy = await Proxy.to(t, server.port);
  const bridge = open(t, { url: proxy.url, token: server.token() });
  await next(bridge, 'connected');
  proxy.isSilent = true;
  await assert.rejects(bridge.request('get_status', {}, { timeout: 50 }), { code: 'timeout' });
  await assert.rejects(bridge.send('COUNT', { n: 1 }, { timeout: 50 }), { code: 'timeout' });
  proxy.isSilent = false;
  bridge.reconnect();
  const { payload } = await next(bridge, 'confirmation');
  assert.equal(payload.n, 1, 'the event goes on');
});

test('where upgrades are blocked it goes on with server-sent events', options, async (t) => {
  const server = await RunningBridge.start(t);
  const proxy = await Proxy.to(t, server.port, (text, socket) => {
    if (!/^upgrade: websocket/im.test(text)) return text;
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    return null;
  });
  const bridge = open(t, { url: proxy.url, token: server.token() });
  assert.equal((await bridge.send('COUNT', { n: 1 })).payload.n, 1);
  assert.equal(bridge.diagnostics().transport, 'sse');
});

test('the standard rate slows a burst down and loses nothing', options, async (t) => {
  const server = await RunningBridge.start(t, { limits: 'limits: {rate: 40/1s}' });
  const bridge = open(t, { url: server.url, token: server.command('token', 'create', 'dashboard').trim() });
  const sent = Array.from({ length: 120 }, (_, n) => bridge.send('COUNT', { n }));
  assert.equal(new Set((await Promise.all(sent)).map(({ payload }) => payload.n)).size, 120);
  assert.equal(bridge.diagnostics().connections, 1);
});

test('an event that is too large is refused, and those beside it are not', options, async (t) => {
  const server = await RunningBridge.start(t);
  const bridge = open(t, { url: server.url, token: server.token() });
  await next(bridge, 'connected');
  const large = bridge.send('ECHO', { text: 'x'.repeat(70000) });
  const small = bridge.send('COUNT', { n: 1 });
  await assert.rejects(large, { code: 'too_large' });
  assert.equal((await small).payload.n, 1);
});

test('a payload that the bridge cannot read is refused, and those beside it are not', options, async (t) => {
  const server = await RunningBridge.start(t);
  const bridge = open(t, { url: server.url, token: server.token(), timeout: 1000 });
  await next(bridge, 'connected');
  const deep = JSON.parse('['.repeat(1500) + ']'.repeat(1500));
  const broken = bridge.send('COUNT', { n: deep });
  const sound = bridge.send('COUNT', { n: 1 });
  await assert.rejects(broken, (error) => ['malformed_json', 'invalid_event'].includes(error.code));
  assert.equal((await sound).payload.n, 1);
});

test('a newer page with a single-session token replaces an older one, which rests', options, async (t) => {
  const server = await RunningBridge.start(t);
  const token = server.token('dashboard', '--single-session');
  const [first, second] = [open(t, { url: server.url, token }), null];
  await next(first, 'connected');
  const newer = open(t, { url: server.url, token });
  const { error, retryIn } = await next(first, 'offline');
  assert.equal(error.code, 'replaced');
  assert.equal(retryIn, null);
  assert.equal(newer.state, 'connected');
  assert.equal(second, null);
});

test('a ticket opens one connection; a function brings one for each', options, async (t) => {
  const server = await RunningBridge.start(t);
  const token = server.token();
  const ticket = async () => (await (await fetch(`${server.url}/v1/tickets`, { method: 'POST', headers: { Authorization: `Bearer ${token}` } })).json()).ticket;
  const once = open(t, { url: server.url, ticket: await ticket() });
  await next(once, 'connected');
  once.reconnect();
  const { error } = await next(once, 'unauthorized');
  assert.match(error.message, /function/);
  const always = open(t, { url: server.url, ticket });
  await next(always, 'connected');
  always.reconnect();
  await next(always, 'connected');
});

test('a signal ends the waiting; what was not sent is never sent', options, async (t) => {
  const server = await RunningBridge.start(t);
  const token = server.token();
  await server.kill();
  const bridge = open(t, { url: server.url, token });
  const ending = new AbortController();
  const delivery = bridge.send('COUNT', { n: 1 }, { signal: ending.signal });
  const cancelled = bridge.send('COUNT', { n: 2 });
  ending.abort();
  await assert.rejects(delivery, { code: 'aborted' });
  await cancelled.cancel();
  await assert.rejects(cancelled, { code: 'cancelled' });
  await server.serve();
  await bridge.send('COUNT', { n: 3 });
  const { events } = await bridge.request('list_events');
  assert.deepEqual(events.map(({ payload }) => payload.n), [3]);
});

test('cancelling an event that runs ends it', options, async (t) => {
  const server = await RunningBridge.start(t);
  const bridge = open(t, { url: server.url, token: server.token() });
  const delivery = bridge.send('GATED', { name: 'x' });
  await delivery.accepted;
  await delivery.cancel();
  await assert.rejects(delivery, { code: 'cancelled' });
  assert.equal(delivery.state, 'cancelled');
});

test('confirmations are acknowledged once listeners are done, and come no more', options, async (t) => {
  const server = await RunningBridge.start(t);
  const token = server.token();
  const bridge = open(t, { url: server.url, token });
  let release;
  bridge.on('confirmation', () => new Promise((resolve) => { release = resolve; }));
  const { seq } = await bridge.send('COUNT', { n: 1 });
  bridge.close();
  const again = open(t, { url: server.url, token });
  assert.equal((await next(again, 'confirmation')).seq, seq, 'not acknowledged while a listener is at work');
  release();
  const acknowledged = next(again, 'message', ({ message }) => message.type === 'ack');
  assert.equal((await acknowledged).message.seq, seq);
  await again.ping();
  const third = open(t, { url: server.url, token });
  await next(third, 'connected');
  assert.equal(third.diagnostics().acknowledged, seq);
});

test('a listener that throws hurts nobody else', options, async (t) => {
  const server = await RunningBridge.start(t);
  const bridge = open(t, { url: server.url, token: server.token() });
  const failed = next(bridge, 'error');
  t.mock.method(console, 'error', () => {});
  bridge.on('confirmation', () => { throw new Error('mine'); });
  const heard = next(bridge, 'confirmation');
  await bridge.send('COUNT', { n: 1 });
  await heard;
  assert.equal((await failed).code, 'listener_failed');
});

test('without a token it says so at once, to the console if nobody listens', options, async (t) => {
  const server = await RunningBridge.start(t);
  const complaints = t.mock.method(console, 'error', () => {});
  for (const token of [undefined, null, '', () => undefined]) {
    const bridge = open(t, { url: server.url, token });
    while (bridge.state !== 'unauthorized') await pause(1);
    assert.match(bridge.lastError.message, /No token was given.*deskbridge token create/);
  }
  assert.equal(complaints.mock.callCount(), 4);
  const bridge = open(t, { url: server.url });
  await next(bridge, 'unauthorized');
  bridge.signIn({ token: server.token() });
  assert.equal((await bridge.send('COUNT', { n: 1 })).payload.n, 1);
  assert.equal(complaints.mock.callCount(), 4);
});

test('what cannot be sent or listened to is refused here', options, async (t) => {
  const server = await RunningBridge.start(t);
  const bridge = open(t, { url: server.url, token: server.token() });
  for (const type of ['ping', 'subscribe', 'save_note', '_A', 'A'.repeat(65), ''])
    await assert.rejects(bridge.send(type), (error) => error.code === 'invalid_event' && error.errors[0].pointer === '/type');
  assert.deepEqual(bridge.deliveries, []);
  assert.throws(() => bridge.on('conection', () => {}), /There is no event "conection"/);
});

test('a wait that ends says whether the event went out', options, async (t) => {
  const server = await RunningBridge.start(t);
  const bridge = open(t, { url: server.url, token: server.token() });
  await assert.rejects(bridge.send('GATED', { name: 'a' }, { timeout: 500 }), { code: 'timeout', message: /The event goes on/ });
  await server.kill();
  await next(bridge, 'offline');
  await assert.rejects(bridge.send('COUNT', { n: 1 }, { timeout: 50 }), { code: 'timeout', message: /not been sent yet, and waits in the outbox. No bridge answers/ });
});

test('only bridges on this computer are connected to, and localhost is not asked for', async () => {
  assert.throws(() => connect({ url: 'http://example.com' }), TypeError);
  const bridge = connect({ url: 'http://localhost:1', outbox: 'memory' });
  assert.equal(bridge.diagnostics().url, 'http://127.0.0.1:1');
  await assert.rejects(bridge.fetch('//studio.example/'), TypeError, 'the token goes nowhere else');
  bridge.close();
});

test('a page that reads too slowly is cut off, connects again, and misses nothing', { timeout: 120000 }, async (t) => {
  const server = await RunningBridge.start(t);
  const token = server.token();
  const proxy = await Proxy.to(t, server.port);
  const [slow, other] = [open(t, { url: proxy.url, token, timeout: 60000 }), open(t, { url: server.url, token })];
  const seen = [];
  slow.on('confirmation', ({ seq }) => { seen.push(seq); });
  const cut = next(slow, 'connection', ({ error }) => error?.code === 'slow_consumer');
  await next(slow, 'connected');
  const sent = [];
  const connections = async () => (await (await other.fetch('/v1/status')).json()).connections;
  proxy.isPaused = true;
  // The kernel holds some; what comes then passes the limit. From then on the bridge waits 5 s for a peer to take the last words.
  while (await connections() === 2) {
    sent.push(other.send('ECHO', { text: String(sent.length).padEnd(50000, 'x') }));
    await sent.at(-1);
  }
  proxy.isPaused = false;
  for (let n = 0; n < 10; n += 1) sent.push(other.send('COUNT', { n }));
  assert.match((await cut).error.message, /slowly/);
  const confirmed = (await Promise.all(sent)).map(({ seq }) => seq);
  while (seen.length < sent.length) await next(slow, 'confirmation');
  assert.deepEqual(seen, confirmed.sort((a, b) => a - b));
});
