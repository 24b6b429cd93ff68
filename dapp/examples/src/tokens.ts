// Tokens: the answers of models that generate. The tokens are the answer; the text is how a tokenizer writes them.

/** Reads tokens: little-endian u32. */
export function readTokens(output: Uint8Array): number[] {
  if (output.length % 4 !== 0) throw new RangeError(`tokens have 4 bytes each, and ${output.length} bytes are none`);
  const view = new DataView(output.buffer, output.byteOffset, output.byteLength);
  return Array.from({ length: output.length / 4 }, (_, position) => view.getUint32(4 * position, true));
}
