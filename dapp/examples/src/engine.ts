// Runs a model with the binary votive-engine, apart from any chain.

import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { promisify } from 'node:util';
import { u8aToHex } from '@polkadot/util';
import type { Parameters } from './digest.ts';
import { ONE_CALL } from './request.ts';

/** Where the build leaves its binaries. */
export const BINARIES = `${
  process.env.CARGO_TARGET_DIR ?? `${process.env.XDG_CACHE_HOME ?? `${homedir()}/.cache`}/votive/target`
}/release`;

/** The binary that runs models. */
export const ENGINE_BINARY = process.env.VOTIVE_ENGINE ?? `${BINARIES}/votive-engine`;

/** What `votive-engine run --json` tells of a run. */
export interface EngineRun {
  readonly output: string;
  readonly units: number;
  readonly answerHash: string;
  readonly traceHash: string;
  readonly digest: string;
}

/** Runs the package in `folder` on `input` and returns the digest of its answer to `request`. */
export async function runEngine(
  folder: string,
  input: Uint8Array,
  request: string,
  { maxUnits, seed, temperatureMilli, topK }: Parameters = ONE_CALL,
): Promise<EngineRun> {
  const { stdout } = await promisify(execFile)(ENGINE_BINARY, [
    'run',
    folder,
    '--input-hex',
    u8aToHex(input),
    '--request',
    request,
    ...['--max-units', `${maxUnits}`, '--seed', `${seed}`],
    ...['--temperature-milli', `${temperatureMilli}`, '--top-k', `${topK}`],
    '--json',
  ]);
  const { output, units, answer_hash, trace_hash, digest } = JSON.parse(stdout) as Record<string, unknown>;
  return { output, units, answerHash: answer_hash, traceHash: trace_hash, digest } as EngineRun;
}
