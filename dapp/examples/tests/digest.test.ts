// The hashes against golden bytes that another BLAKE2b and another SCALE encoder (Python's hashlib) produced.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringToU8a } from '@polkadot/util';
import {
  answerHash,
  bundleHash,
  commitment,
  digest,
  goldenDigest,
  inputHash,
  requestId,
  salt,
  saltMessage,
  trace,
  traceHash,
  type Hex,
} from '../src/digest.ts';

const filled = (byte: number): Hex => `0x${byte.toString(16).padStart(2, '0').repeat(32)}`;
const ANSWER: Hex = '0x3abea6cb98b56fa8a35edbc761fa4d370304fe29efdab38a8f28251ba3e1c801';
const TRACE: Hex = '0xe6ce837d9c57467435867da2317637494b416e8be8d8f3b29b932e083e706c27';
const TRACE_HASH: Hex = '0x8f2856d4a0f770638d5e1f3474c9976dffd673f874b053d6d5b8416f0bd60fcd';
const INPUT: Hex = '0xf6487da9f7a3f445d76a33be9a5c0af5e90afdd4d7e04d45af6d0831dd9af17a';

test('an answer is hashed with its code and its length', () => {
  assert.equal(answerHash('Complete', stringToU8a('seven')), ANSWER);
  assert.equal(
    answerHash('NotFinite', new Uint8Array()),
    '0x68e6b5c0cd9e324a4af132583df5ba302aec94629c6e5a133b088097d34a657e',
  );
});

test('a trace and its hash are two things', () => {
  assert.equal(trace(Uint8Array.of(0, 0, 0x80, 0x3f)), TRACE);
  assert.equal(traceHash(TRACE), TRACE_HASH);
});

test('a digest covers request, answer, units and trace', () => {
  assert.equal(
    digest(filled(1), ANSWER, 3, TRACE_HASH),
    '0x735667f3ce76dba33e8baca8f9ba14bc336b75f495cc39210ddd23937ad6a37d',
  );
  assert.equal(
    goldenDigest(ANSWER, 3, TRACE_HASH),
    '0x95a7ed6c9413aae6cfdfd96001b8d9acbc232fd7de90aaa1203836629d59441c',
  );
});

test('an input of 64 bytes has a length of two bytes', () => {
  assert.equal(inputHash(Uint8Array.from({ length: 64 }, (_, position) => position)), INPUT);
});

test('a request id covers its counter beyond 32 bits', () => {
  const parameters = { maxUnits: 1, seed: 5n, temperatureMilli: 700, topK: 40 };
  const id = requestId(filled(9), new Uint8Array(32).fill(7), 2n ** 40n + 1n, { model: 0, number: 1 }, INPUT, parameters);
  assert.equal(id, '0x331082741846f5a6084b969f54c26ffbdfcfdcab9930d96a95439d7be6c60cde');
});

test('a commitment covers the seat, the digest and the salt', () => {
  const operator = new Uint8Array(32).fill(7);
  assert.equal(
    commitment(filled(9), filled(1), 1, operator, '0x735667f3ce76dba33e8baca8f9ba14bc336b75f495cc39210ddd23937ad6a37d', filled(3)),
    '0x219b311b7fc4a22c0fb24076010db3a97973bf434cfa0f416c5c0137204aea89',
  );
});

test('the salts of a key come from one signature of its own message', () => {
  assert.equal(saltMessage(filled(9)), '0x31a55edf729d522dfa639298db1190342435b86cbca3168a17e6f661d6ac5b83');
  const signature = Uint8Array.from({ length: 64 }, (_, position) => position);
  assert.equal(salt(signature, filled(1), 1), '0xcaa47e9449b1355ebc78875a3f5955c00e1a738a261e0172d144cc7dc07f6e93');
});

test('a bundle is hashed with the genesis of its chain', () => {
  assert.equal(
    bundleHash(filled(9), Uint8Array.of(1, 2, 3)),
    '0x2ab9ca90fa0ec7f281d1068a01166e47586cc468972bb5424e78947fd28ee1f8',
  );
});
