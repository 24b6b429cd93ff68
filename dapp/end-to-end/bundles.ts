// Bundles exactly as a node's worker signs them: whoever has its key can have each of them before the worker does.

import type { ApiPromise } from '@polkadot/api';
import { Keyring } from '@polkadot/keyring';
import type { KeyringPair } from '@polkadot/keyring/types';
import { hexToU8a, u8aToHex } from '@polkadot/util';
import { bundleHash, commitment, type Hex, salt, saltMessage } from '@votive/examples/digest';
import type { EngineRun } from '@votive/examples/engine';

/** What a worker owes for its seats. */
export type Owed = 'commit' | 'reveal';

/** A seat of a request's first attempt, and the answer that its worker gives. */
export interface AnsweredSeat {
  readonly request: Hex;
  readonly operator: KeyringPair;
  /** The secret URI of the seat's worker key. */
  readonly keyUri: string;
  readonly answer: EngineRun;
}

const FIRST_ATTEMPT = 0;

/** The whole transaction that brings what is owed for one seat, signed at block `signedAt`. */
export function bundleOf(api: ApiPromise, owed: Owed, seat: AnsweredSeat, signedAt: number): Hex {
  const genesis = api.genesisHash.toHex();
  const pair = new Keyring({ type: 'ed25519' }).addFromUri(seat.keyUri);
  const { request, answer } = seat;
  const salted = salt(pair.sign(hexToU8a(saltMessage(genesis))), request, FIRST_ATTEMPT);
  const place = { request, attempt: FIRST_ATTEMPT };
  const committed = commitment(genesis, request, FIRST_ATTEMPT, seat.operator.publicKey, answer.digest as Hex, salted);
  const { answerHash, units, traceHash, output } = answer;
  const item = {
    commit: { ...place, commitment: committed },
    reveal: { ...place, answerHash, units, traceHash, salt: salted, answer: { code: 'Complete', output } },
  }[owed];
  const bundle = { key: pair.publicKey, signedAt, items: [item] };
  const call = (signature: Uint8Array) => api.tx.inference[owed](bundle, signature).method;
  const [unsigned] = call(new Uint8Array(64)).args;
  const signature = pair.sign(hexToU8a(bundleHash(genesis, unsigned.toU8a())));
  // Its extensions are the defaults of their types: no mortality, no nonce, no tip.
  const transaction = api.registry.createTypeUnsafe('GeneralExtrinsic', [{ payload: { method: call(signature) } }]);
  return u8aToHex(transaction.toU8a());
}
