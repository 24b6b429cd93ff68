// Runs the end-to-end tests in one pool: all of them, or the files whose names contain one of the words on the command line.
//   node --import tsx end-to-end/run.ts [network/ crash ...]
//
// Tests wait for blocks most of their time, so many more files than cores run at once.

import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { NODE_BINARY } from './chain-node.ts';
import { PRESETS, writePreset } from './chain-spec.ts';
import { giveTurns, TURNS } from './turns.ts';

/** How many files run at once. More, and the nodes that start keep those that run from making their blocks in time. */
const AT_ONCE = 9;

/** These begin first, the longest of them all before the others: what begins last would else be waited for alone. */
const LONGEST_FIRST = [
  ...['network/killed', 'network/partition', 'network/thousand', 'network/suspended', 'network/language', 'network/committees'],
  ...['crash', 'adversaries', 'banned', 'examples'],
];

const SUFFIX = '.test.ts';
const here = fileURLToPath(new URL('.', import.meta.url));

/** The files of tests, without their suffix, in the order in which they begin. */
function chosen(words: readonly string[]): string[] {
  const all = ['', 'network'].flatMap((folder) => readdirSync(join(here, folder)).map((file) => join(folder, file)));
  const tests = all.filter((file) => file.endsWith(SUFFIX)).map((file) => file.slice(0, -SUFFIX.length));
  const named = tests.filter((test) => words.length === 0 || words.some((word) => test.includes(word)));
  const first = LONGEST_FIRST.filter((test) => named.includes(test));
  return [...first, ...named.filter((test) => !first.includes(test))];
}

if (!existsSync(NODE_BINARY)) throw new Error(`${NODE_BINARY} is missing: build it, or name it by VOTIVE_NODE`);
const tests = chosen(process.argv.slice(2));
if (tests.length === 0) throw new Error(`no file of tests is named like ${process.argv.slice(2).join(' or ')}`);

const folder = mkdtempSync(join(tmpdir(), 'votive-presets-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
await Promise.all((['dev', 'local'] as const).map((preset) => writePreset(preset, folder)));
process.env[PRESETS] = folder;
process.env[TURNS] = join(folder, 'turns');
const turns = giveTurns(process.env[TURNS]);

run({ files: tests.map((test) => join(here, test + SUFFIX)), concurrency: AT_ONCE })
  .on('test:fail', () => (process.exitCode = 1))
  .once('end', () => turns.close())
  .pipe(new spec())
  .pipe(process.stdout);
