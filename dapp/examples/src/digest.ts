// Votive's hashes in TypeScript: BLAKE2b-256 over the SCALE encoding of (tag, value), one tag a purpose.
// The chain and the workers compute them with the crate votive-digest; this is the same, so that anyone can check.

import { bnToU8a, compactAddLength, hexToU8a, stringToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsU8a } from '@polkadot/util-crypto';

/** How a deterministic computation ended, in the order of its SCALE indices. */
export const ANSWER_CODES = ['Complete', 'NotFinite', 'InputMismatch'] as const;
export type AnswerCode = (typeof ANSWER_CODES)[number];

/** A hash as 0x-prefixed hex. */
export type Hex = `0x${string}`;

/** How a model is run. */
export interface Parameters {
  readonly maxUnits: number;
  readonly seed: bigint;
  readonly temperatureMilli: number;
  readonly topK: number;
}

/** Hash of a request's input. */
export function inputHash(input: Uint8Array): Hex {
  return hash('votive/1/input', compactAddLength(input));
}

/** Hash of an answer: its code and its output bytes. */
export function answerHash(code: AnswerCode, output: Uint8Array): Hex {
  return hash('votive/1/answer', Uint8Array.of(ANSWER_CODES.indexOf(code)), compactAddLength(output));
}

/** The trace: hash of the last layer's inputs. */
export function trace(lastLayerInputs: Uint8Array): Hex {
  return hash('votive/1/trace', compactAddLength(lastLayerInputs));
}

/** H(trace): what a seat reveals of its trace. */
export function traceHash(of: Hex): Hex {
  return hash('votive/1/trace-hash', hexToU8a(of));
}

/** Digest of an answer to one request: what seats commit to and what settlement compares. */
export function digest(request: Hex, answer: Hex, units: number, traceHashed: Hex): Hex {
  return hash('votive/1/digest', hexToU8a(request), hexToU8a(answer), u32(units), hexToU8a(traceHashed));
}

/** Digest of a golden vector: as `digest`, without a request. */
export function goldenDigest(answer: Hex, units: number, traceHashed: Hex): Hex {
  return hash('votive/1/golden', hexToU8a(answer), u32(units), hexToU8a(traceHashed));
}

/** Request id; `counter` counts this requester's requests, from 0. */
export function requestId(
  genesis: Hex,
  requester: Uint8Array,
  counter: bigint,
  version: { model: number; number: number },
  input: Hex,
  parameters: Parameters,
): Hex {
  return hash(
    'votive/1/request',
    hexToU8a(genesis),
    requester,
    u64(counter),
    u32(version.model),
    u32(version.number),
    hexToU8a(input),
    u32(parameters.maxUnits),
    u64(parameters.seed),
    u32(parameters.temperatureMilli),
    u32(parameters.topK),
  );
}

/** Commitment of a worker's seat to a digest, hidden by a salt. */
export function commitment(
  genesis: Hex,
  request: Hex,
  attempt: number,
  operator: Uint8Array,
  committed: Hex,
  salted: Hex,
): Hex {
  const place = [hexToU8a(genesis), hexToU8a(request), Uint8Array.of(attempt), operator];
  return hash('votive/1/commitment', ...place, hexToU8a(committed), hexToU8a(salted));
}

/** What a worker key signs, and never publishes, to derive the salts of its seats. */
export function saltMessage(genesis: Hex): Hex {
  return hash('votive/1/salt-message', hexToU8a(genesis));
}

/** Salt of a seat, from its key's signature of `saltMessage`. */
export function salt(signature: Uint8Array, request: Hex, attempt: number): Hex {
  return hash('votive/1/salt', signature, hexToU8a(request), Uint8Array.of(attempt));
}

/** What a worker key signs to authorise a bundle, which comes SCALE-encoded. */
export function bundleHash(genesis: Hex, bundle: Uint8Array): Hex {
  return hash('votive/1/bundle', hexToU8a(genesis), bundle);
}

function hash(tag: string, ...value: Uint8Array[]): Hex {
  return u8aToHex(blake2AsU8a(u8aConcat(compactAddLength(stringToU8a(tag)), ...value), 256));
}

const u32 = (value: number): Uint8Array => bnToU8a(value, { bitLength: 32, isLe: true });
const u64 = (value: bigint): Uint8Array => bnToU8a(value, { bitLength: 64, isLe: true });
