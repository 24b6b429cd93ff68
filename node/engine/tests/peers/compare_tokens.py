"""Compares the tokens of texts: of tokenizers, by whose Oniguruma expressions are matched, and of llama.cpp.

    python compare_tokens.py FOLDER        where files are written

What the engine makes of the same texts, its own test compares with fixture/tokens.json. Prints each text that llama.cpp splits
otherwise, which is told and not refused: it has expressions of its own, and composes no Unicode.
"""

import pathlib
import sys

import converted
import models
import words

COUNT = 512


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, (build, split) in words.BYTE_LEVEL.items():
        path = folder / f"{name}.gguf"
        converted.write(path, models.llama(1, COUNT, 32, 32, 1, 1, 1), (*words.words(COUNT), split))
        peer, tokenizer = converted.Peer(path, 64), build(COUNT)
        equal = 0
        for text in words.TEXTS:
            right, told = tokenizer.encode(text, add_special_tokens=False), peer.tokens(text)
            equal += right == told
            if right != told:
                print(f"{name}: {text!r}\n  tokenizers {tokenizer.convert_ids_to_tokens(right)}\n  llama.cpp  {[words.words(COUNT)[0][id] for id in told]}")
        print(f"{name}: {equal} of {len(words.TEXTS)} texts have the same tokens", flush=True)


if __name__ == "__main__":
    main()
