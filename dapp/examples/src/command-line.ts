// The options that the programs share, and one line of text where something is wrong.

import { parseArgs } from 'node:util';
import type { ApiPromise } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import { connect, DEFAULT_URL, signer } from './connect.ts';
import { fail } from './terminal.ts';

/** What a program works with. */
export interface Invocation<Option extends string> {
  readonly api: ApiPromise;
  /** Who signs: `--signer`, a secret URI. */
  readonly account: KeyringPair;
  /** The program's own options, where they were given. */
  readonly options: Readonly<Partial<Record<Option, string>>>;
  /** What stands on the command line without an option's name. */
  readonly positionals: readonly string[];
}

/**
 * Runs a program: reads `--url`, `--signer` and the options named in `own`, connects, and always disconnects.
 *
 * An error ends the process with one line on standard error and exit code 1.
 */
export async function program<Option extends string>(
  usage: string,
  own: readonly Option[],
  run: (invocation: Invocation<Option>) => Promise<void>,
): Promise<void> {
  try {
    const { options, positionals } = readCommandLine(['help', 'url', 'signer', ...own]);
    if ('help' in options) {
      process.stdout.write(`${usage}\n  --url URL      the chain (${DEFAULT_URL})\n  --signer URI   who signs (//Alice)\n`);
      return;
    }
    const api = await connect(options.url);
    try {
      const account = await signer(options.signer ?? '//Alice');
      await run({ api, account, options: options as Invocation<Option>['options'], positionals });
    } finally {
      await api.disconnect();
    }
  } catch (error) {
    fail(error);
  }
}

/** A whole number given as an option, or `otherwise`. */
export function whole(text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`"${text}" is not a whole number`);
  return value;
}

function readCommandLine(names: readonly string[]): { options: Record<string, string>; positionals: string[] } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: Object.fromEntries(
      names.map((name) => [name, { type: name === 'help' ? ('boolean' as const) : ('string' as const) }]),
    ),
  });
  const options = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
  return { options, positionals };
}
