// Embeddings: the answers of models that turn a text into numbers.

/** Reads an embedding: little-endian f32. */
export function readEmbedding(output: Uint8Array): Float32Array {
  if (output.length % 4 !== 0) throw new RangeError(`an embedding has whole f32 values, and ${output.length} bytes are none`);
  const view = new DataView(output.buffer, output.byteOffset, output.byteLength);
  return Float32Array.from({ length: output.length / 4 }, (_, position) => view.getFloat32(4 * position, true));
}

/** How near two embeddings of one model are: 1 for the same direction, 0 for none in common. */
export function cosine(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new RangeError(`embeddings of ${a.length} and ${b.length} values cannot be compared`);
  const dot = (x: Float32Array, y: Float32Array): number => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
