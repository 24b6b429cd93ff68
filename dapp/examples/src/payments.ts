// Who was paid what for an answer, read from the events of its request.

import { amount, type ChainEvent } from './events.ts';

/** A payment at a request's end. */
export interface Payment {
  /** The address that got it; the treasury's own and the burnt part have none here. */
  readonly to?: string;
  readonly why: 'seat' | 'royalty' | 'treasury' | 'burn' | 'refund';
  readonly amount: bigint;
}

/** The payments of a request; with what went back to the requester they add up to its escrow. */
export function payments(events: readonly ChainEvent[], requester: string): Payment[] {
  return events.flatMap(({ name, fields }): Payment[] => {
    switch (name) {
      case 'inference.SeatPaid':
        return [{ to: String(fields.operator), why: 'seat', amount: amount(fields.amount) }];
      case 'inference.RoyaltyPaid':
        return [{ to: String(fields.owner), why: 'royalty', amount: amount(fields.amount) }];
      case 'inference.RequestFinal':
        return [
          { why: 'treasury', amount: amount(fields.treasury) },
          { why: 'burn', amount: amount(fields.burnt) },
          { to: requester, why: 'refund', amount: amount(fields.refund) },
        ];
      case 'inference.RequestRefunded':
        return [{ to: requester, why: 'refund', amount: amount(fields.refund) }];
      default:
        return [];
    }
  });
}

/** Sum of the payments. */
export function total(of: readonly Payment[]): bigint {
  return of.reduce((sum, payment) => sum + payment.amount, 0n);
}
