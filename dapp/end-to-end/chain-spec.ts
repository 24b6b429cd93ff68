// Chain specifications for tests: a preset, with some of its genesis values replaced where a test wants that.
//
// They are raw: a node that is started by a preset's name compiles the runtime twice more, to build the preset and its genesis.

import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NODE_BINARY } from './chain-node.ts';

/** The presets that tests start from. */
export type Preset = 'dev' | 'local' | 'throughput';

/** JSON that is laid over a preset's genesis, level by level. */
export interface Patch {
  readonly [key: string]: Patch | number | string | boolean;
}

/** The environment variable that names a folder with presets, which whoever starts many networks has written once. */
export const PRESETS = 'VOTIVE_PRESETS';

/** The file of a chain, which is written into `folder` unless it is a preset that is there already. */
export async function chainSpec(preset: Preset, genesis: Patch | undefined, folder: string): Promise<string> {
  const presets = process.env[PRESETS];
  if (presets && !genesis) return fileOf(preset, presets);
  return genesis ? writePatched(preset, genesis, folder) : writePreset(preset, folder);
}

/** Writes a preset into `folder` and returns its file. */
export function writePreset(preset: Preset, folder: string): Promise<string> {
  return exported(preset, fileOf(preset, folder), '--raw');
}

async function writePatched(preset: Preset, genesis: Patch, folder: string): Promise<string> {
  const file = await exported(preset, join(folder, 'patched.json'));
  const spec = JSON.parse(readFileSync(file, 'utf8')) as { genesis: { runtimeGenesis: { patch: Record<string, unknown> } } };
  lay(genesis, spec.genesis.runtimeGenesis.patch);
  writeFileSync(file, JSON.stringify(spec));
  return exported(file, fileOf(preset, folder), '--raw');
}

function fileOf(preset: Preset, folder: string): string {
  return join(folder, `${preset}.json`);
}

/** Has the node write the chain `chain` (a preset or a file) to `file`, and returns that. */
async function exported(chain: string, file: string, ...flags: string[]): Promise<string> {
  await promisify(execFile)(NODE_BINARY, ['export-chain-spec', '--chain', chain, '--output', file, ...flags]);
  return file;
}

function lay(patch: Patch, over: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(patch)) {
    if (typeof value === 'object') lay(value, (over[key] ??= {}) as Record<string, unknown>);
    else over[key] = value;
  }
}
