// Drives the real programs over real sockets: every server gets a folder of its own, port 0, and is
// ready when it has printed its line. Nothing here waits by the clock.
//
//   const server = await startServer(t);              // stopped and removed when the test t ends
//   const reply = await server.request('/api/v1/reports', { method: 'POST', json: {…} });
//   reply.status, reply.headers.location, reply.text, reply.json
//   await server.request('/metrics', { local: true });   // over the Unix socket
//   await server.restart();                              // SIGTERM, then the same folder again
//   await server.kill();                                 // kill −9; server.start() goes on
//   await runProgram('zhanji-moderate', ['--socket', server.socket, 'queue', '--json']);
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

/** How long a state may be in coming, in milliseconds: no measure of speed. */
export const patience = 180_000;
/** The root of the project. */
export const root = path.resolve(here, '../..');
/** Where the programs were built: ZHANJI_BUILD, or build/ in the project. */
export const build = path.resolve(process.env.ZHANJI_BUILD ?? path.join(root, 'build'));

/** The path of a built program; says what to do when there is none. */
export function program(name) {
  const file = path.join(build, name);
  if (!existsSync(file)) throw new Error(`${name} is not in ${build}: build it, or set ZHANJI_BUILD`);
  return file;
}

/** A new folder, removed when the test ends. */
export function temporaryFolder(t) {
  const folder = mkdtempSync(path.join(tmpdir(), 'zhanji-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs a program to its end: { code, signal, stdout, stderr }. */
export function runProgram(name, args = [], { input, env, cwd } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program(name), args, { cwd, env: { ...process.env, ...env } });
    const texts = { stdout: [], stderr: [] };
    for (const stream of Object.keys(texts)) {
      child[stream].on('data', (bytes) => texts[stream].push(bytes));
    }
    child.on('error', reject);
    child.stdin.on('error', () => {}); // a program may end without reading its input
    child.on('close', (code, signal) =>
      resolve({
        code,
        signal,
        stdout: Buffer.concat(texts.stdout).toString(),
        stderr: Buffer.concat(texts.stderr).toString(),
      }),
    );
    child.stdin.end(input ?? '');
  });
}

function target(server, where, local) {
  if (local) return { socketPath: server.socket, path: where };
  const url = new URL(server.url);
  return { host: url.hostname, port: url.port, path: where };
}

function payload({ json, form, body, headers = {} }) {
  if (json !== undefined) {
    return { bytes: JSON.stringify(json), headers: { 'content-type': 'application/json', ...headers } };
  }
  if (form !== undefined) {
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    return { bytes: new URLSearchParams(form).toString(), headers: { ...type, ...headers } };
  }
  return { bytes: body, headers };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * One request. Options: method, headers, json | form | body, local (over the Unix socket), agent
 * (an http.Agent to keep connections), bearer (a tracking token). Resolves to
 * { status, headers, bytes, text, json }; json is undefined when the body is not JSON.
 */
export function request(server, where, options = {}) {
  const { bytes, headers } = payload(options);
  if (options.bearer) headers.authorization = `Bearer ${options.bearer}`;
  if (bytes !== undefined) headers['content-length'] = Buffer.byteLength(bytes);
  return new Promise((resolve, reject) => {
    const exchange = http.request({
      ...target(server, where, options.local),
      method: options.method ?? 'GET',
      headers,
      agent: options.agent ?? false,
    });
    exchange.on('error', reject);
    exchange.on('response', (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', reject);
      response.on('aborted', () => reject(new Error('the connection was cut')));
      response.on('end', () => {
        const all = Buffer.concat(parts);
        const text = all.toString();
        resolve({
          status: response.statusCode,
          headers: response.headers,
          bytes: all,
          text,
          json: parsed(text),
        });
      });
    });
    exchange.end(bytes);
  });
}

/** A server and its folder. Use startServer(t), or createServer(folder) to begin it yourself. */
class Server {
  constructor(folder, { args = [], env = {}, wrapper = [] } = {}) {
    this.folder = folder;
    this.db = path.join(folder, 'zhanji.db');
    this.socket = path.join(folder, 'zhanji.sock');
    this.args = args;
    this.env = env;
    this.wrapper = wrapper;
    this.stdout = '';
    this.stderr = '';
  }

  /** Starts the program; resolves when it has printed where it listens. */
  start() {
    const args = ['--db', this.db, '--socket', this.socket, '--listen', '127.0.0.1:0', ...this.args];
    const [command, ...rest] = [...this.wrapper, program('zhanji-collector'), ...args];
    const child = spawn(command, rest, {
      cwd: this.folder,
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.stdout = '';
    this.ended = new Promise((resolve) =>
      child.on('close', (code, signal) => resolve({ code, signal, stderr: this.stderr })),
    );
    child.stderr.on('data', (bytes) => (this.stderr += bytes));
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      this.ended.then(({ code, signal }) =>
        reject(new Error(`the server ended (${signal ?? code}) before it listened:\n${this.stderr}`)),
      );
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.stdout += `${line}\n`;
        const match = /^listening on (http:\/\/\S+)$/.exec(line);
        if (!match) return;
        this.url = match[1];
        resolve(this);
      });
    });
  }

  get pid() {
    return this.child.pid;
  }

  request(where, options) {
    return request(this, where, options);
  }

  /** Ends it with a signal; resolves to { code, signal, stderr }. */
  end(signal) {
    if (this.child && this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill(signal);
    }
    return this.ended;
  }

  stop() {
    return this.end('SIGTERM');
  }

  kill() {
    return this.end('SIGKILL');
  }

  async restart() {
    await this.stop();
    return this.start();
  }
}

export function createServer(folder, options) {
  return new Server(folder, options);
}

// A sanitizer's finding at the end is an exit code too, so an end that was not asked for is an error.
async function finish(server) {
  const { signal, code, stderr } = await server.stop();
  rmSync(server.folder, { recursive: true, force: true });
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(`the server ended with ${code}:\n${stderr}`);
}

/**
 * A running server in a folder of its own. Options: args (more options), env, wrapper (a command that
 * runs the program: ['prlimit', …]).
 */
export async function startServer(t, options) {
  const server = new Server(mkdtempSync(path.join(tmpdir(), 'zhanji-')), options);
  t.after(() => finish(server));
  return server.start();
}

/** One server for all tests of a describe(): call the result to get it. */
export function serverFor({ before, after }, options) {
  const server = new Server(mkdtempSync(path.join(tmpdir(), 'zhanji-')), options);
  before(() => server.start());
  after(() => finish(server));
  return () => server;
}

/** A valid report with an id of its own; `fields` replace or, when undefined, remove members. */
export function report(fields = {}) {
  return {
    id: randomUUID(),
    station: '北京西站',
    visited: '2023-12-20T08:30+08:00',
    answers: { ticket_machine: 'payment', card_condition: 'new' },
    ...fields,
  };
}

/**
 * Polls a state that another thread or program brings about, until `check` gives something; every
 * `pause` milliseconds, so that the one waited for has the machine. It gives up only when nothing
 * can be coming any more, however slow and busy the machine is.
 */
export async function waitFor(check, what = 'the condition', pause = 10) {
  const deadline = Date.now() + patience;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited ${patience / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
