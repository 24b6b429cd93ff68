// One real votive-node process with a folder and ports of its own: start, suspend, resume, SIGKILL, start again in place.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ApiPromise } from '@polkadot/api';
import { connect } from '@votive/examples/connect';
import { BINARIES } from '@votive/examples/engine';
import { packageStore } from './package-store.ts';
import { answers, freePort } from './ports.ts';

/** The binary under test. */
export const NODE_BINARY = process.env.VOTIVE_NODE ?? `${BINARIES}/votive-node`;

const READY_MS = 120_000;
const LOG_LINES = 60;

/** What a node is started with. */
export interface NodePlan {
  readonly name: string;
  /** Flags beside those for the chain, the folders and the ports: `--dev`, or `--validator --bob`. */
  readonly flags: readonly string[];
}

/** A process. It keeps its folder, its ports and its identity in the network when it is killed and started again. */
export class ChainNode {
  #process: ChildProcess | undefined;
  #api: ApiPromise | undefined;
  readonly #connections = new Set<ApiPromise>();

  private constructor(
    readonly name: string,
    private readonly flags: readonly string[],
    private readonly folder: string,
    private readonly logFile: string,
    readonly url: string,
    /** Its name in the network. */
    readonly identity: string,
    private readonly port: number,
  ) {}

  /** Where other nodes reach it. */
  get address(): string {
    return `/ip4/127.0.0.1/tcp/${this.port}/p2p/${this.identity}`;
  }

  /**
   * A node that is not running yet, on the chain `chain` (a preset or a file), with its files in `folder`.
   *
   * Its log is written there too, or into the folder that VOTIVE_LOGS names, where it stays.
   */
  static async plan({ name, flags }: NodePlan, chain: string, folder: string): Promise<ChainNode> {
    const [rpcPort, port] = [await freePort(), await freePort()];
    const own = join(folder, name);
    const key = `${own}.node-key`;
    if (!existsSync(NODE_BINARY)) throw new Error(`${NODE_BINARY} is missing: build it, or name it by VOTIVE_NODE`);
    execFileSync(NODE_BINARY, ['key', 'generate-node-key', '--file', key], { stdio: 'ignore' });
    const identity = execFileSync(NODE_BINARY, ['key', 'inspect-node-key', '--file', key], { encoding: 'utf8' }).trim();
    const all = [
      ...['--name', name, '--chain', chain, '--base-path', own, '--package-folder', packageStore(join(folder, 'packages'))],
      ...['--rpc-port', `${rpcPort}`, '--port', `${port}`],
      ...['--no-prometheus', '--no-telemetry', '--no-mdns'],
      ...['--node-key-file', key],
      ...flags,
    ];
    const logs = process.env.VOTIVE_LOGS ?? folder;
    mkdirSync(logs, { recursive: true });
    return new ChainNode(name, all, own, join(logs, `${name}.log`), `ws://127.0.0.1:${rpcPort}`, identity, port);
  }

  /** Starts the process and returns once it is connected to its RPC. */
  async start(more: readonly string[] = []): Promise<void> {
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
    this.#api = await this.connect();
  }

  /** The connection that was made at its last start. It is silent while the process is suspended. */
  get api(): ApiPromise {
    if (!this.#api) throw new Error(`${this.name} is not running`);
    return this.#api;
  }

  /** Whether the process lives, suspended or not. */
  get isRunning(): boolean {
    return this.#process !== undefined && running.has(this.#process);
  }

  /** One more connection of its own; it is closed with the process. */
  async connect(): Promise<ApiPromise> {
    const api = await connect(this.url);
    this.#connections.add(api);
    return api;
  }

  /** Suspends the process (SIGSTOP): it lives, and does nothing. */
  suspend(): void {
    this.#living().kill('SIGSTOP');
  }

  /** Lets a suspended process go on (SIGCONT), and connects to it anew: connections give up on who is silent for long. */
  async resume(): Promise<void> {
    this.#living().kill('SIGCONT');
    await this.#disconnect();
    this.#api = await this.connect();
  }

  /** Kills the process as a power cut would, and waits until it is gone. */
  async kill(): Promise<void> {
    const started = this.#process;
    if (started && running.has(started)) {
      const gone = new Promise((resolve) => started.once('exit', resolve));
      started.kill('SIGKILL');
      await gone;
    }
    await this.#disconnect();
  }

  /** Removes all files of a killed node: database, keystore and mailbox. */
  wipe(): void {
    if (this.isRunning) throw new Error(`${this.name} is running: kill it first`);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The memory that is the process's own, in MiB: without the files that it maps, above all those of its database. */
  ownMiB(): number {
    const status = readFileSync(`/proc/${this.#living().pid}/status`, 'utf8');
    return Math.round(Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024);
  }

  /** The id of its engine's process; there is none while that starts. */
  enginePid(): number | undefined {
    return childrenOf(this.#living().pid ?? 0, 'votive-engine')[0];
  }

  /** Whether a text is in its log. */
  hasLogged(text: string): boolean {
    return readFileSync(this.logFile, 'utf8').includes(text);
  }

  /** The last lines of its log; it is one file over all its starts. */
  log(lines = LOG_LINES): string {
    const last = readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-lines);
    return [`--- log of ${this.name} ---`, ...last, '---'].join('\n');
  }

  async #disconnect(): Promise<void> {
    await Promise.all([...this.#connections].map((api) => api.disconnect().catch(() => undefined)));
    this.#connections.clear();
    this.#api = undefined;
  }

  #living(): ChildProcess {
    if (!this.#process || !this.isRunning) throw new Error(`${this.name} is not running`);
    return this.#process;
  }
}

const running = new Set<ChildProcess>();

/** The processes of a name that a process has started. */
function childrenOf(parent: number, name: string): number[] {
  const pids = readdirSync('/proc').map(Number).filter((pid) => Number.isInteger(pid));
  return pids.filter((pid) => {
    try {
      const [, comm, , ppid] = /^\d+ \((.*)\) (\S) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      return comm === name && Number(ppid) === parent;
    } catch {
      return false; // It ended meanwhile.
    }
  });
}

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
