// Starts the real bridge for the tests of the JavaScript client, in a home of its own.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect as dial } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const BINARY = process.env.DESKBRIDGE ?? new URL('../../.build/debug/deskbridge', import.meta.url).pathname;

// Prints a line, waits until the test takes the file away, and prints another.
const GATED = '#!/bin/sh\necho "begun $1"\nwhile [ -e "$2" ]; do sleep 0.05; done\necho "done $1"\n';

const running = new Set();
process.on('exit', () => { for (const child of running) child.kill('SIGKILL'); });

/** A bridge that a test may kill and start again on the same port with the same ledger. */
export class RunningBridge {
  /** @param t the test, at whose end the bridge is killed and its home removed */
  static async start(t, { limits = '', rules = '' } = {}) {
    const bridge = new RunningBridge();
    t.after(() => bridge.remove());
    bridge.home = mkdtempSync(join(tmpdir(), 'bridge-'));
    bridge.port = await freePort();
    mkdirSync(join(bridge.home, 'actions'));
    mkdirSync(join(bridge.home, 'policies'));
    bridge.gate = join(bridge.home, 'gate');
    writeFileSync(bridge.gate, '');
    const script = join(bridge.home, 'gated.sh');
    writeFileSync(script, GATED);
    chmodSync(script, 0o755);
    writeFileSync(join(bridge.home, 'deskbridge.yaml'), `listen: {port: ${bridge.port}, addresses: [127.0.0.1]}\nlog: {level: warning}\ndispatch: {drain: 200/1s}\n${limits}\n`);
    bridge.action('count', 'COUNT', 'COUNTED', '{n: {type: integer}}', 'argv: [/usr/bin/true]', '{n: "{n}"}');
    bridge.action('echo', 'ECHO', 'ECHOED', '{text: {type: string, maxLength: 60000}}', 'argv: [/usr/bin/printf, "%s\\n", "{text}"]', '{text: "{text}"}');
    bridge.action('fail', 'BREAK', 'BROKEN', '{}', 'argv: [/usr/bin/false]', '{}');
    bridge.action('gated', 'GATED', 'GATE_PASSED', '{name: {type: string}}', `argv: [${script}, "{name}", ${bridge.gate}]`, '{name: "{name}"}');
    writeFileSync(join(bridge.home, 'policies', 'tests.yaml'), `rules:
${rules}
  - {deny: [DENIED], clients: ["*"]}
  - {allow: ["*"], clients: ["*"], rate: 100000/10s}
visibility:
  - {client: wallboard, sees: [dashboard]}
grants:
  executables: [/usr/bin/true, /usr/bin/false, /usr/bin/printf, ${script}]
`);
    await bridge.serve();
    return bridge;
  }

  action(name, on, confirm, parameters, process, result) {
    writeFileSync(join(this.home, 'actions', `${name}.yaml`), `action: ${name}
on: ${on}
confirm: ${confirm}
parameters: ${parameters}
steps:
  - {id: run, process: {${process}}, safeToRepeat: true}
result: ${result}
retry: {attempts: 1}
`);
  }

  get url() { return `http://127.0.0.1:${this.port}`; }

  async serve() {
    this.process = spawn(BINARY, ['serve', '--home', this.home], { stdio: ['ignore', 'inherit', 'pipe'] });
    const child = this.process;
    running.add(child);
    this.ended = new Promise((resolve) => child.once('exit', () => resolve(running.delete(child))));
    const lines = createInterface(this.process.stderr);
    this.log = [];
    lines.on('line', (line) => this.log.push(line));
    for (;;) {
      const isUp = await fetch(`${this.url}/readyz`).then((response) => response.ok, () => false);
      if (isUp) return;
      if (this.process && this.process.exitCode !== null) throw new Error(`the bridge ended:\n${this.log.join('\n')}`);
      await pause(20);
    }
  }

  async kill() {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  async stop() {
    this.process.kill('SIGTERM');
    await this.ended;
  }

  async restart() {
    await this.kill();
    await this.serve();
  }

  command(...words) { return execFileSync(BINARY, [...words, '--home', this.home], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }); }

  token(client = 'dashboard', ...more) { return this.command('token', 'create', client, '--rate', '100000/10s', ...more).trim(); }

  /** Lets gated processes go on. */
  open() { rmSync(this.gate, { force: true }); }

  async remove() {
    if (this.process && this.process.exitCode === null && this.process.signalCode === null) await this.kill();
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Passes bytes on between a client and the bridge, until told to cut. Puts `Host` right on the way: the bridge has another port. */
export class Proxy {
  #pairs = new Set();
  isOpen = true;

  /** @param filter sees each chunk of a request as text, and returns null to swallow it */
  static async to(t, port, filter = (text) => text) {
    const proxy = new Proxy();
    t.after(() => proxy.close());
    proxy.server = createServer((near) => {
      if (!proxy.isOpen) return near.resetAndDestroy();
      const far = dial(port, '127.0.0.1');
      const pair = { near, far };
      proxy.#pairs.add(pair);
      const end = () => {
        near.destroy();
        far.destroy();
        proxy.#pairs.delete(pair);
      };
      for (const socket of [near, far]) socket.on('error', nothing).on('close', end);
      near.on('data', (chunk) => {
        const text = filter(chunk.toString('latin1').replace(/^(host: 127\.0\.0\.1:)\d+/im, `$1${port}`), near);
        if (text !== null) far.write(text, 'latin1');
      });
      far.on('data', (chunk) => { if (!proxy.isSilent) near.write(chunk); });
    });
    await new Promise((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    proxy.port = proxy.server.address().port;
    return proxy;
  }

  /** While paused, what comes from the bridge is not read. */
  set isPaused(isPaused) { for (const { far } of this.#pairs) isPaused ? far.pause() : far.resume(); }

  get url() { return `http://127.0.0.1:${this.port}`; }
  get connections() { return this.#pairs.size; }

  /** Ends all connections at once, as a network would that breaks. */
  cut() {
    for (const { near, far } of this.#pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
    this.#pairs.clear();
  }

  close() {
    this.cut();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

const nothing = () => {};

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The next event of this name that fits. */
export function next(bridge, name, fits = () => true) {
  return new Promise((resolve) => {
    const end = bridge.on(name, (event) => {
      if (!fits(event)) return;
      end();
      resolve(event);
    });
  });
}

export const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');
