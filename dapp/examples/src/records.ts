// What the chain keeps of a request and of its end, read through its runtime API `InferenceApi`.

import type { ApiPromise } from '@polkadot/api';
import type { Codec } from '@polkadot/types/types';
import { hexToU8a } from '@polkadot/util';
import { type AnswerCode, ANSWER_CODES, type Hex } from './digest.ts';
import { amount, type Plain } from './events.ts';

/** A version of a model. */
export interface VersionId {
  readonly model: number;
  readonly number: number;
}

/** A seat as a receipt keeps it. */
export interface ReceiptSeat {
  readonly operator: string;
  readonly weight: bigint;
  /** The digest that it revealed, if it revealed one. */
  readonly digest: Hex | null;
}

/** How a request ended. */
export type Outcome =
  | {
      readonly kind: 'final';
      readonly digest: Hex;
      readonly answerHash: Hex;
      readonly code: AnswerCode;
      readonly units: number;
      readonly traceHash: Hex;
      readonly fee: bigint;
      readonly settledAt: number;
    }
  | { readonly kind: 'refunded'; readonly cause: string };

/** What stays of a request. */
export interface Receipt {
  readonly requester: string;
  readonly version: VersionId;
  readonly packageRoot: Hex;
  readonly inputHash: Hex;
  readonly seats: readonly ReceiptSeat[];
  readonly operators: number;
  readonly submittedAt: number;
  readonly endedAt: number;
  readonly outcome: Outcome;
}

/** The receipt of request `id`; none while it is open, or if there never was one. */
export async function readReceipt(api: ApiPromise, id: string): Promise<Receipt | undefined> {
  const plain = json((await api.call.inferenceApi.receipt(id)) as Codec);
  if (plain === null) return undefined;
  const { seats, outcome, ...rest } = plain as unknown as PlainReceipt;
  return {
    ...rest,
    seats: seats.map((seat) => ({ ...seat, weight: amount(seat.weight) })),
    outcome: readOutcome(outcome),
  };
}

/** The answer to a settled request: its code and its bytes. */
export async function readAnswerOf(
  api: ApiPromise,
  id: string,
): Promise<{ code: AnswerCode; output: Uint8Array } | undefined> {
  const plain = json((await api.call.inferenceApi.answer(id)) as Codec) as { code: string; output: string } | null;
  return plain ? { code: answerCode(plain.code), output: hexToU8a(plain.output) } : undefined;
}

/** What a request of this kind holds in escrow at most; none if the version takes no requests. */
export async function quote(
  api: ApiPromise,
  version: VersionId,
  seats: string,
  maxUnits: number,
): Promise<bigint | undefined> {
  const plain = json((await api.call.inferenceApi.quote(version, seats, maxUnits)) as Codec);
  return plain === null ? undefined : amount(plain);
}

/** Operators of the workers that serve a version. */
export async function readWorkers(api: ApiPromise, version: VersionId): Promise<string[]> {
  const plain = json((await api.call.inferenceApi.workers(version)) as Codec) as { operator: string }[];
  return plain.map(({ operator }) => operator);
}

/** What people call a model. */
export async function readModelName(api: ApiPromise, model: number): Promise<string> {
  const plain = json((await api.call.inferenceApi.model(model)) as Codec) as { metadata: { name: string } } | null;
  if (!plain) throw new Error(`there is no model ${model}`);
  return Buffer.from(hexToU8a(plain.metadata.name)).toString('utf8');
}

interface PlainReceipt extends Omit<Receipt, 'seats' | 'outcome'> {
  readonly seats: { operator: string; weight: Plain; digest: Hex | null }[];
  readonly outcome: PlainOutcome;
}

interface PlainOutcome {
  readonly final?: {
    digest: Hex;
    answerHash: Hex;
    code: string;
    units: number;
    traceHash: Hex;
    fee: Plain;
    settledAt: number;
  };
  readonly refunded?: { cause: string };
}

function readOutcome(plain: PlainOutcome): Outcome {
  if (plain.final) {
    return { kind: 'final', ...plain.final, code: answerCode(plain.final.code), fee: amount(plain.final.fee) };
  }
  return { kind: 'refunded', cause: plain.refunded?.cause ?? 'unknown' };
}

function answerCode(name: string): AnswerCode {
  const code = ANSWER_CODES.find((known) => known === name);
  if (!code) throw new Error(`the chain knows an answer code that this program does not: ${name}`);
  return code;
}

function json(codec: Codec): Plain {
  return codec.toJSON() as Plain;
}
