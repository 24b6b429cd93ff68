import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawDigit, percent, readAnswer } from '../src/digits.ts';

const LABELS = ['zero', 'one', 'two'];

function floats(...values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

test('the answer is the most likely class with its probability', () => {
  const { label, confidence } = readAnswer(floats(0.25, 0.5, 0.25), LABELS);
  assert.equal(label, 'one');
  assert.equal(percent(confidence), '50.0 %');
});

test('of equal classes the first is the answer', () => {
  assert.equal(readAnswer(floats(0.4, 0.4, 0.2), LABELS).label, 'zero');
});

test('an answer is read where it does not start at an aligned byte', () => {
  const shifted = new Uint8Array(13);
  shifted.set(floats(0, 0, 1), 1);
  assert.equal(readAnswer(shifted.subarray(1), LABELS).label, 'two');
});

test('an answer of another length is refused', () => {
  assert.throws(() => readAnswer(floats(1, 0), LABELS), /12 bytes, not 8/);
});

test('a digit is drawn in ten lines, two characters a pixel', () => {
  const pixels = new Uint8Array(64).fill(0);
  pixels[0] = 16;
  const lines = drawDigit(pixels);
  assert.equal(lines.length, 10);
  assert.ok(lines[1]?.startsWith('│██  '));
  assert.throws(() => drawDigit(new Uint8Array(63)), /64 pixels, not 63/);
});
