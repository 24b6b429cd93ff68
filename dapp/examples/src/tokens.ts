// Tokens: the answers of models that generate. The tokens are the answer; a text is how the model's tokenizer writes them.

import { readJson } from './model-package.ts';

/** Reads tokens: little-endian u32. */
export function readTokens(output: Uint8Array): number[] {
  if (output.length % 4 !== 0) throw new RangeError(`tokens have 4 bytes each, and ${output.length} bytes are none`);
  const view = new DataView(output.buffer, output.byteOffset, output.byteLength);
  return Array.from({ length: output.length / 4 }, (_, position) => view.getUint32(4 * position, true));
}

/** What is read of a `tokenizer.json`. */
export interface TokenizerFile {
  readonly model: { readonly vocab: Readonly<Record<string, number>> };
  readonly added_tokens?: readonly { readonly id: number; readonly content: string; readonly special: boolean }[];
}

/** The tokenizer that lies in a model's package. */
export function tokenizerOf(model: string): TokenizerFile {
  return readJson(`${model}/package/tokenizer.json`) as TokenizerFile;
}

/**
 * The text of tokens, by a tokenizer of the byte-level kind. Special tokens have none; bytes that are no UTF-8, as at the end
 * of an answer that was cut inside of a character, become U+FFFD.
 */
export function textOf(tokens: readonly number[], { model, added_tokens = [] }: TokenizerFile): string {
  const special = new Set(added_tokens.filter((token) => token.special).map(({ id }) => id));
  const written = new Map(Object.entries(model.vocab).map(([text, id]) => [id, text]));
  const bytes = tokens.flatMap((token) => {
    if (special.has(token)) return [];
    const text = written.get(token);
    if (text === undefined) throw new RangeError(`the tokenizer has no token ${token}: is it of the model that answered?`);
    return [...text].map(byteOf);
  });
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

/** The byte that a character of a byte-level vocabulary stands for. */
function byteOf(character: string): number {
  const byte = BYTES.get(character);
  if (byte === undefined) throw new RangeError(`"${character}" stands for no byte: the tokenizer is not of the byte-level kind`);
  return byte;
}

/** Byte-level vocabularies write a byte as itself where that can be seen, and the others by characters from U+0100 on (GPT-2). */
const BYTES: ReadonlyMap<string, number> = (() => {
  const isSeen = (byte: number): boolean => (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  const all = Array.from({ length: 256 }, (_, byte) => byte);
  const unseen = all.filter((byte) => !isSeen(byte));
  const character = (byte: number): string => String.fromCodePoint(isSeen(byte) ? byte : 0x100 + unseen.indexOf(byte));
  return new Map(all.map((byte) => [character(byte), byte]));
})();
