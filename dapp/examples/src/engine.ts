// Runs a model with the binary votive-engine, apart from any chain.

import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { promisify } from 'node:util';
import { u8aToHex } from '@polkadot/util';

/** Where the build leaves its binaries. */
export const BINARIES = `${
  process.env.CARGO_TARGET_DIR ?? `${process.env.XDG_CACHE_HOME ?? `${homedir()}/.cache`}/votive/target`
}/release`;

/** What `votive-engine run --json` tells of a run. */
export interface EngineRun {
  readonly output: string;
  readonly units: number;
  readonly answerHash: string;
  readonly traceHash: string;
  readonly digest: string;
}

/** Runs the package in `folder` on `input` and returns the digest of its answer to `request`. */
export async function runEngine(folder: string, input: Uint8Array, request: string): Promise<EngineRun> {
  const binary = process.env.VOTIVE_ENGINE ?? `${BINARIES}/votive-engine`;
  const { stdout } = await promisify(execFile)(binary, [
    'run',
    folder,
    '--input-hex',
    u8aToHex(input),
    '--request',
    request,
    '--json',
  ]);
  const { output, units, answer_hash, trace_hash, digest } = JSON.parse(stdout) as Record<string, unknown>;
  return { output, units, answerHash: answer_hash, traceHash: trace_hash, digest } as EngineRun;
}
