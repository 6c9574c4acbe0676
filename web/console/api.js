/** The bridge's HTTP API, with the errors it explains. */

/** What the bridge refused, in its own words. */
export class Refusal extends Error {
  constructor(status, body) {
    super(body.detail ?? body.title ?? `The bridge answered ${status}.`);
    this.name = 'Refusal';
    this.status = status;
    this.code = body.code ?? null;
    this.errors = body.errors ?? [];
  }
}

/** No answer came: the bridge is off, or the connection broke off in the middle of it. */
export class NoAnswer extends Error {
  constructor(cause) {
    super('The bridge does not answer. "deskbridge status" tells whether it runs.', { cause });
    this.name = 'NoAnswer';
  }
}

/** Browsers tell a failed connection only by a `TypeError`, each in its own words. */
const ofTheNetwork = error => (error instanceof TypeError ? new NoAnswer(error) : error);

const wait = (seconds, signal) => new Promise((resolve, reject) => {
  const timer = setTimeout(resolve, seconds * 1000);
  signal?.addEventListener('abort', () => {
    clearTimeout(timer);
    reject(signal.reason);
  }, { once: true });
});

export class Api {
  #bridge;

  #signedIn;

  constructor(bridge) {
    this.#bridge = bridge;
    // Before the first connection there may be no bridge to ask.
    this.#signedIn = new Promise(resolve => { bridge.on('connected', resolve); });
  }

  /**
   * @returns {Promise<any>} the JSON of the answer
   * @throws {Refusal} if the bridge says no; waits and asks again while it says only "too fast"
   * @throws {NoAnswer} if it cannot be reached
   */
  async ask(method, path, body, { signal, timeout } = {}) {
    await this.#signedIn;
    const init = { method, signal, timeout };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
      init.headers = { 'Content-Type': 'application/json' };
    }
    for (let tries = 1; ; tries++) {
      const response = await this.#bridge.fetch(path, init).catch(error => { throw ofTheNetwork(error); });
      if (response.status === 429 && tries < 8) {
        await wait(Math.min(30, Number(response.headers.get('Retry-After')) || 1), signal);
        continue;
      }
      const text = await response.text().catch(error => { throw ofTheNetwork(error); });
      if (response.ok) return text ? JSON.parse(text) : {};
      throw new Refusal(response.status, parsed(text));
    }
  }

  event(id, options) { return this.ask('GET', `/v1/events/${encodeURIComponent(id)}`, undefined, options); }

  /** @param {object} query of `GET /v1/events`; lists repeat the name */
  events(query, options) {
    const items = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      for (const one of [value].flat()) if (one !== null && one !== undefined && one !== '') items.append(name, one);
    }
    return this.ask('GET', `/v1/events?${items}`, undefined, options);
  }

  /** @param {string} verb `retry`, `cancel`, `resolve`, `drop`, `approve`, `deny` or `replay` */
  decide(id, verb, body) { return this.ask('POST', `/v1/events/${encodeURIComponent(id)}/${verb}`, body); }

  async actions() { return (await this.ask('GET', '/v1/actions')).actions; }
  plan(type, payload, options) { return this.ask('POST', '/v1/plan', { type, payload }, options); }
  status() { return this.ask('GET', '/v1/status'); }
  /** Records of the audit after one, oldest first; a number beyond the last tells only which that is. */
  audit(after, limit, options) { return this.ask('GET', `/v1/audit?after=${after}&limit=${limit}`, undefined, options); }
  /** @param {string} mark where the chain ended once; empty for none */
  verifyAudit(mark) { return this.ask('GET', `/v1/audit/verify${mark ? `?mark=${encodeURIComponent(mark)}` : ''}`, undefined, { timeout: 600_000 }); }
  policy() { return this.ask('GET', '/v1/policy'); }
  explain(question) { return this.ask('POST', '/v1/policy/explain', question); }
  async answers() { return (await this.ask('GET', '/v1/policy/answers')).answers; }
  forgetAnswer(number) { return this.ask('DELETE', `/v1/policy/answers/${encodeURIComponent(number)}`); }
  async tokens() { return (await this.ask('GET', '/v1/tokens')).tokens; }
  createToken(order) { return this.ask('POST', '/v1/tokens', order); }
  rotateToken(id, order) { return this.ask('POST', `/v1/tokens/${encodeURIComponent(id)}/rotate`, order); }
  revokeToken(id) { return this.ask('DELETE', `/v1/tokens/${encodeURIComponent(id)}`); }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** What went wrong, for a person. */
export const inWords = error => error?.message || 'Something went wrong, and nothing says what.';
