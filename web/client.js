// Deskbridge's JavaScript client: one module, no dependencies, for browsers and Node 20. docs/client.md shows its use; client.d.ts its types.
/** @typedef {import('./client.d.ts').BridgeErrorCode} Code */

const FINAL = new Set(['succeeded', 'failed', 'cancelled', 'expired', 'unknown']);
/** Refusals of an event that pass by themselves. */
const PASSING = new Set(['rate_limited', 'storage_full', 'shutting_down', 'internal_error', 'unauthenticated']);
/** Requests that change nothing, and so may be asked again after a reconnect. */
const QUESTION = /^(get|list|plan|explain)/;
const TYPE = /^[A-Z][A-Z0-9_]{0,63}$/;
const EVENTS = new Set([
  'connecting', 'connected', 'reconnecting', 'offline', 'unauthorized', 'closed', 'connection', 'confirmation', 'state', 'output', 'status', 'delivery',
  'message', 'error',
]);
const CHANNEL = /^(events|status|output:(\*|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}))$/;
const MOST_CHANNELS_AT_ONCE = 100;
const WIDEST_WINDOW = 32;
const MOST_UPDATES = 1000;
const ACKNOWLEDGE_AFTER = 1000;

const now = () => Date.now();
const bytes = (text) => new TextEncoder().encode(text).length;
const nothing = () => {};

/** What went wrong, with a stable `code` and words that say what to do. */
export class BridgeError extends Error {
  /** @param {Code} code @param {string} message @param {object} [more] */
  constructor(code, message, more) {
    super(message);
    this.name = new.target.name;
    this.code = code;
    this.retryable = PASSING.has(code);
    Object.assign(this, more);
  }
}

/** The event ended otherwise than with success. */
export class EventFailedError extends BridgeError {
  constructor(confirmation) {
    const { code, message, retryable } = confirmation.error;
    super(code, message, { retryable, confirmation });
  }
}

/** What the bridge said in an `error` message or a problem document. */
const problem = (said, fallback = 'internal_error') =>
  new BridgeError(said.code ?? fallback, said.message ?? said.detail ?? said.title ?? 'The bridge gave no reason.', {
    ...(said.errors && { errors: said.errors }),
    ...(said.retryAfter && { retryAfter: said.retryAfter }),
  });

/** A new idempotency key. `crypto.randomUUID` is missing in pages that are not secure contexts. */
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @type {typeof import('./client.d.ts').connect} */
export function connect(options = {}) {
  return new Bridge(options);
}

// MARK: One event on its way

class Delivery {
  #bridge;
  #settled = resolvers();
  #accepting = resolvers();
  /** As `accepted`, whether or not somebody still waits. */
  #taken = resolvers();
  #isGivenUp = false;
  #readers = new Set();
  #output = new Output((update) => this.tell(update));
  id = null;
  state = 'pending';
  /** Where it stands: `unsent`, `inflight` (sent, not answered), `accepted`, `done`. */
  phase = 'unsent';
  attempts = 0;
  timer = undefined;

  constructor(bridge, entry, restored) {
    this.#bridge = bridge;
    this.idempotencyKey = entry.key;
    this.type = entry.type;
    this.at = entry.at;
    this.text = entry.payload;
    /** Who sends it; null as long as nobody has. */
    this.client = entry.client ?? null;
    this.restored = restored;
    // Whoever wants to know of a rejection awaits the delivery or listens to `confirmation`; a page that sends and forgets is no error.
    this.#settled.promise.catch(nothing);
    this.#accepting.promise.catch(nothing);
    this.#taken.promise.catch(nothing);
  }

  get entry() { return { key: this.idempotencyKey, type: this.type, payload: this.text, at: this.at, client: this.client }; }
  get payload() { return JSON.parse(this.text); }
  get accepted() { return this.#accepting.promise; }
  get taken() { return this.#taken.promise; }
  get message() { return `{"type":${JSON.stringify(this.type)},"idempotencyKey":${JSON.stringify(this.idempotencyKey)},"payload":${this.text}}`; }
  then(resolved, rejected) { return this.#settled.promise.then(resolved, rejected); }
  catch(rejected) { return this.#settled.promise.catch(rejected); }
  finally(ended) { return this.#settled.promise.finally(ended); }
  cancel() { return this.#bridge.cancel(this); }

  get updates() {
    const reader = new Updates(() => this.#readers.delete(reader));
    if (this.phase === 'done') reader.end();
    else {
      this.#readers.add(reader);
      this.#bridge.watch();
      if (this.id) {
        reader.add({ kind: 'accepted', id: this.id, state: this.state, replayed: false });
        this.catchUp();
      }
    }
    return reader;
  }

  tell(update) { for (const reader of this.#readers) reader.add(update); }

  /** Asks for what it wrote while nobody here listened. */
  catchUp() {
    if (!this.#readers.size || !this.id || FINAL.has(this.state)) return;
    this.#output.doubt(() => this.#bridge.request('get_event', { id: this.id }), this.state === 'running');
  }

  happened(kind, told) {
    if (kind === 'output') return this.#output.take(told);
    this.state = told.after;
    this.tell({ kind, ...told });
  }

  accept({ id, state, replayed }) {
    this.phase = 'accepted';
    this.id = id;
    if (!FINAL.has(this.state)) this.state = state;
    this.#accepting.resolve({ id, idempotencyKey: this.idempotencyKey, state, replayed });
    this.#taken.resolve({ id });
    this.tell({ kind: 'accepted', id, state, replayed });
    if (replayed) this.catchUp();
  }

  confirm(confirmation) {
    const { error } = confirmation;
    this.state = !error ? 'succeeded' : ['cancelled', 'expired'].includes(error.code) ? error.code : 'failed';
    this.#output.release();
    this.tell({ kind: 'confirmation', confirmation });
    if (error) this.#settled.reject(new EventFailedError(confirmation));
    else this.#settled.resolve(confirmation);
    this.#end();
  }

  /** Nothing more will come of it here. */
  fail(error) {
    this.giveUp(error);
    this.#taken.reject(error);
    this.#end();
  }

  /** Whoever waits is told; the event itself goes on. */
  giveUp(error) {
    clearTimeout(this.timer);
    this.#isGivenUp = true;
    this.#settled.reject(error);
    this.#accepting.reject(error);
  }

  /** Somebody waits once more. */
  join() {
    if (!this.#isGivenUp || this.phase === 'done') return;
    this.#isGivenUp = false;
    [this.#settled, this.#accepting] = [resolvers(), resolvers()];
    this.#settled.promise.catch(nothing);
    this.#accepting.promise.catch(nothing);
    if (this.id) this.#accepting.resolve({ id: this.id, idempotencyKey: this.idempotencyKey, state: this.state, replayed: true });
  }

  /** What is known of its way at a bridge that is no more counts no longer. */
  forgetAcceptance() {
    this.phase = 'unsent';
    this.id = null;
    this.state = 'pending';
  }

  #end() {
    this.phase = 'done';
    clearTimeout(this.timer);
    for (const reader of [...this.#readers]) reader.end();
  }
}

function resolvers() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}

/**
 * Puts what an event writes in order. Lines from before one listened, or while the connection was away, are asked for; each line is told once,
 * as its number says (`from` is that of the first one).
 */
class Output {
  #tell;
  #attempt = 0;
  #next = 0;
  /** How to ask for what may have been missed; null if there is no doubt. */
  #ask = null;
  /** What came while the answer is waited for. */
  #held = null;

  constructor(tell) { this.#tell = tell; }

  take(batch) {
    const expected = batch.attempt > this.#attempt ? 0 : this.#next;
    if (this.#ask && batch.from > expected) this.#catchUp();
    this.#ask = null;
    if (this.#held) this.#held.push(batch);
    else this.#pass(batch);
  }

  /**
   * Lines may have been missed. One that runs is asked about at once; others as soon as their output shows it, since there may be many.
   * @param {() => Promise<any>} ask for the event with its attempts
   */
  doubt(ask, isRunning) {
    this.#ask = ask;
    if (isRunning) this.#catchUp();
  }

  /** Passes on what came, whatever came before. */
  release() {
    const held = this.#held ?? [];
    this.#held = null;
    held.forEach((batch) => this.#pass(batch));
  }

  async #catchUp() {
    if (this.#held) return;
    const held = this.#held = [];
    // Without an answer what came live is all there is.
    const event = await this.#ask().catch(nothing);
    if (this.#held !== held) return;
    const running = event?.attempts.at(-1);
    if (running?.outputFrom !== undefined) this.#passSnapshot(event.id, running);
    this.release();
  }

  #passSnapshot(id, { number: attempt, output, outputFrom }) {
    const missing = attempt === this.#attempt ? outputFrom - this.#next : outputFrom;
    let dropped = Math.max(0, missing);
    for (let index = 0; index < output.length;) {
      const { step, stream } = output[index];
      const length = output.slice(index).findIndex((line) => line.step !== step || line.stream !== stream);
      const end = length < 0 ? output.length : index + length;
      this.#pass({ id, attempt, step, stream, from: outputFrom + index, lines: output.slice(index, end).map(({ text }) => text), dropped });
      dropped = 0;
      index = end;
    }
  }

  #pass(batch) {
    const { attempt, from, lines } = batch;
    if (attempt < this.#attempt) return;
    if (attempt > this.#attempt) this.#next = 0;
    this.#attempt = attempt;
    const known = Math.max(0, Math.min(lines.length, this.#next - from));
    this.#next = Math.max(this.#next, from + lines.length);
    if (known === 0) this.#tell({ kind: 'output', ...batch });
    else if (known < lines.length) this.#tell({ kind: 'output', ...batch, from: from + known, lines: lines.slice(known), dropped: 0 });
  }
}

/** A bounded queue that is read with `for await`. The oldest output is dropped first, and counted in what follows. */
class Updates {
  #waiting = [];
  #reader = null;
  #ended = false;
  #dropped = 0;
  #left;

  constructor(left) { this.#left = left; }

  add(update) {
    this.#waiting.push(update);
    if (this.#waiting.length > MOST_UPDATES) {
      const index = Math.max(0, this.#waiting.findIndex(({ kind }) => kind === 'output'));
      const [lost] = this.#waiting.splice(index, 1);
      this.#dropped += (lost.lines?.length ?? 0) + (lost.dropped ?? 0);
    }
    this.#pass();
  }

  end() {
    this.#ended = true;
    this.#pass();
  }

  #pass() {
    if (!this.#reader || !(this.#waiting.length || this.#ended)) return;
    const value = this.#waiting.shift();
    if (value?.kind === 'output' && this.#dropped) {
      value.dropped += this.#dropped;
      this.#dropped = 0;
    }
    this.#reader({ value, done: !value });
    this.#reader = null;
  }

  [Symbol.asyncIterator]() { return this; }

  next() {
    return new Promise((resolve) => {
      this.#reader = resolve;
      this.#pass();
    });
  }

  async return() {
    this.#left();
    this.#waiting = [];
    this.end();
    return { value: undefined, done: true };
  }
}

// MARK: What outlives a connection, and the page

class MemoryOutbox {
  lasting = false;
  async open() { return { entries: [], cursor: null }; }
  async put() {}
  async remove() {}
  async setCursor() {}
  close() {}
}

/** Storage of the application's own: its changes are made one after the other. */
class OrderedOutbox {
  #last = Promise.resolve();

  constructor(storage) { this.storage = storage; }

  get lasting() { return this.storage.lasting; }
  open(adopt) { return this.storage.open(adopt); }
  put(entry) { return this.#next(() => this.storage.put(entry)); }
  remove(key) { return this.#next(() => this.storage.remove(key)); }
  setCursor(cursor) { return this.#next(() => this.storage.setCursor(cursor)); }
  close() { this.#next(() => this.storage.close()).catch(nothing); }

  #next(change) {
    const made = this.#last.then(change);
    this.#last = made.catch(nothing);
    return made;
  }
}

/**
 * Entries and cursor in IndexedDB, shared by the tabs of an origin. Each tab owns what it sends, and holds a Web Lock for as long as it lives.
 * When that lock comes free, one of the other tabs takes its entries over; the transaction decides which. If two should ever send
 * the same entry, its key still lets it run only once.
 */
class IndexedDBOutbox {
  lasting = true;
  #owner = newKey();
  #ending = new AbortController();
  #watched = new Set();

  constructor(name) {
    this.name = name;
    this.prefix = `${name}/`;
  }

  async open(adopt) {
    this.db = await new Promise((resolve, reject) => {
      const opening = indexedDB.open(this.name, 1);
      opening.onupgradeneeded = () => {
        opening.result.createObjectStore('entries', { keyPath: 'key' });
        opening.result.createObjectStore('meta');
      };
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = opening.onblocked = () => reject(opening.error ?? new Error('IndexedDB is blocked'));
    });
    this.db.onversionchange = () => this.db.close();
    const { locks } = navigator;
    let living = [];
    if (locks) {
      await new Promise((held, failed) => {
        locks.request(this.prefix + this.#owner, () => new Promise((release) => {
          held(undefined);
          this.#ending.signal.addEventListener('abort', release);
        })).catch(failed);
      });
      this.tabs = new BroadcastChannel(this.name);
      this.tabs.onmessage = ({ data }) => this.#watch(data, adopt);
      living = (await locks.query()).held.map((lock) => lock.name);
      this.tabs.postMessage(this.#owner);
      for (const name of living) if (name.startsWith(this.prefix)) this.#watch(name.slice(this.prefix.length), adopt);
    }
    const entries = await this.#take((owner) => !living.includes(this.prefix + owner));
    const cursor = await this.#run('meta', 'readonly', (meta) => meta.get('cursor'));
    return { entries, cursor: cursor ?? null };
  }

  put(entry) { return this.#run('entries', 'readwrite', (entries) => entries.put({ ...entry, owner: this.#owner })); }
  remove(key) { return this.#run('entries', 'readwrite', (entries) => entries.delete(key)); }

  /** Another tab may be further on; only a new ledger or client takes the cursor back. */
  setCursor(cursor) {
    return this.#run('meta', 'readwrite', (meta) => {
      const reading = meta.get('cursor');
      reading.onsuccess = () => {
        const kept = reading.result;
        if (kept && kept.turn === cursor.turn && kept.seq > cursor.seq) return;
        meta.put(cursor, 'cursor');
      };
    });
  }

  close() {
    this.#ending.abort();
    this.tabs?.close();
    this.db?.close();
  }

  /** Waits for the end of another tab. */
  #watch(owner, adopt) {
    if (owner === this.#owner || this.#watched.has(owner)) return;
    this.#watched.add(owner);
    navigator.locks.request(this.prefix + owner, { signal: this.#ending.signal }, async () => {
      this.#watched.delete(owner);
      const entries = await this.#take((name) => name === owner);
      if (entries.length) adopt(entries);
    }).catch(nothing);
  }

  /** Makes the entries of these owners ours. */
  async #take(isOrphan) {
    const taken = [];
    await this.#run('entries', 'readwrite', (entries) => {
      const reading = entries.getAll();
      reading.onsuccess = () => {
        for (const entry of reading.result) {
          if (!isOrphan(entry.owner)) continue;
          taken.push(entry);
          entries.put({ ...entry, owner: this.#owner });
        }
      };
    });
    return taken.sort((a, b) => a.at - b.at);
  }

  #run(store, mode, body) {
    return new Promise((resolve, reject) => {
      const transaction = this.db.transaction(store, mode);
      const request = body(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }
}

// MARK: Two ways to the bridge

/** A WebSocket. `lost` is told once how it ended: `{code, reason, opened, error}`. */
class SocketLink {
  kind = 'websocket';
  opened = false;

  constructor(bridge, credential, { message, lost, subscriptions }) {
    this.lost = lost;
    const url = new URL('/v1/ws', bridge.url);
    url.protocol = 'ws:';
    const { channels, since } = subscriptions();
    this.said = channels.filter((name) => !isOfOne(name));
    if (this.said.length) url.searchParams.set('channels', this.said.join(','));
    if (since !== null) url.searchParams.set('since', since);
    if (credential.ticket) url.searchParams.set('ticket', credential.ticket);
    try {
      this.socket = new bridge.WebSocket(url.href, ['deskbridge.v1']);
    } catch (error) {
      queueMicrotask(() => this.#end({ code: 1006, opened: false, error }));
      return;
    }
    this.socket.onopen = () => {
      this.opened = true;
      if (credential.token) this.send({ type: 'auth', token: credential.token });
    };
    this.socket.onmessage = ({ data }) => { if (!this.ended) message(JSON.parse(data)); };
    this.socket.onclose = ({ code, reason }) => this.#end({ code, reason: String(reason), opened: this.opened });
    // A `close` follows. Without a listener, Node's WebSocket throws.
    this.socket.onerror = nothing;
  }

  /** @param {object | string} message */
  send(message) {
    if (this.socket.readyState === 1) this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  close() {
    this.ended = true;
    this.socket?.close(1000);
  }

  #end(how) {
    if (this.ended) return;
    this.ended = true;
    this.lost(how);
  }
}

/** Server-sent events for what comes, requests for what goes; looks like a {@link SocketLink}. */
class StreamLink {
  kind = 'sse';
  opened = false;
  heard = 0;
  #readings = new Set();

  constructor(bridge, credential, { message, lost, subscriptions }) {
    Object.assign(this, { bridge, credential, message, lost, subscriptions });
    this.#listen();
  }

  send(said) {
    const message = typeof said === 'string' ? JSON.parse(said) : said;
    switch (message.type) {
      case 'subscribe': case 'unsubscribe':
        // Several changes in one turn become one new stream.
        this.reopening ??= Promise.resolve().then(() => { this.reopening = undefined; this.#listen(); });
        return;
      case 'ping':
        // Beats come every 15 s. That the bridge answers says nothing about the stream.
        if (now() - this.heard < 25000) this.#ask('/healthz', undefined, () => ({ type: 'pong' }));
        return;
      case 'ack': return this.#ask('/v1/ack', { seq: message.seq }, () => null);
      case 'request': {
        const { id: requestId, action, payload } = message;
        const [path, body] = route(action, payload);
        if (!path) return this.#tell({ type: 'error', requestId, code: 'unknown_message', message: `"${action}" needs a WebSocket.` });
        return this.#ask(path, body, (data) => ({ type: 'response', requestId, success: true, data }), { requestId });
      }
      default:
        return this.#ask('/v1/events', message, (body) => {
          // What ended before this stream began is not told by it.
          if (body.replayed && FINAL.has(body.state))
            this.#ask(`/v1/events/${body.id}`, undefined, ({ confirmation }) => confirmation && { type: 'stored', confirmation });
          return { ...body, type: 'accepted' };
        }, { idempotencyKey: message.idempotencyKey });
    }
  }

  close() {
    this.ended = true;
    for (const reading of this.#readings) reading.abort();
  }

  #tell(message) { if (!this.ended) this.message(message); }

  #end(how) {
    if (this.ended) return;
    this.close();
    this.lost(how);
  }

  async #ask(path, body, answer, about = {}) {
    try {
      const response = await this.bridge.fetch(path, body && post(body));
      const said = await response.json();
      const told = response.ok ? answer(said) : { ...said, retryAfter: Number(response.headers.get('Retry-After')) || undefined };
      if (response.status === 401) this.#end({ code: 4401, reason: said.detail, opened: true });
      else if (told) this.#tell(response.ok ? told : { ...told, type: 'error', message: said.detail, ...about });
    } catch (error) {
      this.#end({ code: 1006, opened: true, error });
    }
  }

  /** Opens a stream that goes on where the application is; once it has, an earlier one ends. */
  async #listen() {
    if (this.ended) return;
    const reading = new AbortController();
    const earlier = this.reading;
    this.reading = reading;
    this.#readings.add(reading);
    try {
      const { channels, since } = this.subscriptions();
      this.said = channels;
      const query = new URLSearchParams();
      if (channels.length) query.set('channels', channels.join(','));
      if (since !== null) query.set('since', since);
      if (this.credential.ticket) query.set('ticket', this.credential.ticket);
      const response = await this.bridge.fetch(`/v1/stream?${query}`, { signal: reading.signal, timeout: 0 });
      if (!response.ok) {
        const said = await response.json();
        const code = { 401: 4401, 403: 4403, 429: 4429 }[response.status] ?? 1006;
        return this.#end({ code, reason: said.detail, opened: this.opened });
      }
      await this.#read(response.body, earlier);
      if (this.reading === reading) this.#end({ code: 1006, opened: this.opened });
    } catch (error) {
      if (this.reading === reading) this.#end({ code: 1006, opened: this.opened, error });
    } finally {
      this.#readings.delete(reading);
    }
  }

  async #read(body, earlier) {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let text = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      this.heard = now();
      text += decoder.decode(value, { stream: true });
      let end;
      while ((end = text.indexOf('\n\n')) >= 0) {
        const data = text.slice(0, end).split('\n').filter((line) => line.startsWith('data: ')).map((line) => line.slice(6)).join('\n');
        text = text.slice(end + 2);
        if (!data) continue;
        const message = JSON.parse(data);
        earlier?.abort();
        if (message.type !== 'authenticated') this.#tell(native(message, this.bridge.client));
        else if (!this.opened) {
          this.opened = true;
          this.#tell(message);
        }
      }
    }
  }
}

/** Whether a channel is about one event alone. */
const isOfOne = (name) => name.startsWith('output:') && name !== 'output:*';

const post = (body) => ({ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

/** Which HTTP request a `request` message stands for. */
function route(action, payload = {}) {
  const { id, ...rest } = payload;
  if (action === 'get_event') return [`/v1/events/${encodeURIComponent(id)}`];
  if (action === 'list_events') return [`/v1/events?${new URLSearchParams(Object.entries(rest).filter(([, value]) => value !== null))}`];
  if (action === 'list_actions') return ['/v1/actions'];
  if (action === 'get_status') return ['/v1/status'];
  if (action === 'plan') return ['/v1/plan', payload];
  const verb = /^(cancel|retry|resolve|drop|replay|approve|deny)_event$/.exec(action)?.[1];
  return verb ? [`/v1/events/${encodeURIComponent(id)}/${verb}`, rest] : [];
}

/** A stream shows confirmations of CloudEvents as CloudEvents. */
function native(message, client) {
  if (!message.specversion) return message;
  const { type, seq, subject: id, idempotencykey: idempotencyKey, time: timestamp, attempt, data } = message;
  const content = type.endsWith('_FAILED') ? { error: data.error } : { payload: data };
  return { type, seq, id, idempotencyKey, timestamp, source: client, attempt, ...content };
}

// MARK: The bridge, as a page sees it

class Bridge {
  state = 'connecting';
  lastError = null;
  client = null;

  #options;
  #credential;
  #token = null;
  #link = null;
  #session = null;
  /** What the bridge said before it refused to let us in. */
  #said = null;
  #kind;
  #socketWorked = false;
  #socketFailures = 0;
  #turn = 0;
  #attempt = 0;
  #refusals = 0;
  #penalised = false;
  #timers = { retry: undefined, opening: undefined, ping: undefined, silence: undefined, acknowledge: undefined, pause: undefined };
  #stats = { connections: 0, roundTrip: null, connectedSince: null, lastMessageAt: null };
  #pinged = [];

  #listeners = new Map();
  #channels = new Map();
  #isWatching = false;
  #requests = new Map();
  #lastRequest = 0;
  #page = new AbortController();

  #outbox;
  #ready;
  #deliveries = new Map();
  #byID = new Map();
  /** With two ways in and out, what an event does may be heard of before the answer that tells its id. */
  #early = [];
  #unsent = [];
  #inflight = new Set();
  #window = WIDEST_WINDOW;
  #pausedUntil = 0;
  #pauses = 0;
  #mustSubscribe = false;
  #pumping = false;

  /** `{seq, acknowledged, client, ledger, turn}`: the last confirmation the application was given, and what tells whether it still counts. */
  #cursor = null;
  /** The last confirmation that listeners are done with, up to which it is kept over the end of the page. */
  #handledSeq = 0;
  #handlings = 0;
  #isResumed = false;
  #saving = null;
  #isUnsaved = false;
  #handled = Promise.resolve();
  #toAcknowledge = 0;
  #acknowledged = 0;

  constructor(options) {
    this.#options = options;
    this.url = address(options);
    this.#credential = { token: options.token, ticket: options.ticket };
    this.WebSocket = options.WebSocket ?? globalThis.WebSocket;
    this.#kind = options.transport && options.transport !== 'auto' ? options.transport : this.WebSocket ? 'websocket' : 'sse';
    this.limit = options.timeout ?? 10000;
    for (const channel of named(options.channels ?? [])) this.#channels.set(channel, 1);
    this.#listenToPage();
    this.#start();
  }

  get deliveries() { return [...this.#deliveries.values()]; }

  // MARK: For the application

  send(type, payload = {}, { idempotencyKey = newKey(), signal, timeout } = {}) {
    idempotencyKey = String(idempotencyKey);
    const known = this.#deliveries.get(idempotencyKey);
    const at = performance.timeOrigin + performance.now();
    const delivery = new Delivery(this, { key: idempotencyKey, type, payload: JSON.stringify(payload), at, client: this.client }, false);
    if (known && known.type === type && known.text === delivery.text) {
      known.join();
      return known;
    }
    if (known) delivery.fail(new BridgeError('key_reused', `Another event was sent under the key ${idempotencyKey}.`));
    else if (this.state === 'closed') delivery.fail(closed());
    else if (signal?.aborted) delivery.fail(aborted());
    else if (!TYPE.test(type)) {
      const message = 'must be capital letters, digits and "_", beginning with a letter, at most 64 characters';
      delivery.fail(new BridgeError('invalid_event', `The type of an event ${message}.`, { errors: [{ pointer: '/type', message }] }));
    } else {
      this.#put(delivery);
      this.#add(delivery);
      if (isBounded(timeout)) {
        delivery.timer = setTimeout(() => {
          const rest = delivery.phase === 'unsent' && !delivery.attempts ? `It has not been sent yet, and waits in the outbox. ${this.lastError?.message ?? ''}`
            : `The event goes on; sending it again under the key ${idempotencyKey} joins it.`;
          delivery.giveUp(new BridgeError('timeout', `No confirmation of ${type} came within ${timeout} ms. ${rest}`.trim()));
        }, timeout);
      }
      const abort = () => { if (!this.#withdraw(delivery, aborted())) delivery.giveUp(aborted()); };
      signal?.addEventListener('abort', abort, { once: true, signal: this.#page.signal });
      if (signal) delivery.finally(() => signal.removeEventListener('abort', abort)).catch(nothing);
    }
    return delivery;
  }

  request(action, payload = {}, { timeout = this.limit, signal } = {}) {
    return new Promise((resolve, reject) => {
      if (this.state === 'closed') return reject(closed());
      if (this.state === 'unauthorized') return reject(this.lastError);
      if (signal?.aborted) return reject(aborted());
      const id = `r${++this.#lastRequest}`;
      const abort = () => end(reject, aborted());
      const end = (settle, value) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        this.#requests.delete(id);
        settle(value);
      };
      const timer = isBounded(timeout) ? setTimeout(() => end(reject, new BridgeError(
        'timeout', `The bridge did not answer ${action} within ${timeout} ms.${this.lastError ? ` ${this.lastError.message}` : ''}`)), timeout) : undefined;
      signal?.addEventListener('abort', abort);
      const request = {
        message: { type: 'request', id, action, payload }, sent: false, repeatable: QUESTION.test(action),
        resolve: (data) => end(resolve, data), reject: (error) => end(reject, error),
      };
      this.#requests.set(id, request);
      this.#ask(request);
    });
  }

  subscribe(channels) {
    const names = named([channels].flat());
    this.#count(names, 1);
    let isOver = false;
    return () => {
      if (!isOver) this.#count(names, -1);
      isOver = true;
    };
  }

  on(name, listener) {
    if (!EVENTS.has(name)) throw new TypeError(`There is no event "${name}". There are ${[...EVENTS].join(', ')}.`);
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => { listeners.delete(listener); };
  }

  async fetch(path, { timeout = this.limit, signal, headers, ...init } = {}) {
    const target = new URL(path, this.url);
    // The token goes along, so it must not go anywhere else.
    if (target.origin !== this.url.origin) throw new TypeError(`${path} is no path of the bridge.`);
    const ending = new AbortController();
    const timer = isBounded(timeout) ? setTimeout(() => ending.abort(new BridgeError('timeout', `The bridge did not answer within ${timeout} ms.`)), timeout) : undefined;
    const all = new Headers(headers);
    if (this.#token) all.set('Authorization', `Bearer ${this.#token}`);
    const fetching = this.#options.fetch ?? globalThis.fetch;
    return fetching(target, { cache: 'no-store', ...init, headers: all, signal: signal ? AbortSignal.any([signal, ending.signal]) : ending.signal })
      .finally(() => clearTimeout(timer));
  }

  signIn({ token, ticket }) {
    this.#credential = { token, ticket };
    this.#token = null;
    // What is sent from now on is sent by whoever this signs in.
    this.client = null;
    // It opens one connection alone, which has to begin at the right place whoever it is for.
    if (typeof ticket === 'string') this.#isResumed = false;
    this.reconnect();
  }

  reconnect() {
    if (this.state === 'closed') return;
    this.#attempt = 0;
    this.#drop(new BridgeError('connection_lost', 'The connection was dropped to make a new one.'));
    this.#become(this.#stats.connections ? 'reconnecting' : 'connecting', this.lastError);
    this.#open();
  }

  ping() {
    return new Promise((resolve, reject) => {
      if (!this.#isConnected) return reject(this.lastError ?? new BridgeError('connection_lost', 'There is no connection.'));
      this.#pinged.push({ at: performance.now(), resolve, reject });
      this.#say({ type: 'ping' });
      this.#timers.silence ??= setTimeout(() => this.#fall({ code: 0 }), this.#options.heartbeat?.silence ?? 10000);
    });
  }

  close() {
    if (this.state === 'closed') return;
    this.#acknowledge();
    this.#drop(closed());
    for (const request of [...this.#requests.values()]) request.reject(closed());
    for (const delivery of this.#deliveries.values()) {
      delivery.fail(closed(this.#outbox?.lasting ? ' The event is kept, and goes out from the next page.' : ''));
    }
    this.#deliveries.clear();
    this.#byID.clear();
    this.#unsent = [];
    this.#page.abort();
    this.#become('closed', null);
    this.#listeners.clear();
    this.#putAway();
  }

  async #putAway() {
    await this.#ready;
    while (this.#saving) await this.#saving;
    this.#outbox.close();
  }

  diagnostics() {
    const { state, url, client, lastError } = this;
    return {
      state, url: url.origin, transport: this.#kind, client, session: this.#session, seq: this.#cursor?.seq ?? null,
      acknowledged: this.#cursor ? Math.max(this.#acknowledged, this.#cursor.acknowledged) : null, ...this.#stats,
      subscriptions: this.#wanted,
      pending: { deliveries: this.#deliveries.size, unsent: this.#unsent.length + this.#inflight.size, requests: this.#requests.size },
      lasting: this.#outbox?.lasting ?? false, lastError: lastError && { code: lastError.code, message: lastError.message },
    };
  }

  // MARK: Outbox

  async #start() {
    const { outbox } = this.#options;
    const name = typeof outbox === 'string' ? outbox : `deskbridge-${this.url.port || 80}`;
    this.#outbox = outbox && typeof outbox === 'object' ? new OrderedOutbox(outbox)
      : outbox !== 'memory' && globalThis.indexedDB ? new IndexedDBOutbox(name) : new MemoryOutbox();
    const adopt = (entries) => { for (const entry of entries) this.#restore(entry); };
    this.#ready = this.#outbox.open(adopt).catch((error) => {
      this.#report('outbox_failed', 'Nothing outlives this page', error);
      this.#outbox.close();
      this.#outbox = new MemoryOutbox();
      return this.#outbox.open();
    });
    // The first change of state comes when the page has had time to listen.
    const { entries, cursor } = await this.#ready;
    if (this.state === 'closed') return;
    this.#cursor = cursor;
    adopt(entries);
    this.#become('connecting', null, null, true);
    this.#open();
  }

  #restore(entry) {
    if (this.state !== 'closed' && !this.#deliveries.has(entry.key)) this.#add(new Delivery(this, entry, true));
  }

  #add(delivery) {
    this.#deliveries.set(delivery.idempotencyKey, delivery);
    this.#queue(delivery);
    this.#emit('delivery', delivery);
    this.#pump();
  }

  #put(delivery) {
    this.#ready.then(() => this.#outbox.put(delivery.entry)).catch((error) => this.#report('outbox_failed', 'The outbox could not keep the event', error));
  }

  /** Puts it where it was in the order. */
  #queue(delivery) {
    delivery.phase = 'unsent';
    let index = this.#unsent.length;
    while (index > 0 && this.#unsent[index - 1].at > delivery.at) index -= 1;
    this.#unsent.splice(index, 0, delivery);
  }

  /** Sends what waits, in the next turn: whoever sends may first say what else it wants to hear. */
  #pump() {
    if (this.#pumping) return;
    this.#pumping = true;
    queueMicrotask(() => {
      this.#pumping = false;
      while (this.#isConnected && this.#inflight.size < this.#window && performance.now() >= this.#pausedUntil) {
        // What another client began is that one's, and waits until it signs in again.
        const index = this.#unsent.findIndex(({ client }) => client === null || client === this.client);
        if (index < 0) return;
        const [delivery] = this.#unsent.splice(index, 1);
        if (delivery.client === null) {
          delivery.client = this.client;
          this.#put(delivery);
        }
        delivery.phase = 'inflight';
        delivery.attempts += 1;
        this.#inflight.add(delivery);
        delivery.answer = setTimeout(() => {
          this.#window = 1;
          this.#fall({ code: 0 });
        }, this.limit);
        this.#say(delivery.message);
      }
    });
  }

  #pause(seconds) {
    this.#pauses += 1;
    this.#window = 1;
    const pause = (seconds ?? Math.min(30, 2 ** this.#pauses / 2)) * 1000;
    this.#pausedUntil = performance.now() + pause;
    clearTimeout(this.#timers.pause);
    this.#timers.pause = setTimeout(() => {
      this.#pausedUntil = 0;
      if (this.#mustSubscribe) this.#subscribe(this.#wanted);
      this.#mustSubscribe = false;
      this.#acknowledgeSoon();
      this.#pump();
    }, pause);
  }

  #answered(delivery) {
    clearTimeout(delivery.answer);
    this.#inflight.delete(delivery);
  }

  /** @returns whether it had not been sent, by this page or one before */
  #withdraw(delivery, error) {
    const index = this.#unsent.indexOf(delivery);
    if (index < 0 || delivery.attempts || delivery.restored) return false;
    this.#unsent.splice(index, 1);
    this.#finish(delivery, () => delivery.fail(error));
    return true;
  }

  #finish(delivery, end) {
    const { idempotencyKey: key, id } = delivery;
    this.#answered(delivery);
    const index = this.#unsent.indexOf(delivery);
    if (index >= 0) this.#unsent.splice(index, 1);
    this.#deliveries.delete(key);
    if (id) this.#byID.delete(id);
    end();
    this.#forget(key);
    this.#pump();
  }

  #forget(key) { this.#ready.then(() => this.#outbox.remove(key)).catch((error) => this.#report('outbox_failed', 'The outbox could not be changed', error)); }

  async cancel(delivery) {
    if (delivery.phase === 'done') return;
    if (this.#withdraw(delivery, new BridgeError('cancelled', 'The event was cancelled before it was sent.'))) return;
    const { id } = await delivery.taken;
    await this.request('cancel_event', { id });
  }

  watch() {
    if (this.#isWatching) return;
    const before = this.#wanted;
    this.#isWatching = true;
    this.#changeSubscriptions(before);
  }

  // MARK: Connection

  get #isConnected() { return this.state === 'connected'; }

  get #wanted() { return [...new Set([...this.#channels.keys(), ...(this.#isWatching ? ['events', 'output:*'] : [])])]; }

  #count(names, by) {
    const before = this.#wanted;
    for (const name of names) {
      const count = (this.#channels.get(name) ?? 0) + by;
      if (count > 0) this.#channels.set(name, count);
      else this.#channels.delete(name);
    }
    this.#changeSubscriptions(before);
  }

  #changeSubscriptions(before) {
    if (this.#isConnected) this.#change(before, this.#wanted);
  }

  #change(before, after) {
    this.#subscribe(after.filter((name) => !before.includes(name)));
    const removed = before.filter((name) => !after.includes(name));
    if (removed.length) this.#say({ type: 'unsubscribe', channels: removed });
  }

  #subscribe(channels) {
    for (let index = 0; index < channels.length; index += MOST_CHANNELS_AT_ONCE)
      this.#say({ type: 'subscribe', channels: channels.slice(index, index + MOST_CHANNELS_AT_ONCE) });
  }

  async #open() {
    const turn = ++this.#turn;
    clearTimeout(this.#timers.retry);
    this.#timers.retry = undefined;
    await this.#ready;
    let credential;
    try { credential = await this.#obtain(); } catch (error) {
      if (turn === this.#turn) this.#wait(new BridgeError('unauthenticated', `No token or ticket could be got: ${error?.message ?? error}`, { cause: error }));
      return;
    }
    if (turn !== this.#turn || this.state === 'closed') return;
    if (!credential.token && !credential.ticket) return this.#refused(new BridgeError('unauthenticated', `No token was given. ${makeToken()}`));
    const handlers = {
      message: (message) => { if (this.#link === link) this.#receive(message); },
      lost: (how) => { if (this.#link === link) this.#fall(how); },
      // On its first connection a page needs what its client has not acknowledged, whichever place it has kept.
      subscriptions: () => ({ channels: this.#wanted, since: this.#isResumed ? this.#cursor.seq : this.#cursor ? null : this.#options.since ?? null }),
    };
    this.#said = null;
    const link = this.#kind === 'sse' ? new StreamLink(this, credential, handlers) : new SocketLink(this, credential, handlers);
    this.#link?.close();
    this.#link = link;
    this.#timers.opening = setTimeout(() => this.#fall({ code: 0, opened: link.opened }), this.limit);
  }

  async #obtain() {
    const credential = this.#credential;
    const { token, ticket } = credential;
    if (ticket) return { ticket: typeof ticket === 'function' ? await ticket() : ticket };
    if (!token || this.#token) return { token: this.#token };
    const given = typeof token === 'function' ? await token() : token;
    if (credential === this.#credential) this.#token = given;
    return { token: given };
  }

  /** The connection is gone, or never was. Decides what to do. */
  async #fall({ code, reason = '', opened = true, error }) {
    const link = this.#link;
    const wasConnected = this.#isConnected;
    // The bridge says what is wrong with a token. Without a word it waited in vain for one, of a page that was asleep.
    const isOverdue = code === 4401 && !wasConnected && !this.#said && link?.kind === 'websocket';
    let why = (!wasConnected && this.#said) || ending(isOverdue ? 1006 : code, reason, error);
    if (code === 1009) this.#refuseLargest();
    this.#drop(why);
    const turn = this.#turn;
    if (wasConnected) {
      this.#become('reconnecting', why);
      if (turn !== this.#turn || this.state === 'closed') return;
    } else if (!opened && link && !this.#said) {
      why = await this.#diagnose(link.kind, error);
      if (turn !== this.#turn || this.state === 'closed') return;
    }
    if (why.code === 'unauthenticated' || why.code === 'origin_forbidden') return this.#refused(why);
    if (why.code === 'replaced') return this.#become('offline', why);
    // A peer that cuts us off as soon as it lets us in must not be asked five times a second.
    this.#penalised = ['slow_consumer', 'rate_limited', 'too_large', 'internal_error'].includes(why.code);
    this.#wait(why, wasConnected);
  }

  #refused(why) {
    const { token, ticket } = this.#credential;
    // Perhaps the one who gives tokens has a newer one by now.
    if (why.code === 'unauthenticated' && typeof token === 'function' && !ticket) {
      const refused = this.#token;
      this.#token = null;
      const turn = ++this.#turn;
      return void this.#obtain().then(({ token: given }) => {
        if (turn !== this.#turn || this.state === 'closed') return;
        if (given === refused) this.#rest(why);
        else if (this.#attempt++ < 1) this.#open();
        else this.#wait(why);
      }, () => { if (turn === this.#turn) this.#rest(why); });
    }
    if (why.code === 'unauthenticated' && typeof ticket === 'function' && this.#refusals++ < 1) return this.#wait(why);
    this.#rest(why);
  }

  /** Until `signIn()`. */
  #rest(why) {
    if (!['unauthorized', 'connection', 'error'].some((name) => this.#listeners.get(name)?.size)) console.error(why);
    for (const request of [...this.#requests.values()]) request.reject(why);
    this.#become('unauthorized', why);
  }

  /** Full jitter: any time up to a limit that doubles. */
  #wait(why, wasConnected = false) {
    const { first = 200, longest = 30000 } = this.#options.backoff ?? {};
    const most = Math.min(longest, first * 2 ** Math.min(this.#attempt, 20));
    const least = why.code === 'rate_limited' ? (why.retryAfter ?? 5) * 1000 : 0;
    const delay = Math.round(least + Math.random() * most);
    this.#attempt += 1;
    clearTimeout(this.#timers.retry);
    this.#timers.retry = setTimeout(() => this.#open(), delay);
    this.#become(wasConnected ? 'reconnecting' : 'offline', why, delay);
  }

  /** Lets go of the connection. What was sent and not answered is sent again by the next one. */
  #drop(why) {
    this.#turn += 1;
    this.#link?.close();
    this.#link = null;
    for (const [name, timer] of Object.entries(this.#timers)) {
      clearTimeout(timer);
      this.#timers[name] = undefined;
    }
    this.#pausedUntil = 0;
    this.#mustSubscribe = false;
    this.#stats.connectedSince = null;
    for (const { reject } of this.#pinged.splice(0)) reject(why);
    for (const delivery of [...this.#inflight]) {
      this.#answered(delivery);
      this.#queue(delivery);
    }
    for (const request of [...this.#requests.values()]) {
      if (request.sent && !request.repeatable) request.reject(new BridgeError('connection_lost', `The connection was lost before ${request.message.action} was answered; look whether it was done.`));
      request.sent = false;
    }
  }

  /** A browser doesn't tell a page why a connection failed; this finds out. */
  async #diagnose(kind, cause) {
    if (cause?.name === 'SecurityError') return failure('mixed_content', this.url, cause);
    const isReachable = await this.fetch('/healthz', { mode: 'no-cors' }).then(() => true, () => false);
    if (!isReachable) return failure(await unreachable(), this.url, cause);
    try {
      const response = await this.fetch(this.#token ? '/v1/status' : '/healthz');
      if (!response.ok) return problem({ ...(await response.json()), retryAfter: Number(response.headers.get('Retry-After')) || undefined });
    } catch (error) {
      // A browser hides an answer that a page may not have, and says so in no other way. But what went away meanwhile, or was too slow, hides too.
      const isHidden = globalThis.location && error instanceof TypeError && await this.fetch('/healthz', { mode: 'no-cors' }).then(() => true, () => false);
      return failure(isHidden ? 'origin_forbidden' : 'connection_lost', this.url, cause);
    }
    if (this.#credential.ticket) return new BridgeError('unauthenticated', 'The ticket was refused. One is good for one connection and 30 seconds: give a function that gets a new one.');
    this.#socketFailures += 1;
    // It answers, but not to WebSockets: something in between blocks them.
    if (kind === 'websocket' && !this.#socketWorked && this.#socketFailures >= 2 && this.#options.transport !== 'websocket') this.#kind = 'sse';
    return failure('connection_lost', this.url, cause);
  }

  #become(state, error, retryIn = null, isFirst = false) {
    const previous = this.state;
    this.state = state;
    this.lastError = error;
    if (previous === state && !isFirst && retryIn === null) return;
    const change = { state, previous, error, retryIn };
    if (previous !== state || isFirst) this.#emit(state, change);
    this.#emit('connection', change);
  }

  #say(message) {
    if (!this.#link) return;
    if (this.#listeners.get('message')?.size) {
      this.#emit('message', { direction: 'out', at: now(), message: typeof message === 'string' ? JSON.parse(message) : message });
    }
    this.#link.send(message);
  }

  #ask(request) {
    if (!this.#isConnected || request.sent) return;
    request.sent = true;
    this.#say(request.message);
  }

  #beat() {
    clearTimeout(this.#timers.ping);
    this.#timers.ping = setTimeout(() => {
      this.ping().catch(nothing);
      this.#beat();
    }, this.#options.heartbeat?.interval ?? 25000);
  }

  #listenToPage() {
    if (!globalThis.document) return;
    const { signal } = this.#page;
    const wake = () => {
      if (document.visibilityState === 'hidden') return;
      if (this.#timers.retry && (this.state === 'offline' || this.state === 'reconnecting')) this.#open();
      else if (this.#isConnected && now() - this.#stats.lastMessageAt > 25000) this.ping().catch(nothing);
    };
    document.addEventListener('visibilitychange', wake, { signal });
    addEventListener('pageshow', (event) => { if (event.persisted) this.reconnect(); }, { signal });
    addEventListener('pagehide', () => this.#acknowledge(), { signal });
  }

  // MARK: What comes in

  #receive(message) {
    this.#stats.lastMessageAt = now();
    clearTimeout(this.#timers.silence);
    this.#timers.silence = undefined;
    if (this.#listeners.get('message')?.size) this.#emit('message', { direction: 'in', at: now(), message });
    switch (message.type) {
      case 'authenticated': return this.#authenticated(message);
      case 'accepted': return this.#accepted(message);
      case 'response': return this.#requests.get(message.requestId)?.resolve(message.data);
      case 'error': return this.#failed(message);
      case 'state': case 'output': return this.#happened(message);
      case 'status': return this.#emit('status', message);
      case 'stored': return this.#confirmed(native(message.confirmation, this.client), true);
      case 'pong': {
        const ping = this.#pinged.shift();
        if (!ping) return;
        this.#stats.roundTrip = Math.round((performance.now() - ping.at) * 100) / 100;
        return ping.resolve(this.#stats.roundTrip);
      }
      default: if (Number.isInteger(message.seq)) this.#confirmed(message, false);
    }
  }

  #authenticated({ client, session, ledger, seq }) {
    clearTimeout(this.#timers.opening);
    const link = this.#link;
    this.client = client;
    this.#session = session;
    if (link.kind === 'websocket') this.#socketWorked = true;
    this.#socketFailures = this.#refusals = 0;
    if (!this.#penalised) this.#attempt = 0;
    if (!this.#resume(client, ledger, seq)) return this.reconnect();
    this.#stats.connections += 1;
    this.#stats.connectedSince = this.#stats.lastMessageAt = now();
    const wanted = this.#wanted;
    this.#become('connected', null);
    if (this.#link !== link) return;
    // The address said most. What listeners have changed just now they have said themselves.
    this.#change(link.said, wanted);
    this.#beat();
    this.#acknowledgeSoon();
    for (const request of this.#requests.values()) this.#ask(request);
    for (const delivery of this.#byID.values()) delivery.catchUp();
    this.#pump();
  }

  /**
   * Finds the place from which confirmations are new to the application.
   * @returns false if the connection was opened at a place that means nothing here
   */
  #resume(client, ledger, seq) {
    const kept = this.#cursor;
    // Acknowledged ones never become fewer, unless the ledger was put back to an earlier state. Another one's numbers begin anew.
    const isAnother = !kept || kept.client !== client || kept.ledger !== ledger || seq < kept.acknowledged;
    const start = isAnother ? (kept ? seq : this.#options.since ?? seq) : this.#isResumed ? kept.seq : Math.max(kept.seq, seq);
    const isMisplaced = isAnother && this.#isResumed;
    if (isAnother || !this.#isResumed) this.#handledSeq = start;
    if (isAnother) this.#toAcknowledge = 0;
    this.#isResumed = true;
    this.#acknowledged = seq;
    this.#cursor = { client, ledger, seq: start, acknowledged: seq, turn: isAnother ? newKey() : kept.turn };
    if (isAnother) this.#sendAgain();
    this.#save();
    return !isMisplaced;
  }

  /** What another ledger accepted, or this one from another client, has to be sent once more before it is confirmed here. */
  #sendAgain() {
    for (const delivery of this.#byID.values()) {
      delivery.forgetAcceptance();
      this.#queue(delivery);
    }
    this.#byID.clear();
  }

  /** Writes the cursor as often as the disk allows. */
  #save() {
    if (this.#saving) return void (this.#isUnsaved = true);
    this.#isUnsaved = false;
    this.#saving = this.#outbox.setCursor({ ...this.#cursor, seq: this.#handledSeq })
      .catch((error) => this.#report('outbox_failed', 'The place in the confirmations could not be kept', error))
      .finally(() => {
        this.#saving = null;
        if (this.#isUnsaved) this.#save();
      });
  }

  #accepted(message) {
    const delivery = this.#deliveries.get(message.idempotencyKey);
    if (!delivery) return;
    this.#answered(delivery);
    this.#pauses = 0;
    this.#window = Math.min(WIDEST_WINDOW, this.#window * 2);
    this.#identify(delivery, message);
    this.#pump();
  }

  #identify(delivery, accepted) {
    const { id } = accepted;
    this.#byID.set(id, delivery);
    delivery.accept(accepted);
    const early = this.#early.filter((message) => message.id === id);
    this.#early = this.#inflight.size ? this.#early.filter((message) => message.id !== id) : [];
    for (const { type, ...told } of early) delivery.happened(type, told);
  }

  /** @param isStored it was looked up, and may be ahead of the stream, which will bring it in its turn */
  #confirmed(confirmation, isStored) {
    const { seq, source, idempotencyKey: key } = confirmation;
    const isOwn = source === this.client;
    const delivery = isOwn ? this.#deliveries.get(key) : undefined;
    const isKnown = seq <= this.#cursor.seq;
    if (isStored && !isKnown) return;
    if (!isKnown) this.#cursor.seq = seq;
    if (delivery) {
      if (!delivery.id) this.#identify(delivery, { id: confirmation.id, state: confirmation.error ? 'failed' : 'succeeded', replayed: delivery.attempts > 1 || delivery.restored });
      this.#finish(delivery, () => delivery.confirm(confirmation));
    } else if (isOwn && !isKnown) this.#forget(key);
    if (isKnown) return;
    const { turn } = this.#cursor;
    const handling = isOwn || this.#channels.has('events') ? this.#emit('confirmation', confirmation) : [];
    const handled = () => {
      if (turn !== this.#cursor.turn) return;
      this.#handledSeq = this.#toAcknowledge = seq;
      this.#save();
      this.#acknowledgeSoon();
    };
    if (!handling.length && !this.#handlings) return handled();
    this.#handlings += 1;
    this.#handled = this.#handled.then(() => Promise.allSettled(handling)).then(() => {
      this.#handlings -= 1;
      handled();
    });
  }

  /** Many at once: an acknowledgement counts as a message against the client's rate. */
  #acknowledgeSoon() {
    if (!this.#isConnected || this.#toAcknowledge <= this.#acknowledged) return;
    this.#timers.acknowledge ??= setTimeout(() => this.#acknowledge(), ACKNOWLEDGE_AFTER);
  }

  #acknowledge() {
    clearTimeout(this.#timers.acknowledge);
    this.#timers.acknowledge = undefined;
    if (!this.#isConnected || this.#toAcknowledge <= this.#acknowledged) return;
    this.#acknowledged = this.#toAcknowledge;
    this.#say({ type: 'ack', seq: this.#acknowledged });
  }

  #happened(message) {
    const { type, ...told } = message;
    const delivery = this.#byID.get(message.id);
    if (delivery) delivery.happened(type, told);
    else if (this.#inflight.size && this.#link.kind === 'sse') this.#early = [...this.#early.slice(-200), message];
    const isWanted = type === 'state' ? message.client === this.client || this.#channels.has('events')
      : delivery || this.#channels.has('output:*') || this.#channels.has(`output:${message.id}`);
    if (isWanted) this.#emit(type, message);
  }

  #failed(message) {
    const error = problem(message);
    if (message.requestId) return this.#requests.get(message.requestId)?.reject(error);
    if (!this.#isConnected) return void (this.#said = error);
    let delivery = this.#deliveries.get(message.idempotencyKey);
    if (!delivery && error.code === 'malformed_json' && this.#inflight.size) {
      // It doesn't say which. Sent one by one, it is the one under way.
      if (this.#inflight.size === 1) [delivery] = this.#inflight;
      this.#window = 1;
    }
    if (!delivery) {
      if (error.code === 'rate_limited') {
        // It doesn't say what it refused: a ping, an acknowledgement, or a subscription.
        this.#mustSubscribe = true;
        this.#acknowledged = this.#cursor.acknowledged;
        for (const { reject } of this.#pinged.splice(0)) reject(error);
        this.#pause(error.retryAfter);
      }
      if (!this.#listeners.get('error')?.size) console.error(error);
      return void this.#emit('error', error);
    }
    if (!PASSING.has(error.code)) return this.#finish(delivery, () => delivery.fail(error));
    this.#answered(delivery);
    this.#queue(delivery);
    this.#pause(error.retryAfter);
  }

  /** The bridge takes no message as large as one of those that were on their way. */
  #refuseLargest() {
    const candidates = [
      ...[...this.#inflight].map((delivery) => ({ size: bytes(delivery.message), refuse: (error) => this.#finish(delivery, () => delivery.fail(error)) })),
      ...[...this.#requests.values()].filter(({ sent }) => sent).map(({ message, reject }) => ({ size: bytes(JSON.stringify(message)), refuse: reject })),
    ];
    const [largest] = candidates.sort((a, b) => b.size - a.size);
    largest?.refuse(new BridgeError(
      'too_large', `A message of ${largest.size} bytes is larger than the bridge takes (limits.message in its deskbridge.yaml). Send a reference to the data instead.`));
  }

  // MARK: Listeners

  #emit(name, event) {
    const results = [];
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        const result = listener(event);
        if (result?.then) results.push(Promise.resolve(result).catch((error) => this.#report('listener_failed', `A listener of "${name}" failed`, error)));
      } catch (error) { this.#report('listener_failed', `A listener of "${name}" failed`, error); }
    }
    return results;
  }

  #report(code, what, cause) {
    const error = new BridgeError(code, `${what}: ${cause?.message ?? cause}`, { cause });
    if (code === 'listener_failed' || !this.#listeners.get('error')?.size) console.error(error, cause);
    if (this.#listeners.get('error')?.size && !what.includes('"error"')) this.#emit('error', error);
  }
}

// MARK: Words

const closed = (more = '') => new BridgeError('closed', `The connection was closed by this page.${more}`);
const aborted = () => new BridgeError('aborted', 'The caller stopped waiting.');

/** Where the bridge is; `localhost` may lead to another program's port on ::1, and is not always exempt from mixed-content rules. */
function address({ url, port }) {
  // A page that has a copy of its own is no bridge.
  const isCopy = globalThis.location && new URL(import.meta.url).origin === location.origin;
  const own = isCopy ? undefined : /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost):(\d+)\/client\.js/.exec(import.meta.url)?.[2];
  const found = new URL(url ?? `http://127.0.0.1:${port ?? own ?? 7420}`);
  if (found.hostname === 'localhost') found.hostname = '127.0.0.1';
  if (!/^(127\.\d+\.\d+\.\d+|\[::1\])$/.test(found.hostname)) throw new TypeError(`A bridge is on this computer, not on ${found.hostname}.`);
  found.protocol = 'http:';
  return found;
}

/** @throws {TypeError} for a name that is no channel's */
function named(channels) {
  for (const name of channels) if (!CHANNEL.test(name)) throw new TypeError(`There is no channel "${name}". Channels are events, status, output:* and output:ID.`);
  return channels;
}

/** Timers end at once if they are to take longer than 2³¹ ms. */
const isBounded = (timeout) => timeout > 0 && timeout < 2 ** 31;

const makeToken = () => `Make one at the desk: deskbridge token create NAME${globalThis.location ? ` --origin ${location.origin}` : ''}`;

/** Why a connection that was there ended. */
function ending(code, reason, cause) {
  const said = reason ? ` The bridge says: ${reason}.` : '';
  switch (code) {
    case 0: return new BridgeError('silent', 'The bridge fell silent; connecting again.');
    case 1001: return new BridgeError('going_away', 'The bridge is stopping. This page connects again as soon as it is back.');
    case 1009: return new BridgeError('too_large', 'A message was larger than the bridge takes.');
    case 1011: return new BridgeError('internal_error', `Something is wrong in the bridge.${said}`);
    case 4401: return new BridgeError('unauthenticated', `The token was revoked, has expired, or is unknown.${said} ${makeToken()}`);
    case 4403: return failure('origin_forbidden', null, cause);
    case 4002: return new BridgeError('replaced', 'Another page took over with the same token, which allows one at a time. Reload this page to take it back.');
    case 4413: return new BridgeError('slow_consumer', 'This page read too slowly and was cut off. It connects again, and misses no confirmation.');
    case 4429: return new BridgeError('rate_limited', `This page sent too much at once.${said}`);
    default: return new BridgeError('connection_lost', 'The connection to the bridge was lost; connecting again.', cause && { cause });
  }
}

/** Why there is no connection, and what to do. */
function failure(code, url, cause) {
  const origin = globalThis.location?.origin;
  const words = {
    unreachable: `No bridge answers at ${url?.host}. Is it running on this computer? Try: deskbridge status.${origin ? ` If it runs, this page's Content-Security-Policy must allow connect-src http://${url?.host} ws://${url?.host}.` : ''}`,
    local_network_blocked: `The browser does not let this page reach this computer. Allow it: the icon beside the address, Site settings, "Local network access" (or "Apps on device"), Allow; then reload.`,
    local_network_prompt: `The browser may be asking whether this page may reach apps on this device: choose Allow. Or no bridge answers at ${url?.host}: try deskbridge status.`,
    insecure_page: `Browsers let only pages that came over https reach this computer, and this one came over http. Load it over https.`,
    mixed_content: `This browser does not let a page that came over https talk to ${url?.host}. Use Chrome, Edge or Firefox.`,
    origin_forbidden: `${url ? `What answers at ${url.host}` : 'The bridge'} does not let pages from ${origin ?? 'here'} in with this token. ${makeToken()}${url ? ' (deskbridge status says where the bridge listens.)' : ''}`,
    connection_lost: 'The bridge answers, but no connection could be made; trying again.',
  };
  const kind = { local_network_prompt: 'unreachable', insecure_page: 'local_network_blocked' }[code] ?? code;
  return new BridgeError(kind, words[code], cause && { cause });
}

/** Which of the reasons it probably is. */
async function unreachable() {
  const { location, navigator } = globalThis;
  if (!location || !navigator || /^(127\.|\[::1\]|localhost$)/.test(location.hostname)) return 'unreachable';
  for (const name of ['loopback-network', 'local-network-access']) {
    try {
      // Chrome 142 asks the person; other browsers don't know the name, and throw.
      const { state } = await navigator.permissions.query(/** @type {any} */ ({ name }));
      if (state === 'denied') return globalThis.isSecureContext ? 'local_network_blocked' : 'insecure_page';
      if (state === 'prompt') return 'local_network_prompt';
    } catch { /* unknown here */ }
  }
  const isSafari = /^((?!chrom|android).)*safari/i.test(navigator.userAgent);
  return location.protocol === 'https:' && isSafari ? 'mixed_content' : 'unreachable';
}
