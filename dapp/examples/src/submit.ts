// Signs a transaction, sends it and waits until a block has it.

import type { ApiPromise } from '@polkadot/api';
import type { SubmittableExtrinsic } from '@polkadot/api/types';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { ISubmittableResult } from '@polkadot/types/types';
import { decodeDispatchError, DispatchFailed, TransactionRefused } from './errors.ts';
import { amount, type ChainEvent, plainEvent } from './events.ts';

/** A transaction that a block has and that succeeded. */
export interface Included {
  readonly blockHash: string;
  readonly blockNumber: number;
  /** What it emitted. */
  readonly events: readonly ChainEvent[];
  /** The transaction fee, in the smallest unit. */
  readonly fee: bigint;
}

/** What is waited for: a block that has the transaction, which a fork can still undo, or that this block is final. */
export type Stage = 'included' | 'final';

/**
 * Sends `call`, signed by `signer`, and waits for its block, or where `awaited` says so for its finality.
 *
 * Throws `DispatchFailed` where the call failed, `TransactionRefused` where it reached no block.
 */
export async function submit(
  api: ApiPromise,
  call: SubmittableExtrinsic<'promise'>,
  signer: KeyringPair,
  awaited: Stage = 'included',
): Promise<Included> {
  const result = await inBlock(call, signer, awaited);
  const { status } = result;
  const blockHash = (status.isFinalized ? status.asFinalized : status.asInBlock).toHex();
  const blockNumber = (await api.rpc.chain.getHeader(blockHash)).number.toNumber();
  const events = result.events.map(plainEvent);
  const paid = events.find(({ name }) => name === 'transactionPayment.TransactionFeePaid');
  const fee = paid ? amount(paid.fields.actualFee) : 0n;
  if (result.dispatchError) throw new DispatchFailed(decodeDispatchError(api, result.dispatchError), blockNumber, fee);
  return { blockHash, blockNumber, events, fee };
}

/** The one event of that name; throws where the transaction emitted none. */
export function emitted(included: Included, name: string): ChainEvent {
  const event = included.events.find((candidate) => candidate.name === name);
  if (!event) throw new Error(`the transaction in block ${included.blockNumber} emitted no ${name}`);
  return event;
}

function inBlock(
  call: SubmittableExtrinsic<'promise'>,
  signer: KeyringPair,
  awaited: Stage,
): Promise<ISubmittableResult> {
  return new Promise((resolve, reject) => {
    let unsubscribe: (() => void) | undefined;
    let ended = false;
    const end = (): void => {
      ended = true;
      unsubscribe?.();
    };
    const follow = (result: ISubmittableResult): void => {
      const { status } = result;
      if (awaited === 'final' ? status.isFinalized : status.isInBlock) {
        end();
        resolve(result);
      } else if (status.isInvalid || status.isDropped || status.isUsurped || status.isFinalityTimeout) {
        end();
        reject(new TransactionRefused(`the transaction pool says: ${status.type}`));
      }
    };
    call.signAndSend(signer, { nonce: -1 }, follow).then(
      (stop) => {
        unsubscribe = stop;
        if (ended) stop();
      },
      (cause: Error) => reject(new TransactionRefused(cause.message, { cause })),
    );
  });
}
