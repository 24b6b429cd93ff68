// Workers that cheat, with real worker keys over public interfaces: what the chain makes of each misdeed, and who is paid.
//
// Each adversary serves a version of its own beside two honest workers, so it sits in every committee of three. All misdeeds
// happen side by side; the tests look at how they ended.

import assert from 'node:assert/strict';
import { after } from 'node:test';
import type { ApiPromise } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { Codec } from '@polkadot/types/types';
import { DIGITS_PACKAGE, sampleOf, samples } from '@votive/examples/digits-package';
import { runEngine } from '@votive/examples/engine';
import { amount, type Plain } from '@votive/examples/events';
import { type Step, wholeLife } from '@votive/examples/follow';
import { payments, total } from '@votive/examples/payments';
import { readReceipt, type Receipt, type VersionId } from '@votive/examples/records';
import { ask, type Asked } from '@votive/examples/request';
import { submit } from '@votive/examples/submit';
import { funded, funds, type Funds, VOT } from './accounts.ts';
import { type Act, Adversary } from './adversary.ts';
import { assertBalancedSince, type Books, readBooks } from './books.ts';
import { DIGITS, publishServed } from './models.ts';
import { developmentNode, TestNetwork } from './network.ts';
import { setWindows } from './parameters.ts';
import { insertKey, LEAST_BOND, operatorOf, registered } from './workers.ts';

/** What the adversaries do, by the names of their workers. */
const DEEDS = {
  'wrong-bytes': ['wrong-bytes'],
  'more-units': ['wrong-units'],
  'no-units': ['wrong-units', '--units', '0'],
  'other-request': ['other-request'],
  'replayed-own': ['replayed-commitment', '--of', 'own'],
  'replayed-other': ['replayed-commitment', '--of', 'other'],
  copied: ['copied-commitment'],
  unhashed: ['unhashed-bytes'],
  withhold: ['withhold'],
  'withhold-a': ['withhold'],
  'withhold-b': ['withhold'],
} as const;
type Name = keyof typeof DEEDS;
const NAMES = Object.keys(DEEDS) as Name[];

/** The two that share a version with a single honest worker. */
const PAIR: readonly Name[] = ['withhold-a', 'withhold-b'];
const CASES = [...NAMES.filter((name) => !PAIR.includes(name)), 'pair'] as const;
type Case = (typeof CASES)[number];

/** Those who must have answered one request honestly before they can replay. */
const REPLAYED: readonly Case[] = ['replayed-own', 'replayed-other'];

/** How a case ended. */
interface Ending {
  readonly asker: KeyringPair;
  readonly had: Funds;
  readonly asked: Asked;
  readonly life: readonly Step[];
  readonly receipt: Receipt;
  /** The digest of the right answer. */
  readonly truth: string;
  /** What the adversaries of the case did. */
  readonly acts: readonly Act[];
}

const chain = new TestNetwork(
  {
    nodes: [developmentNode('author'), { name: 'door', flags: [] }],
  },
  prepare,
);
const INPUT = sampleOf('8').pixels;

let books: Books;
let operators: Record<Name, KeyringPair>;
let honest: [KeyringPair, KeyringPair];
const adversaries: Adversary[] = [];
const endings = new Map<Case, Promise<Ending>>();
after(() => Promise.all(adversaries.map((adversary) => adversary.stop())));

/** Registers all workers, publishes a version for each case, starts the adversaries and asks. */
async function prepare(api: ApiPromise): Promise<void> {
  await setWindows(api, { revealBlocks: 6 });
  const [{ owner, ...askers }, [second, ...pairs]] = await Promise.all([
    funded(api, 'owner', ...CASES),
    registered(api, ['honest', ...NAMES]),
  ]);
  assert.ok(second);
  honest = [await operatorOf('alice', 1), second];
  operators = Object.fromEntries(NAMES.map((name, position) => [name, pairs[position]])) as Record<Name, KeyringPair>;
  // The adversaries' keys are in no node.
  await insertKey(chain.node(), keyOf('honest'));
  const lists = CASES.map((which) =>
    which === 'pair' ? [second, ...PAIR.map((name) => operators[name])] : [...honest, operators[which]],
  );
  const [versions] = await Promise.all([
    publishServed(api, owner, ...lists),
    submit(api, api.tx.workers.setCapacity(2 * CASES.length), second),
  ]);
  const started = NAMES.map((name) => [name, Adversary.start(chain.node(), keyOf(name), ...DEEDS[name])] as const);
  adversaries.push(...started.map(([, adversary]) => adversary));
  books = await readBooks(api);
  CASES.forEach((which, position) => {
    const version = versions[position];
    assert.ok(version);
    const own = started.filter(([name]) => (which === 'pair' ? PAIR.includes(name) : name === which));
    const ending = play(which, version, askers[which], own.map(([, adversary]) => adversary));
    // Its own test awaits it; until then a rejection is not unhandled.
    ending.catch(() => undefined);
    endings.set(which, ending);
  });
}

/** The secret URI of a worker key, as `registered` derives it. */
function keyOf(name: string): string {
  return `//end-to-end//worker//${name}`;
}

/** Asks for three seats and waits for the end; who replays gets an honest round before. */
async function play(which: Case, version: VersionId, asker: KeyringPair, own: readonly Adversary[]): Promise<Ending> {
  const question = { version, input: INPUT, seats: 'Three' } as const;
  if (REPLAYED.includes(which)) {
    const first = await ask(chain.api, asker, question);
    await wholeLife(chain.api, first.id, first.included.blockNumber);
    const receipt = await readReceipt(chain.api, first.id);
    assert.ok(receipt?.outcome.kind === 'final', 'the round before the replay settles');
    assert.ok(receipt.seats.every(({ digest }) => digest !== null), 'in it the adversary is honest');
  }
  const had = await funds(chain.api, asker.address);
  const asked = await ask(chain.api, asker, question);
  const life = await wholeLife(chain.api, asked.id, asked.included.blockNumber);
  const receipt = await readReceipt(chain.api, asked.id);
  assert.ok(receipt, `${which} has a receipt`);
  assert.equal(receipt.seats.length, 3);
  const { digest: truth } = await runEngine(DIGITS_PACKAGE, INPUT, asked.id);
  return { asker, had, asked, life, receipt, truth, acts: own.flatMap((adversary) => adversary.actsOn(asked.id)) };
}

function ended(which: Case): Promise<Ending> {
  const ending = endings.get(which);
  assert.ok(ending, `${which} was played`);
  return ending;
}

/** Operators of the events of a name. */
function operatorsOf(life: readonly Step[], name: string): string[] {
  return life.filter(({ event }) => event.name === `inference.${name}`).map(({ event }) => String(event.fields.operator));
}

const addresses = (of: readonly KeyringPair[]): string[] => of.map(({ address }) => address).sort();

/** The worker of an operator has neither locks nor seats left. Returns its bond. */
async function idleBond(operator: KeyringPair): Promise<bigint> {
  const plain = ((await chain.api.call.inferenceApi.worker(operator.address)) as Codec).toJSON() as Record<string, Plain>;
  assert.deepEqual([amount(plain.locked), plain.openSeats], [0n, 0], 'no lock and no seat outlives its request');
  return amount(plain.bond);
}

/** Settled by the two honest seats; the adversary has committed, has revealed nothing, and got nothing. */
async function assertSettledWithout(name: Name, { asker, had, asked, life, receipt, truth }: Ending): Promise<void> {
  const liar = operators[name].address;
  const { outcome } = receipt;
  assert.ok(outcome.kind === 'final', `not settled: ${outcome.kind === 'refunded' ? outcome.cause : ''}`);
  assert.equal(outcome.digest, truth, 'the answer is the right one');
  for (const seat of receipt.seats) assert.equal(seat.digest, seat.operator === liar ? null : truth);
  assert.ok(operatorsOf(life, 'Committed').includes(liar), 'its commit was taken');
  assert.deepEqual(operatorsOf(life, 'Revealed').sort(), addresses(honest));
  assert.deepEqual(operatorsOf(life, 'RevealWithheld'), [liar]);

  assert.deepEqual(operatorsOf(life, 'SeatPaid').sort(), addresses(honest), 'the honest seats are paid, and nobody else');
  assert.equal(total(payments(life.map(({ event }) => event), asker.address)), asked.escrow);
  assert.equal(outcome.fee, 2n * VOT, 'two seats are charged, of three in escrow');
  const spent = outcome.fee + asked.included.fee;
  assert.deepEqual(await funds(chain.api, asker.address), { free: had.free - spent, held: 0n });
  assert.equal(await idleBond(operators[name]), LEAST_BOND, 'its bond is whole: slashes come later');
}

/** The whole escrow went back for this cause; the transaction fee is all that is gone. */
async function assertRefunded(cause: string, { asker, had, asked, receipt }: Ending): Promise<void> {
  assert.deepEqual(receipt.outcome, { kind: 'refunded', cause });
  assert.deepEqual(await funds(chain.api, asker.address), { free: had.free - asked.included.fee, held: 0n });
}

/** The pool refused its reveals as it refuses any that opens no seat's commitment. */
function assertRevealRefused({ acts }: Ending): void {
  const refused = acts.filter(({ act, detail }) => act === 'refused' && detail.step === 'reveal');
  assert.ok(refused.length > 0, `no reveal was refused: ${JSON.stringify(acts)}`);
  for (const { detail } of refused) assert.deepEqual([detail.code, detail.error], [1010, STALE]);
}

const STALE = 'Invalid Transaction: Transaction is outdated';

chain.test('wrong bytes that hash properly refund the request: two digests differ, and nobody is paid', async () => {
  const ending = await ended('wrong-bytes');
  await assertRefunded('DigestsDiffer', ending);
  const liar = operators['wrong-bytes'].address;
  const digests = new Map(ending.receipt.seats.map(({ operator, digest }) => [operator, digest]));
  assert.ok(digests.get(liar) && digests.get(liar) !== ending.truth, 'the receipt keeps the lie');
  assert.ok([...digests.values()].includes(ending.truth as `0x${string}`), 'and the truth beside it');
  assert.deepEqual(operatorsOf(ending.life, 'SeatPaid'), []);
  assert.equal(await idleBond(operators['wrong-bytes']), LEAST_BOND);
});

const SETTLED_WITHOUT: readonly (readonly [Name, string])[] = [
  ['more-units', 'more units than the request allows are refused, and the honest seats settle'],
  ['no-units', 'an answer of no units is refused, and the honest seats settle'],
  ['other-request', 'the digest of another request opens nothing, and the honest seats settle'],
  ['replayed-own', 'an own commitment of an earlier request opens nothing in a later one'],
  ['replayed-other', 'a commitment of another worker to an earlier request opens nothing'],
  ['copied', 'a copied commitment cannot be opened, not even with the reveal of the seat that it is from'],
  ['unhashed', 'bytes that do not hash to the commitment are refused, and the honest seats settle'],
];
for (const [name, behaviour] of SETTLED_WITHOUT) {
  chain.test(behaviour, async () => {
    const ending = await ended(name);
    await assertSettledWithout(name, ending);
    assertRevealRefused(ending);
  });
}

chain.test('a commit of an earlier request is refused when it is sent again as it was', async () => {
  for (const name of REPLAYED) {
    const again = (await ended(name)).acts.filter(({ detail }) => detail.step === 'resend');
    assert.equal(again.length, 1);
    assert.equal(again[0]?.act, 'refused');
  }
});

chain.test('a withheld reveal is reported, and the honest seats settle', async () => {
  const ending = await ended('withhold');
  await assertSettledWithout('withhold', ending);
  assert.deepEqual(ending.acts.map(({ act }) => act), ['commit'], 'the adversary did no more than commit');
});

chain.test('two that withhold break the quorums, and pay the honest seat from their locks', async () => {
  const ending = await ended('pair');
  await assertRefunded('TooFewReveals', ending);
  const withholders = PAIR.map((name) => operators[name]);
  assert.deepEqual(operatorsOf(ending.life, 'RevealWithheld').sort(), addresses(withholders));
  const paid = ending.life.filter(({ event }) => event.name === 'inference.SeatPaid');
  assert.deepEqual(
    paid.map(({ event }) => [event.fields.operator, amount(event.fields.amount)]),
    [[honest[1].address, VOT]],
    'the seat that revealed gets its seat fee',
  );
  const bonds = await Promise.all(withholders.map(idleBond));
  assert.equal(bonds.reduce((sum, bond) => sum + bond, 0n), 2n * LEAST_BOND - VOT);
});

chain.test('over all misdeeds the books balance to the last unit', async () => {
  await Promise.allSettled(endings.values());
  await assertBalancedSince(chain.api, books);
});

chain.test('10,000 invalid authorised transactions a minute at the author stop no honest request', async (context) => {
  const askers = await funded(chain.api, 'calm', 'steady', 'patient');
  const before = await readBooks(chain.api);
  const flood = ['spam', '--count', '2500', '--seconds', '15', '--items', '64'];
  const spam = Adversary.start(chain.node(), keyOf('withhold'), ...flood);
  adversaries.push(spam);
  const api = await chain.node(1).connect();
  await Promise.all(
    Object.values(askers).map(async (asker, position) => {
      const input = samples()[position]?.pixels ?? INPUT;
      const asked = await ask(api, asker, { version: DIGITS, input });
      await wholeLife(api, asked.id, asked.included.blockNumber);
      const receipt = await readReceipt(api, asked.id);
      assert.ok(receipt?.outcome.kind === 'final');
      assert.equal(receipt.outcome.digest, (await runEngine(DIGITS_PACKAGE, input, asked.id)).digest);
    }),
  );
  const { accepted, refused, unanswered, reasons, seconds } = await spam.spamCount();
  context.diagnostic(`${refused} refused in ${seconds.toFixed(1)} s: ${JSON.stringify(reasons)}`);
  assert.deepEqual({ accepted, refused, unanswered }, { accepted: 0, refused: 2_500, unanswered: 0 });
  for (const reason of [/Custom error: 2$/, /outdated$/, /bad signature$/]) {
    assert.ok(Object.keys(reasons).some((text) => reason.test(text)), `${reason} is among the reasons`);
  }
  await assertBalancedSince(chain.api, before);
});
