// Embeddings and tokens as they are read from an answer's bytes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cosine, readEmbedding } from '../src/embedding.ts';
import { readTokens, textOf } from '../src/tokens.ts';

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

test('tokens of a byte-level vocabulary become a text, and special ones are left out', () => {
  const vocab = { 'Ġcaf': 0, 'Ã': 1, '©': 2, '<end>': 3, Ċ: 4 };
  const tokenizer = { model: { vocab }, added_tokens: [{ id: 3, content: '<end>', special: true }] };
  assert.equal(textOf([0, 1, 2, 4, 3], tokenizer), ' café\n');
  assert.equal(textOf([0, 1], tokenizer), ' caf\ufffd');
  assert.throws(() => textOf([9], tokenizer), RangeError);
});
