// The process votive-adversary: one worker that misbehaves on purpose, and what it says of its acts.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ChainNode, NODE_BINARY } from './chain-node.ts';

/** The binary; it lies beside the node's. */
const ADVERSARY_BINARY = process.env.VOTIVE_ADVERSARY ?? join(dirname(NODE_BINARY), 'votive-adversary');

const PACKAGES = fileURLToPath(new URL('../../models/digits', import.meta.url));

/** One line of its output. */
export interface Act {
  readonly act: 'commit' | 'reveal' | 'resend' | 'refused' | 'spam';
  readonly request?: string;
  readonly detail: ActDetail;
}

interface ActDetail {
  /** Hash of a transaction that the pool took. */
  readonly transaction?: string;
  /** What was refused, and why. */
  readonly step?: 'commit' | 'reveal' | 'resend';
  readonly code?: number;
  readonly error?: string;
}

/** What became of a spam: how many transactions were taken, refused and left without an answer, and why. */
export interface SpamCount {
  readonly accepted: number;
  readonly refused: number;
  readonly unanswered: number;
  readonly seconds: number;
  /** How many were refused for each reason, as the pool says it. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** A running adversary. It speaks to one node, over that node's RPC. */
export class Adversary {
  readonly #acts: Act[] = [];
  #rest = '';
  #errors = '';
  readonly #ended: Promise<number | null>;

  private constructor(
    readonly name: string,
    private readonly process: ChildProcess,
  ) {
    process.stdout?.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    this.#ended = new Promise((resolve, reject) => process.once('error', reject).once('close', resolve));
    this.#ended.catch(() => undefined);
  }

  /** Starts one that holds the worker key of `uri`; `deed` is the misdeed as the command line takes it. */
  static start(node: ChainNode, uri: string, ...deed: readonly string[]): Adversary {
    if (!existsSync(ADVERSARY_BINARY)) {
      throw new Error(`${ADVERSARY_BINARY} is missing: build it, or name it by VOTIVE_ADVERSARY`);
    }
    const url = node.url.replace(/^ws/, 'http');
    const flags = ['--url', url, '--seed', uri, '--package-folder', PACKAGES, ...deed];
    const started = spawn(ADVERSARY_BINARY, flags, { stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(started);
    started.once('error', () => running.delete(started)).once('exit', () => running.delete(started));
    return new Adversary(deed.join(' '), started);
  }

  /** Its acts on a request so far. Throws where the process has ended, since it should go on for ever. */
  actsOn(request: string): Act[] {
    if (!running.has(this.process)) throw new Error(`the adversary "${this.name}" ended: ${this.#errors}`);
    return this.#acts.filter((act) => act.request === request);
  }

  /** Waits until a spam is over. */
  async spamCount(): Promise<SpamCount> {
    const code = await this.#ended;
    const spam = this.#acts.find(({ act }) => act === 'spam');
    if (code !== 0 || !spam) throw new Error(`the adversary "${this.name}" ended with ${code}: ${this.#errors}`);
    return spam.detail as unknown as SpamCount;
  }

  /** Ends the process and waits until it is gone. */
  async stop(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.#ended.catch(() => undefined);
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    this.#acts.push(...lines.map((line) => JSON.parse(line) as Act));
  }
}

const running = new Set<ChildProcess>();

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
