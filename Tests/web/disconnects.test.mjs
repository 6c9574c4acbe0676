// A stream of events while the connection is cut again and again at random moments.
// DISCONNECTS and EVENTS say how many; the defaults suit a test run, 1000 and 5000 are the full measure.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../../web/client.js';
import { Proxy, RunningBridge, next } from './bridge.mjs';
import { WebSocket } from './websocket.mjs';

const disconnects = Number(process.env.DISCONNECTS ?? 60);
const events = Number(process.env.EVENTS ?? 300);
const patience = Number(process.env.PATIENCE ?? 300) * 1000;

for (const transport of ['websocket', 'sse']) {
  const cuts = transport === 'websocket' ? disconnects : Math.ceil(disconnects / 5);
  const count = transport === 'websocket' ? events : Math.ceil(events / 5);

  test(`over ${transport}, ${cuts} disconnects in ${count} events lose, repeat and reorder nothing`, { timeout: patience }, async (t) => {
    const server = await RunningBridge.start(t);
    const proxy = await Proxy.to(t, server.port);
    const bridge = connect({ url: proxy.url, token: server.token(), transport, WebSocket });
    t.after(() => bridge.close());
    let cut = 0;
    const seqs = [];
    const numbers = [];
    const reconnects = [];
    let lostAt = 0;
    bridge.on('confirmation', ({ seq, payload }) => {
      seqs.push(seq);
      numbers.push(payload.n);
    });
    bridge.on('connection', ({ state, previous }) => {
      if (previous === 'connected') lostAt = performance.now();
      if (state === 'connected' && lostAt) reconnects.push(performance.now() - lostAt);
      assert.notEqual(state, 'unauthorized');
    });
    await next(bridge, 'connected');

    const resolved = [];
    const deliveries = [];
    const stream = (async () => {
      for (let n = 0; n < count; n += 1) {
        const delivery = bridge.send('COUNT', { n });
        deliveries.push(delivery);
        delivery.then(({ seq }) => resolved.push(seq));
        // As fast as they are confirmed, with some under way, so that the stream lasts for as long as the disconnects.
        while (seqs.length < n - 40 || (cut < cuts && n / count > (cut + 1) / cuts)) await turn();
      }
    })();
    for (; cut < cuts; cut += 1) {
      if (bridge.state !== 'connected') await next(bridge, 'connected');
      const until = performance.now() + Math.random() * 30;
      while (performance.now() < until) await turn();
      proxy.cut();
      // The client hears of it a moment later.
      while (bridge.state === 'connected') await turn();
    }
    await stream;
    await Promise.all(deliveries);
    if (bridge.state !== 'connected') await next(bridge, 'connected');

    assert.equal(seqs.length, count, 'each confirmation once');
    assert.deepEqual(seqs, [...seqs].sort((a, b) => a - b), 'in the order of seq');
    assert.equal(new Set(numbers).size, count, 'of each event');
    assert.deepEqual(resolved, seqs, 'deliveries settle in the same order');
    assert.equal(reconnects.length, cuts, 'each disconnect mends by itself');
    const sorted = reconnects.sort((a, b) => a - b);
    const at = (share) => Math.round(sorted[Math.floor((sorted.length - 1) * share)]);
    console.log(`${transport}: ${cuts} disconnects, ${count} events; reconnect median ${at(0.5)} ms, 95 % ${at(0.95)} ms, longest ${at(1)} ms`);
  });
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
