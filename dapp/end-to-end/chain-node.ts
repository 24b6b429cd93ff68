// One real votive-node process with a folder and ports of its own: start, SIGKILL, start again in place.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { connect as dial, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ApiPromise } from '@polkadot/api';
import { connect } from '@votive/examples/connect';
import { BINARIES } from '@votive/examples/engine';

/** The binary under test. */
export const NODE_BINARY = process.env.VOTIVE_NODE ?? `${BINARIES}/votive-node`;

const PACKAGES = fileURLToPath(new URL('../../models/digits', import.meta.url));
const READY_MS = 120_000;
const LOG_LINES = 60;

/** What a node is started with. */
export interface NodePlan {
  readonly name: string;
  /** Flags beside those for the chain, the folders and the ports: `--dev`, or `--validator --bob`. */
  readonly flags: readonly string[];
}

/** A process. It keeps its folder and its ports when it is killed and started again. */
export class ChainNode {
  #process: ChildProcess | undefined;
  readonly #connections = new Set<ApiPromise>();

  private constructor(
    readonly name: string,
    private readonly flags: readonly string[],
    private readonly logFile: string,
    readonly url: string,
  ) {}

  /** A node that is not running yet, on the chain `chain` (a preset or a file), with its files in `folder`. */
  static async plan({ name, flags }: NodePlan, chain: string, folder: string): Promise<ChainNode> {
    const [rpcPort, port] = [await freePort(), await freePort()];
    const all = [
      ...['--name', name, '--chain', chain, '--base-path', join(folder, name), '--package-folder', PACKAGES],
      ...['--rpc-port', `${rpcPort}`, '--port', `${port}`],
      ...['--no-prometheus', '--no-telemetry', '--no-mdns'],
      ...flags,
    ];
    return new ChainNode(name, all, join(folder, `${name}.log`), `ws://127.0.0.1:${rpcPort}`);
  }

  /** Starts the process and returns once its RPC takes connections. */
  async start(more: readonly string[] = []): Promise<void> {
    if (!existsSync(NODE_BINARY)) throw new Error(`${NODE_BINARY} is missing: build it, or name it by VOTIVE_NODE`);
    const log = openSync(this.logFile, 'a');
    const started = spawn(NODE_BINARY, [...this.flags, ...more], { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#process = started;
    running.add(started);
    started.once('error', () => running.delete(started)).once('exit', () => running.delete(started));
    const deadline = Date.now() + READY_MS;
    while (!(await answers(this.url))) {
      if (!running.has(started)) throw new Error(`${this.name} ended before it was ready\n${this.log()}`);
      if (Date.now() > deadline) throw new Error(`${this.name} was not ready in ${READY_MS / 1000} s\n${this.log()}`);
      await pause(100);
    }
  }

  /** A connection of its own; it is closed with the process. */
  async connect(): Promise<ApiPromise> {
    const api = await connect(this.url);
    this.#connections.add(api);
    return api;
  }

  /** Kills the process as a power cut would, and waits until it is gone. */
  async kill(): Promise<void> {
    const started = this.#process;
    if (started && running.has(started)) {
      const gone = new Promise((resolve) => started.once('exit', resolve));
      started.kill('SIGKILL');
      await gone;
    }
    await Promise.all([...this.#connections].map((api) => api.disconnect().catch(() => undefined)));
    this.#connections.clear();
  }

  /** The last lines of its log. */
  log(): string {
    const lines = readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-LOG_LINES);
    return [`--- log of ${this.name} ---`, ...lines, '---'].join('\n');
  }
}

const running = new Set<ChildProcess>();

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = dial({ host: hostname, port: Number(port) });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
