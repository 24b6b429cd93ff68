"""The arithmetic of docs/determinism.md once more, in numpy, to the bit, with nothing taken from the engine: what llamas of all kinds
of weights share, and the hash of a trace. node/engine/tests/peers takes it from here.
"""

import hashlib

import numpy as np

F = np.float32
LANES = 16


def constant(bits):
    return np.array([bits], np.uint32).view(F)[0]


def fma(a, b, c):
    """a * b + c in float32, rounded once."""
    product = a.astype(np.float64) * b.astype(np.float64)
    other = c.astype(np.float64)
    total = product + other
    part = total - product
    error = (product - (total - part)) + (other - part)
    bits = total.view(np.int64)
    # To odd: the exact sum cut off, with the last bit set where anything was.
    cut = bits - ((error > 0) != (total > 0))
    return np.where(error == 0, bits, cut | 1).view(np.float64).astype(F)


def total(rows):
    """The sum of each row, in 16 lanes."""
    padded = np.zeros((*rows.shape[:-1], -(-rows.shape[-1] // LANES) * LANES), F)
    padded[..., : rows.shape[-1]] = rows
    lanes = np.zeros((*rows.shape[:-1], LANES), F)
    for start in range(0, padded.shape[-1], LANES):
        lanes = lanes + padded[..., start : start + LANES]
    while lanes.shape[-1] > 1:
        half = lanes.shape[-1] // 2
        lanes = lanes[..., :half] + lanes[..., half:]
    return lanes


def exp(x):
    x = np.maximum(np.minimum(x, F(88.8)), F(-104))
    n = (x * constant(0x3FB8AA3B) + constant(0x4B400000)) - constant(0x4B400000)
    r = (x - n * constant(0x3F318000)) - n * constant(0xB95E8083)
    p = constant(0x39506967)
    for bits in (0x3AB743CE, 0x3C088908, 0x3D2AA9C1, 0x3E2AAAAA, 0x3F000000):
        p = p * r + constant(bits)
    y = (p * (r * r) + r) + F(1)
    half = np.floor(n / 2)
    power = lambda exponent: np.ldexp(F(1), exponent.astype(np.int32))
    with np.errstate(over="ignore"):
        return (y * power(half)) * power(n - half)


def silu(x):
    return x / (F(1) + exp(-x))


def attend(query, key, value):
    """Causal attention: each operand is [heads, tokens, head]."""
    heads, tokens, size = query.shape
    scores = np.zeros((heads, tokens, tokens), F)
    for k in range(size):
        scores = fma(query[:, :, None, k], key[:, None, :, k], scores)
    scores = scores * (F(1) / np.sqrt(F(size)))
    seen = np.tril(np.ones((tokens, tokens), bool))
    largest = np.where(seen, scores, -np.inf).max(axis=-1, keepdims=True)
    # Unseen keys come last in their row, and +0 changes no lane.
    weights = np.where(seen, exp(scores - largest), F(0))
    weights = weights / total(weights)
    mixed = np.zeros((heads, tokens, size), F)
    for j in range(tokens):
        mixed[:, j:] = fma(weights[:, j:, j, None], value[:, None, j], mixed[:, j:])
    return mixed


def trace(rows):
    """The hash of what went into the last product, [tokens of the answer, hidden]: BLAKE2b-256 over SCALE."""
    parts = b"votive/1/trace", (rows + F(0)).astype("<f4").tobytes()
    return hashlib.blake2b(b"".join(length(part) + part for part in parts), digest_size=32).hexdigest()


def length(part):
    """SCALE's compact number."""
    size = len(part)
    if size < 1 << 6:
        return bytes([size << 2])
    if size < 1 << 14:
        return (size << 2 | 1).to_bytes(2, "little")
    return (size << 2 | 2).to_bytes(4, "little")
