"""The text that tiny-llama learns: the King James Bible of Debian's package bible-kjv-text, in three parts."""

import hashlib
import pathlib
import random
import re

SEED = 0
SHA256 = "cd45f0c9cedab8e4439bd6486c8952c77cc8b0ecc5d1f6ae3513f2039f47229d"
END = "<|end|>"
VALIDATION_CHAPTERS = 48
TEST_CHAPTERS = 60
VERSE = re.compile(r"(\d?[A-Za-z]+)(\d+):\d+ (.*)")


def chapters(path):
    """The chapters, a verse a line, from what `bible -f Gen1:1-Rev22:21` printed."""
    printed = pathlib.Path(path).read_bytes()
    digest = hashlib.sha256(printed).hexdigest()
    if digest != SHA256:
        raise SystemExit(f"{path} has sha256 {digest}, not {SHA256}; print it with the packages that README.md names")
    verses = {}
    for line in printed.decode("ascii").splitlines():
        book, chapter, verse = VERSE.fullmatch(line).groups()
        verses.setdefault((book, chapter), []).append(verse)
    return ["\n".join(lines) for lines in verses.values()]


def split(texts):
    """Chapters to train on, in the book's order, to validate on, and to test on."""
    order = list(range(len(texts)))
    random.Random(SEED).shuffle(order)
    cut = TEST_CHAPTERS + VALIDATION_CHAPTERS
    parts = order[cut:], order[TEST_CHAPTERS:cut], order[:TEST_CHAPTERS]
    return tuple([texts[index] for index in sorted(part)] for part in parts)
