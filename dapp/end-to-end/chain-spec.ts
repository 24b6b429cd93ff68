// Chain specifications for tests: a preset with some of its genesis values replaced.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { NODE_BINARY } from './chain-node.ts';

/** JSON that is laid over a preset's genesis, level by level. */
export interface Patch {
  readonly [key: string]: Patch | number | string | boolean;
}

const MAX_SPEC_BYTES = 64 * 1024 * 1024;

/** Exports the preset `chain`, lays `patch` over its genesis, writes it to `file` and returns that path. */
export function writeChainSpec(chain: string, patch: Patch, file: string): string {
  const exported = execFileSync(NODE_BINARY, ['export-chain-spec', '--chain', chain], {
    encoding: 'utf8',
    maxBuffer: MAX_SPEC_BYTES,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const spec = JSON.parse(exported) as { genesis: { runtimeGenesis: { patch: Record<string, unknown> } } };
  lay(patch, spec.genesis.runtimeGenesis.patch);
  writeFileSync(file, JSON.stringify(spec));
  return file;
}

function lay(patch: Patch, over: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(patch)) {
    if (typeof value === 'object') lay(value, (over[key] ??= {}) as Record<string, unknown>);
    else over[key] = value;
  }
}
