// The books of a chain: what exists, who has it, what is held and why, and what the events say about changes.

import assert from 'node:assert/strict';
import type { ApiPromise } from '@polkadot/api';
import type { ApiDecoration } from '@polkadot/api/types';
import { amount, type ChainEvent, type Plain, readEvents } from '@votive/examples/events';

/** The books at the end of a block. */
export interface Books {
  readonly block: number;
  readonly hash: string;
  readonly issuance: bigint;
  /** Free and held of all accounts together. */
  readonly owned: bigint;
  /** Sum of the holds by reason, such as `inference.Escrow`. */
  readonly held: Readonly<Record<string, bigint>>;
  /** What the pallets' own records say is held, by the same reasons. */
  readonly recorded: Readonly<Record<string, bigint>>;
}

/** Events that change the issuance, and in which direction. */
const ISSUANCE: Record<string, 1n | -1n> = {
  'balances.Issued': 1n,
  'balances.Minted': 1n,
  'balances.MintedCredit': 1n,
  'balances.Restored': 1n,
  'balances.Rescinded': -1n,
  'balances.Burned': -1n,
  'balances.BurnedDebt': -1n,
  'balances.BurnedHeld': -1n,
  'balances.Suspended': -1n,
};

/** Reads the books in the best block, or in the block with this hash. */
export async function readBooks(api: ApiPromise, block?: string): Promise<Books> {
  const hash = block ?? (await api.rpc.chain.getBlockHash()).toHex();
  const at = await api.at(hash);
  const [header, issuance, accounts, holds, recorded] = await Promise.all([
    api.rpc.chain.getHeader(hash),
    at.query.balances.totalIssuance(),
    values<{ data: { free: Plain; reserved: Plain } }>(at, 'system', 'account'),
    values<{ id: Record<string, string>; amount: Plain }[]>(at, 'balances', 'holds'),
    readRecords(at),
  ]);
  const owned = accounts.map(({ data: funds }) => amount(funds.free) + amount(funds.reserved));
  const held = holds.flat().map((hold) => [Object.entries(hold.id)[0]?.join('.') ?? '?', amount(hold.amount)] as const);
  return {
    block: header.number.toNumber(),
    hash,
    issuance: amount(issuance.toJSON() as Plain),
    owned: owned.reduce((sum, value) => sum + value, 0n),
    held: byReason(held),
    recorded,
  };
}

/** Checks the books by themselves: every unit is somebody's, and every hold is what the records account for. */
export function assertBalanced(books: Books): void {
  assert.equal(books.owned, books.issuance, `block ${books.block}: accounts hold what was issued`);
  assert.deepEqual(books.held, books.recorded, `block ${books.block}: holds are what the pallets' records say`);
}

/**
 * Checks the books now, or in the block with this hash, and that since `before` the issuance moved by what events name and by
 * nothing else. Where forks are about, `block` is a final one.
 */
export async function assertBalancedSince(api: ApiPromise, before: Books, block?: string): Promise<Books> {
  const now = await readBooks(api, block);
  assertBalanced(now);
  let changed = 0n;
  let burnt = 0n;
  for (let number = before.block + 1; number <= now.block; number += 1) {
    const hash = (await api.rpc.chain.getBlockHash(number)).toHex();
    for (const event of await readEvents(api, hash)) {
      const direction = ISSUANCE[event.name];
      if (direction) changed += direction * amount(event.fields.amount);
      burnt += burntBy(event);
    }
  }
  assert.equal(now.issuance - before.issuance, changed, 'the issuance moves by what events of the balances name');
  assert.equal(now.issuance, before.issuance - burnt, 'it falls by the burnt parts of answers and of transaction fees');
  return now;
}

/** What an event says was burnt: its named part of an answer's fee, half of a transaction's (rounded up). */
function burntBy({ name, fields }: ChainEvent): bigint {
  if (name === 'inference.RequestFinal') return amount(fields.burnt);
  if (name !== 'transactionPayment.TransactionFeePaid') return 0n;
  const paid = amount(fields.actualFee);
  return paid - paid / 2n;
}

async function readRecords(at: ApiDecoration<'promise'>): Promise<Record<string, bigint>> {
  const requests = await values<{ escrow: Plain }>(at, 'inference', 'requests');
  const workers = await values<{ bond: Plain }>(at, 'workers', 'workers');
  const models = await values<Deposited>(at, 'models', 'models');
  const versions = await values<Deposited>(at, 'models', 'versions');
  return byReason([
    ...requests.map(({ escrow }) => ['inference.Escrow', amount(escrow)] as const),
    ...workers.map(({ bond }) => ['workers.Bond', amount(bond)] as const),
    ...models.map((model) => ['models.ModelDeposit', ticket(model)] as const),
    ...versions.map((version) => ['models.VersionDeposit', ticket(version)] as const),
  ]);
}

interface Deposited {
  readonly deposit: { ticket: Plain } | null;
}

function ticket({ deposit }: Deposited): bigint {
  return deposit ? amount(deposit.ticket) : 0n;
}

/** Sums by reason, without reasons that hold nothing. */
function byReason(entries: readonly (readonly [string, bigint])[]): Record<string, bigint> {
  const sums: Record<string, bigint> = {};
  for (const [reason, value] of entries) if (value > 0n) sums[reason] = (sums[reason] ?? 0n) + value;
  return sums;
}

/** All values of a storage map, as `Value` in the metadata's JSON form. */
async function values<Value>(at: ApiDecoration<'promise'>, pallet: string, item: string): Promise<Value[]> {
  const entries = await at.query[pallet][item].entries();
  return entries.map(([, value]) => value.toJSON() as Value);
}
