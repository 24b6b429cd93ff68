// Asks a model: one signed transaction, whose event names the request.

import type { ApiPromise } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import { compactAddLength } from '@polkadot/util';
import type { Hex, Parameters } from './digest.ts';
import { amount } from './events.ts';
import { quote, type VersionId } from './records.ts';
import { emitted, type Included, submit } from './submit.ts';

/** How many workers answer. */
export type Seats = 'One' | 'Three' | 'Five' | 'Seven';

/** The audit probability that the chain takes today, in millionths: 2 %. */
export const AUDIT_PER_MILLION = 20_000;

/** Parameters of a model that answers with one unit and does not sample. */
export const ONE_CALL: Parameters = { maxUnits: 1, seed: 0n, temperatureMilli: 0, topK: 0 };

/** What is asked. */
export interface Question {
  readonly version: VersionId;
  readonly input: Uint8Array;
  readonly parameters?: Parameters;
  readonly seats?: Seats;
  readonly auditPerMillion?: number;
  /** The most that it may cost; the chain's own quote where it is left out. */
  readonly maxFee?: bigint;
}

/** A request that the chain took. */
export interface Asked {
  readonly id: Hex;
  /** What it holds until it ends. */
  readonly escrow: bigint;
  readonly included: Included;
}

/** Submits a request and waits for its block; `follow` tells the rest. */
export async function ask(api: ApiPromise, account: KeyringPair, question: Question): Promise<Asked> {
  const { version, input, parameters = ONE_CALL, seats = 'One', auditPerMillion = AUDIT_PER_MILLION } = question;
  const maxFee = question.maxFee ?? (await quote(api, version, seats, parameters.maxUnits)) ?? 0n;
  const call = api.tx.inference.submitRequest(
    version,
    compactAddLength(input),
    parameters,
    seats,
    auditPerMillion,
    maxFee,
  );
  const included = await submit(api, call, account);
  const { fields } = emitted(included, 'inference.RequestSubmitted');
  return { id: String(fields.request) as Hex, escrow: amount(fields.escrow), included };
}
