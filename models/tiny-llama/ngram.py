"""Interpolated modified Kneser-Ney 5-grams of the text, over bytes and over tiny-llama's tokens: what it has to beat.

    /tmp/venv/bin/python ngram.py kjv.txt package/tokenizer.json

S. F. Chen and J. Goodman, "An empirical study of smoothing techniques for language modeling", 1999, section 3 and 4.1.6.
"""

import sys

import numpy as np
from tokenizers import Tokenizer

import corpus
import tokens

ORDER = 5


class Grams:
    """The n-grams of one length: their discounted counts, and what each context leaves to the shorter ones."""

    def __init__(self, keys, counts, symbols):
        ones = [max(1, int((counts == count).sum())) for count in range(1, 5)]
        ratio = ones[0] / (ones[0] + 2 * ones[1])
        discounts = np.array([0.0, *(count - (count + 1) * ratio * ones[count] / ones[count - 1] for count in (1, 2, 3))])
        taken = discounts[np.minimum(counts, 3)]
        self.symbols, self.keys = symbols, keys
        self.contexts, place = np.unique(keys // symbols, return_inverse=True)
        total = np.bincount(place, counts)
        self.shares = (counts - taken) / total[place]
        self.left = np.bincount(place, taken) / total

    def mix(self, keys, shorter):
        """The chances of `keys`, given those of their shorter ends."""
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        share = np.where(self.keys[at] == keys, self.shares[at], 0.0)
        contexts = keys // self.symbols
        at = np.minimum(np.searchsorted(self.contexts, contexts), len(self.contexts) - 1)
        left = np.where(self.contexts[at] == contexts, self.left[at], 1.0)
        return share + left * shorter


def keys(sequences, symbols):
    """Of each symbol after a sequence's first: itself and the four before it as a number. Before the first it repeats."""
    parts = []
    for sequence in sequences:
        padded = np.concatenate([np.full(ORDER - 2, sequence[0]), sequence]).astype(np.int64)
        grams = np.lib.stride_tricks.sliding_window_view(padded, ORDER)
        parts.append(grams @ symbols ** np.arange(ORDER - 1, -1, -1, dtype=np.int64))
    return np.concatenate(parts)


def bits(training, held, symbols):
    """Bits of all symbols of `held` but each sequence's first, by a model of `training`."""
    grams, counts = np.unique(keys(training, symbols), return_counts=True)
    levels = [Grams(grams, counts, symbols)]
    for length in range(ORDER - 1, 0, -1):
        # How many different symbols are seen before it counts for a shorter n-gram.
        grams, counts = np.unique(grams % symbols**length, return_counts=True)
        levels.append(Grams(grams, counts, symbols))
    asked = keys(held, symbols)
    chance = np.full(len(asked), 1 / symbols)
    for length, level in enumerate(reversed(levels), start=1):
        chance = level.mix(asked % symbols**length, chance)
    return -np.log2(chance).sum()


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    parts = corpus.split(corpus.chapters(sys.argv[1]))
    tokenizer = Tokenizer.from_file(sys.argv[2])
    end = 256  # of the bytes: none of a text's
    in_bytes = [[np.array([end, *text.encode(), end]) for text in part] for part in parts]
    in_tokens = [tokens.encode(tokenizer, part) for part in parts]
    for name, sequences, symbols in [("bytes", in_bytes, 257), ("tokens", in_tokens, tokenizer.get_vocab_size())]:
        for part in (1, 2):
            size = sum(map(len, parts[part]))
            cost = bits(sequences[0], sequences[part], symbols)
            print(f"5-gram over {name}, {('validation', 'test')[part - 1]}: {cost / size:.4f} bits a byte")


if __name__ == "__main__":
    main()
