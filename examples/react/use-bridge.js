// A React hook for Deskbridge: React 18 or 19, no build step, safe in strict mode.
import { useEffect, useInsertionEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { connect } from './deskbridge-client.js';

const MOST_RECORDS = 100;
const MOST_LINES = 500;

/**
 * One connection for as long as a component uses it. Components that give the same port, url and channels share one.
 * @param {import('../../web/client.d.ts').ConnectOptions} [options] inline objects and functions are fine: a new `token` function
 *   doesn't make a new connection, it is the one asked next time. A new token string signs in with it.
 * @returns what to show, `state error client records`, and what to call, which never changes: `send request signIn forget on`.
 */
export function useBridge(options = {}) {
  const { url, port, channels, token } = options;
  const name = JSON.stringify([url, port, channels]);
  const latest = useRef(options);
  // Written before any effect runs, and not while rendering: a render may be thrown away.
  useInsertionEffect(() => { latest.current = options; });
  const store = useMemo(() => storeFor(name, latest), [name]);
  const snapshot = useSyncExternalStore(store.subscribe, store.snapshot, store.snapshot);
  useEffect(() => store.use(latest, typeof token === 'string' ? token : null), [store, token]);
  return useMemo(() => ({ ...snapshot, ...store.calls }), [snapshot, store]);
}

/**
 * Calls the listener of the latest render for each event, such as `confirmation`.
 * @param {ReturnType<typeof useBridge>} bridge
 */
export function useBridgeEvent(bridge, name, listener) {
  const latest = useRef(listener);
  useInsertionEffect(() => { latest.current = listener; });
  const { on } = bridge;
  useEffect(() => on(name, (event) => latest.current(event)), [on, name]);
}

const stores = new Map();

function storeFor(name, options) {
  return stores.get(name) ?? new BridgeStore(name, options);
}

/** What React reads: an unchanging snapshot, replaced whenever something changes. */
class BridgeStore {
  #bridge = null;
  #token = null;
  #name;
  #options;
  /** The options of those that are mounted, each in the state of its latest render. */
  #users = new Set();
  #listeners = new Set();
  #subscribers = new Set();
  #records = new Map();
  #snapshot = { state: 'connecting', error: null, client: null, records: [] };

  constructor(name, options) {
    this.#name = name;
    this.#options = options;
    // Components that render together find it here; one whose render is thrown away leaves nothing but this entry.
    stores.set(name, this);
  }

  /** Strict mode lets go and takes hold again at once; only who has let go for good ends the connection. */
  subscribe = (listener) => {
    this.#subscribers.add(listener);
    this.#open();
    return () => {
      this.#subscribers.delete(listener);
      setTimeout(() => this.#leave());
    };
  };

  snapshot = () => this.#snapshot;

  calls = {
    send: (type, payload, options) => this.#lasting(this.#open().send(type, payload, options)),
    request: (action, payload, options) => this.#lasting(this.#open().request(action, payload, options)),
    signIn: (credential) => this.#open().signIn(credential),
    /** Takes an ended event out of the records. */
    forget: (key) => this.#change(() => this.#records.delete(key)),
    on: (name, listener) => {
      const entry = { name, listener, end: this.#bridge?.on(name, listener) };
      this.#listeners.add(entry);
      return () => {
        entry.end?.();
        this.#listeners.delete(entry);
      };
    },
  };

  /** Signs in with another token than before. The function that it returns lets go of the options. */
  use(options, token) {
    this.#users.add(options);
    if (token && this.#token && token !== this.#token) this.#open().signIn({ token });
    if (token) this.#token = token;
    return () => { this.#users.delete(options); };
  }

  get #current() { return ([...this.#users].at(-1) ?? this.#options).current; }

  /** What is asked for after the last component has gone keeps the connection until it has come. */
  #lasting(answer) {
    if (!this.#subscribers.size) answer.then(() => this.#leave(), () => this.#leave());
    return answer;
  }

  #leave() { if (!this.#subscribers.size) this.#close(); }

  #open() {
    if (this.#bridge) return this.#bridge;
    const { token, ...options } = this.#current;
    const isFunction = typeof token === 'function';
    const bridge = connect({ ...options, token: isFunction ? () => this.#current.token() : token });
    this.#bridge = bridge;
    stores.set(this.#name, this);
    bridge.on('connection', ({ state, error }) => this.#change(() => { Object.assign(this.#snapshot, { state, error, client: bridge.client }); }));
    bridge.on('delivery', (delivery) => { this.#follow(delivery); });
    for (const entry of this.#listeners) entry.end = bridge.on(entry.name, entry.listener);
    return bridge;
  }

  #close() {
    this.#bridge?.close();
    this.#bridge = null;
    if (stores.get(this.#name) === this) stores.delete(this.#name);
  }

  async #follow(delivery) {
    const { idempotencyKey: key, type, payload, restored } = delivery;
    const first = { key, type, payload, restored, id: null, state: delivery.state, lines: [], confirmation: null, error: null };
    this.#change(() => this.#records.set(key, first));
    delivery.catch((error) => this.#record(key, (record) => ({ ...record, error })));
    for await (const update of delivery.updates) {
      this.#record(key, (record) => ({
        ...record, id: delivery.id, state: delivery.state, confirmation: update.confirmation ?? record.confirmation,
        lines: update.lines ? [...record.lines, ...update.lines].slice(-MOST_LINES) : record.lines,
      }));
    }
  }

  #record(key, made) {
    const record = this.#records.get(key);
    // It was forgotten meanwhile.
    if (!record) return;
    this.#change(() => {
      this.#records.set(key, made(record));
      for (const [old, { confirmation, error }] of this.#records) {
        if (this.#records.size <= MOST_RECORDS) break;
        if (confirmation || error) this.#records.delete(old);
      }
    });
  }

  #change(body) {
    this.#snapshot = { ...this.#snapshot };
    body();
    this.#snapshot.records = [...this.#records.values()];
    for (const subscriber of this.#subscribers) subscriber();
  }
}
