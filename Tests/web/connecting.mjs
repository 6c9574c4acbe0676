// How the tests of the JavaScript client connect in Node.
import { connect } from '../../web/client.js';
import { WebSocket } from './websocket.mjs';

/** Connects, and closes at the end of the test. */
export function open(t, how) {
  const bridge = connect({ WebSocket, ...how });
  t.after(() => bridge.close());
  return bridge;
}

/** An outbox that outlives a client, as IndexedDB outlives a page. */
export class KeptOutbox {
  lasting = true;
  entries = new Map();
  cursor = null;
  async open() { return { entries: [...this.entries.values()], cursor: this.cursor }; }
  async put(entry) { this.entries.set(entry.key, entry); }
  async remove(key) { this.entries.delete(key); }
  async setCursor(cursor) { this.cursor = cursor; }
  close() {}
}
