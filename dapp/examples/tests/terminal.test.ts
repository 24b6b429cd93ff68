import assert from 'node:assert/strict';
import { test } from 'node:test';
import { short, vot } from '../src/terminal.ts';

test('amounts show whole VOT, at least two decimals, and every unit', () => {
  assert.equal(vot(0n), '0.00 VOT');
  assert.equal(vot(10_000_000_000n), '0.01 VOT');
  assert.equal(vot(1_234_567_000_000_000_001n), '1,234,567.000000000001 VOT');
  assert.equal(vot(-500_000_000_000n), '-0.50 VOT');
});

test('long hashes keep their ends', () => {
  assert.equal(short(`0x${'ab'.repeat(32)}`), '0xababab…ababab');
  assert.equal(short('0xabcd'), '0xabcd');
});
