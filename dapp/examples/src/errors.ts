// Every way in which a transaction fails, as one readable error.

import type { ApiPromise } from '@polkadot/api';
import type { DispatchError } from '@polkadot/types/interfaces';

/** Why a dispatch failed, as the chain's metadata tells it. */
export interface DispatchFailure {
  /** Where it comes from: a pallet, or the kind of error where no pallet is meant (`Token`, `Arithmetic`). */
  readonly origin: string;
  /** Name of the error, `FeeTooLow` for instance. */
  readonly name: string;
  /** What the pallet's author says about it, and how to mend it. */
  readonly doc: string;
}

/** A transaction was included and failed: its fee is lost, nothing else changed. */
export class DispatchFailed extends Error {
  override readonly name = 'DispatchFailed';
  constructor(
    readonly failure: DispatchFailure,
    /** Block in which it was included. */
    readonly blockNumber: number,
    /** Transaction fee that was paid all the same. */
    readonly fee: bigint,
  ) {
    super(`${failure.origin}.${failure.name}: ${failure.doc}`);
  }
}

/** The pool refused the transaction, or dropped it: it never reached a block and cost nothing. */
export class TransactionRefused extends Error {
  override readonly name = 'TransactionRefused';
}

/** Decodes a dispatch error by the metadata that the chain has now. */
export function decodeDispatchError(api: ApiPromise, error: DispatchError): DispatchFailure {
  if (error.isModule) {
    const { section, name, docs } = api.registry.findMetaError(error.asModule);
    return { origin: section, name, doc: sentence(docs) };
  }
  const inner = error.inner as { type?: string } | null;
  if (inner?.type) return { origin: error.type, name: inner.type, doc: PLAIN_DOCS[inner.type] ?? 'the runtime says no more' };
  return { origin: 'dispatch', name: error.type, doc: PLAIN_DOCS[error.type] ?? 'the runtime says no more' };
}

/** Errors that belong to no pallet carry no text in the metadata. */
const PLAIN_DOCS: Record<string, string> = {
  BadOrigin: 'this account may not do that',
  CannotLookup: 'there is no such account',
  ConsumerRemaining: 'something still refers to the account',
  NoProviders: 'the account does not exist yet: fund it first',
  Exhausted: 'the block has no room left for it',
  Unavailable: 'what it needs is not available now',
  FundsUnavailable: 'the account holds too little',
  OnlyProvider: 'it would empty an account that something still refers to',
  BelowMinimum: 'less than an account must hold',
  CannotCreate: 'the account cannot be created: too little is sent to it',
  Frozen: 'the funds are frozen',
  NotExpendable: 'it would empty the account',
  Underflow: 'the result is below zero',
  Overflow: 'the result is too large',
  DivisionByZero: 'it divides by zero',
};

function sentence(docs: string[]): string {
  return docs.map((line) => line.trim()).filter(Boolean).join(' ') || 'the pallet says no more';
}
