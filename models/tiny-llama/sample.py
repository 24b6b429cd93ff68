"""Drawing a token as docs/determinism.md has it."""

import struct

import numpy as np

from determinism import F, exp

MASK = 0xFFFFFFFF


def quarter(state, a, b, c, d):
    for first, second, third, bits in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        state[first] = (state[first] + state[second]) & MASK
        mixed = state[third] ^ state[first]
        state[third] = (mixed << bits | mixed >> (32 - bits)) & MASK


def block(seed, position, counter):
    """ChaCha20's block (RFC 8439) as eight numbers of 64 bits."""
    nonce = position.to_bytes(8, "little") + bytes(4)
    start = [*struct.unpack("<4I", b"expand 32-byte k"), *struct.unpack("<8I", seed), counter, *struct.unpack("<3I", nonce)]
    state = list(start)
    for _ in range(10):
        for column in range(4):
            quarter(state, column, 4 + column, 8 + column, 12 + column)
        for column in range(4):
            quarter(state, column, 4 + (column + 1) % 4, 8 + (column + 2) % 4, 12 + (column + 3) % 4)
    mixed = [(a + b) & MASK for a, b in zip(state, start)]
    return struct.unpack("<8Q", struct.pack("<16I", *mixed))


def below(end, seed, position):
    """A number from 0 to `end` - 1."""
    counter = 0
    while True:
        for number in block(seed, position, counter):
            if number < (1 << 64) // end * end:
                return number % end
        counter += 1


def draw(logits, position, seed=0, temperature_milli=0, top_k=0):
    """The token at `position` of an answer."""
    if temperature_milli == 0:
        return int(logits.argmax())
    order = np.argsort(-logits, kind="stable")
    candidates = np.sort(order[: top_k or len(order)])
    weights = (exp((logits[candidates] - logits.max()) / (F(temperature_milli) / F(1000))) * F(1 << 31)).astype(np.int64)
    sums = np.cumsum(weights)
    rest = below(int(sums[-1]), seed.to_bytes(32, "little"), position)
    return int(candidates[np.searchsorted(sums, rest, side="right")])
