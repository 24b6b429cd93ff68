// Embeddings and tokens as they are read from an answer's bytes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cosine, readEmbedding } from '../src/embedding.ts';
import { readTokens } from '../src/tokens.ts';

test('an embedding is little-endian f32', () => {
  assert.deepEqual([...readEmbedding(Uint8Array.of(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0))], [1, -2]);
  assert.throws(() => readEmbedding(new Uint8Array(6)), RangeError);
});

test('a cosine tells directions and not lengths', () => {
  const of = (...values: number[]): Float32Array => Float32Array.from(values);
  assert.equal(cosine(of(1, 0), of(3, 0)), 1);
  assert.equal(cosine(of(1, 0), of(0, 2)), 0);
  assert.equal(cosine(of(1, 0), of(-1, 0)), -1);
  assert.throws(() => cosine(of(1), of(1, 2)), RangeError);
});

test('tokens are little-endian u32', () => {
  assert.deepEqual(readTokens(Uint8Array.of(1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff)), [1, 4_294_967_295]);
  assert.throws(() => readTokens(new Uint8Array(3)), RangeError);
});
