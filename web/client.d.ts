/** Deskbridge's JavaScript client. See docs/client.md. */

/** Opens a connection that mends itself. Never throws for what goes wrong later: listen to `connection`, or look at `lastError`. */
export function connect(options?: ConnectOptions): Bridge;

/** A new idempotency key. */
export function newKey(): string;

export interface ConnectOptions {
  /** Where the bridge listens, such as `http://127.0.0.1:7420`. `localhost` becomes `127.0.0.1`. */
  url?: string;
  /** The bridge's port on 127.0.0.1. Default: the one this module was loaded from if another page's server did not send it, otherwise 7420. */
  port?: number;
  /** A token (`dbt_…`), or a function that gives one, asked again after the bridge refused the last one. */
  token?: string | (() => string | Promise<string>);
  /** A ticket, good for one connection; or a function that gets one, asked for each connection. Instead of a token. */
  ticket?: string | (() => string | Promise<string>);
  /** Channels to subscribe to from the beginning, so that nothing on them is missed. Throws a `TypeError` for a name that is none. */
  channels?: Channel[];
  /**
   * Where confirmations begin on the very first connection: after this `seq`. Default: after the last one that this page's origin
   * was given, or that the client acknowledged, whichever is later.
   */
  since?: number;
  /** `auto` takes a WebSocket, and server-sent events with POST where WebSockets are missing or blocked. */
  transport?: 'auto' | 'websocket' | 'sse';
  /**
   * Keeps what is not yet confirmed. Default: IndexedDB in browsers, shared by all tabs of the origin; memory elsewhere.
   * A string names another IndexedDB database; `memory` keeps nothing.
   */
  outbox?: 'memory' | (string & {}) | OutboxStorage;
  /** Milliseconds a request, or the answer to a sent event, may take. Default 10000. */
  timeout?: number;
  /** First and longest backoff in milliseconds. Default 200 and 30000. */
  backoff?: { first?: number; longest?: number };
  /** Milliseconds between pings, and how long a peer may be silent after one. Default 25000 and 10000. */
  heartbeat?: { interval?: number; silence?: number };
  /** The WebSocket class to use, for Node before 22: `import WebSocket from 'ws'`. */
  WebSocket?: new (url: string, protocols?: string[]) => WebSocket;
  fetch?: typeof fetch;
}

/**
 * `connecting` the first time; `connected`; `reconnecting` when it was lost; `offline` when the bridge could not be reached and is tried
 * again after a while, or rests until `reconnect()` (see `lastError`); `unauthorized` until `signIn()`; `closed` after `close()`.
 */
export type ConnectionState = 'connecting' | 'connected' | 'reconnecting' | 'offline' | 'unauthorized' | 'closed';

export type Channel = 'events' | 'status' | 'output:*' | (string & {});

export type EventState =
  | 'queued' | 'running' | 'retrying' | 'waiting' | 'succeeded' | 'failed' | 'cancelled' | 'expired' | 'unknown';

export interface Bridge {
  readonly state: ConnectionState;
  /** What went wrong last, in words for the person at the desk; null while connected. */
  readonly lastError: BridgeError | null;
  /** The name under which the bridge knows this client, once signed in. */
  readonly client: string | null;
  /** What was sent from here, or found in the outbox, and is not confirmed yet, oldest first. */
  readonly deliveries: ReadonlyArray<Delivery>;

  /**
   * Sends an event. Kept until it is confirmed, whether or not the bridge can be reached now; sent again under the same key as often as needed;
   * run once. Awaiting the delivery gives the confirmation, or throws {@link EventFailedError} if the event failed.
   */
  send<P = any>(type: string, payload?: object, options?: SendOptions): Delivery<P>;

  /**
   * Asks the bridge: `get_event`, `list_events`, `cancel_event`, `retry_event`, `list_actions`, `plan`, `get_status`, … Waits for the
   * connection. Questions are asked again after a reconnect; changes are not, they reject with `connection_lost`.
   */
  request<T = any>(action: string, payload?: object, options?: { timeout?: number; signal?: AbortSignal }): Promise<T>;

  /** Subscribes, also after each reconnect, until the function that it returns is called. */
  subscribe(channels: Channel | Channel[]): () => void;

  /** Listens; the function that it returns ends that. */
  on<K extends keyof BridgeEvents>(name: K, listener: (event: BridgeEvents[K]) => unknown): () => void;

  /** Fetches a path of the bridge's HTTP API, such as `/v1/events?limit=20`, with this connection's token. */
  fetch(path: string, init?: RequestInit & { timeout?: number }): Promise<Response>;

  /** Takes a new token or ticket, and connects with it. */
  signIn(credential: Pick<ConnectOptions, 'token' | 'ticket'>): void;

  /** How many milliseconds the bridge takes to answer. */
  ping(): Promise<number>;

  /** Drops the connection if there is one, and connects now. */
  reconnect(): void;

  /** Ends it all. What is pending rejects with `closed`; what is in a lasting outbox goes out with the next page. */
  close(): void;

  /** Numbers and words for a support request; holds no secret and no payload. */
  diagnostics(): Diagnostics;
}

export interface BridgeEvents {
  connecting: ConnectionChange;
  connected: ConnectionChange;
  reconnecting: ConnectionChange;
  offline: ConnectionChange;
  unauthorized: ConnectionChange;
  closed: ConnectionChange;
  /** Any of the above. */
  connection: ConnectionChange;
  /**
   * Each confirmation once, in the order of `seq`, also of events that another page or an earlier life of this page sent. It is acknowledged
   * once all listeners are done: a listener may return a promise. Other clients' come only with the channel `events`.
   */
  confirmation: Confirmation | FailureConfirmation;
  /** With the channel `events`. */
  state: StateMessage;
  /** With a channel `output:…`. */
  output: OutputMessage;
  /** With the channel `status`. */
  status: StatusMessage;
  /** A delivery began: sent here, or found in the outbox. */
  delivery: Delivery;
  /** Every message as it goes over the wire, for debugging; secrets are taken out. */
  message: { direction: 'in' | 'out'; at: number; message: Record<string, any> };
  /** What belongs to no call: a listener that threw, a message the bridge could not read. */
  error: BridgeError;
}

export interface ConnectionChange {
  state: ConnectionState;
  previous: ConnectionState;
  /** Why, if something went wrong. */
  error: BridgeError | null;
  /** Milliseconds until the next try, if there will be one by itself. */
  retryIn: number | null;
}

export interface SendOptions {
  /** Made if not given. The same key with the same payload never runs twice. */
  idempotencyKey?: string;
  /** Stops waiting (`aborted`). What has not been sent yet is taken out of the outbox; what was sent goes on (see `Delivery.cancel`). */
  signal?: AbortSignal;
  /** Milliseconds to wait for the confirmation, then `timeout`; the event goes on. Default: for ever. */
  timeout?: number;
}

/** An event on its way. Await it for the confirmation. */
export interface Delivery<P = any> extends PromiseLike<Confirmation<P>> {
  readonly idempotencyKey: string;
  readonly type: string;
  readonly payload: any;
  /** The event's id, once accepted. */
  readonly id: string | null;
  /** `pending` until the bridge has it on disk, then the event's state. Followed closely while `updates` is read or `events` subscribed. */
  readonly state: 'pending' | EventState;
  /** Whether it was found in the outbox rather than sent by this page. */
  readonly restored: boolean;
  /** Settles as soon as the bridge has the event on disk. */
  readonly accepted: Promise<{ id: string; idempotencyKey: string; state: EventState; replayed: boolean }>;
  /**
   * What happens to the event, live, ending after its confirmation. Holds the last 1000 updates while nobody reads. What it wrote
   * before, or while the connection was away, is asked for; each line comes once.
   */
  readonly updates: AsyncIterable<Update>;
  /** Takes it out of the outbox if it was not sent, otherwise asks the bridge to cancel it. */
  cancel(): Promise<void>;
  catch<T>(onRejected: (error: any) => T | PromiseLike<T>): Promise<Confirmation<P> | T>;
  finally(onFinally: () => void): Promise<Confirmation<P>>;
}

export type Update =
  | { kind: 'accepted'; id: string; state: EventState; replayed: boolean }
  | ({ kind: 'state' } & Omit<StateMessage, 'type'>)
  | ({ kind: 'output' } & Omit<OutputMessage, 'type'>)
  | { kind: 'confirmation'; confirmation: Confirmation | FailureConfirmation };

export interface Confirmation<P = any> {
  type: string; seq: number; id: string; idempotencyKey: string; timestamp: string; source: string; attempt: number; payload: P;
}
/** `<TYPE>_FAILED`. */
export interface FailureConfirmation extends Omit<Confirmation, 'payload'> {
  error: { code: string; message: string; retryable: boolean };
}
export interface StateMessage {
  type: 'state'; id: string; eventType: string; client: string; before: EventState | null; after: EventState; attempt: number;
  timestamp: string; dueAt?: string; error?: { code: string; message: string; retryable: boolean };
}
export interface OutputMessage {
  type: 'output'; id: string; attempt: number; step: string; stream: 'stdout' | 'stderr' | (string & {});
  /** How many lines the attempt wrote before the first of these, with those that were dropped. */
  from: number;
  lines: string[]; dropped: number;
}
export interface StatusMessage { type: 'status'; queue: Record<string, number>; finals: Record<string, number>; [more: string]: any }

export interface Diagnostics {
  state: ConnectionState; url: string; transport: 'websocket' | 'sse'; client: string | null; session: string | null;
  /** The last confirmation given to the application, and the last one acknowledged. */
  seq: number | null; acknowledged: number | null;
  connections: number; roundTrip: number | null; connectedSince: number | null; lastMessageAt: number | null;
  subscriptions: string[]; pending: { deliveries: number; unsent: number; requests: number };
  /** Whether the outbox outlives the page. */
  lasting: boolean;
  lastError: { code: string; message: string } | null;
}

/** What the outbox keeps. Implement it to keep things elsewhere, such as in a file. Calls come one after the other. */
export interface OutboxStorage {
  readonly lasting: boolean;
  /** What is kept for this page to send. `adopt` may be called later with entries of pages that have gone. */
  open(adopt: (entries: OutboxEntry[]) => void): Promise<{ entries: OutboxEntry[]; cursor: Cursor | null }>;
  put(entry: OutboxEntry): Promise<void>;
  remove(key: string): Promise<void>;
  setCursor(cursor: Cursor): Promise<void>;
  close(): void;
}
/** `client` is who began to send it, and alone goes on; null if nobody has. */
export interface OutboxEntry { key: string; type: string; payload: string; at: number; client?: string | null; owner?: string }
/** Up to where the application has handled confirmations (`seq`), and of whom and which ledger that is said. */
export interface Cursor { seq: number; acknowledged: number; client: string; ledger: string; turn: string }

/** What went wrong, with a stable `code` and words that say what to do. */
export class BridgeError extends Error {
  readonly code: BridgeErrorCode;
  /** Whether trying again later may help. */
  readonly retryable: boolean;
  /** Which values are wrong, as RFC 6901 pointers. */
  readonly errors?: { pointer: string; message: string; code?: string }[];
  /** Seconds to wait. */
  readonly retryAfter?: number;
}

/** The event ended otherwise than with success; `code` is that of the failure, such as `exit_status`. */
export class EventFailedError extends BridgeError {
  readonly confirmation: FailureConfirmation;
}

export type BridgeErrorCode =
  // Of this client: about the connection …
  | 'unreachable' | 'local_network_blocked' | 'mixed_content' | 'origin_forbidden' | 'unauthenticated' | 'replaced' | 'slow_consumer'
  | 'going_away' | 'silent' | 'connection_lost'
  // … and about calls.
  | 'timeout' | 'aborted' | 'closed' | 'cancelled' | 'outbox_failed' | 'listener_failed'
  // Of the bridge: docs/protocol.md, "Errors".
  | (string & {});
