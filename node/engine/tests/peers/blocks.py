"""Matrices in the blocks of GGUF files, as docs/determinism.md reads them."""

import numpy as np

F = np.float32
INPUTS = 256  # that are quantised together


class Blocks:
    """A matrix of `outputs` rows: integers [outputs, parts, inputs of a part], their scales and minima [outputs, parts]."""

    def __init__(self, kind, raw):
        """`kind` is ggml's name of the type, `raw` the bytes of the file, [outputs, bytes of a row]."""
        size, decode = KINDS[kind]
        self.outputs = len(raw)
        self.integers, self.scales, self.minima = decode(raw.reshape(self.outputs, -1, size))
        self.parts = self.scales.shape[1]
        self.part = self.integers.shape[2]

    def ordered(self, rows):
        """The same with other rows."""
        self.integers, self.scales = self.integers[rows], self.scales[rows]
        self.minima = None if self.minima is None else self.minima[rows]
        return self

    def block_of(self, part):
        return part * self.part // INPUTS

    def rows(self, ids):
        """The rows of `ids` as numbers."""
        values = self.integers[ids].astype(F) * self.scales[ids][..., None]
        if self.minima is not None:
            values = values - self.minima[ids][..., None]
        return values.reshape(len(ids), -1)

    def quantised_inputs(self, x):
        """`x` as integers [rows, parts, inputs of a part], and the step of each block."""
        whole = -(-x.shape[1] // INPUTS) * INPUTS
        padded = np.zeros((len(x), whole), F)
        padded[:, : x.shape[1]] = x
        padded = padded.reshape(len(x), -1, INPUTS)
        first = np.abs(padded).argmax(axis=-1, keepdims=True)
        largest = np.take_along_axis(padded, first, -1)
        small = np.abs(largest) < F(2**-120)
        factor = F(-127) / np.where(small, F(1), largest)
        scaled = (padded * factor).astype(np.float64)
        q = np.where(small, 0, np.copysign(np.floor(np.abs(scaled) + 0.5), scaled))
        steps = np.where(small, F(0), F(1) / factor)[..., 0]
        return q.reshape(len(x), whole)[:, : x.shape[1]].reshape(len(x), self.parts, self.part), steps


def halves(two_bytes):
    """The binary16 in the last axis of two bytes."""
    return np.ascontiguousarray(two_bytes).view("<f2")[..., 0].astype(F)


def q8_0(blocks):
    d, v = halves(blocks[..., :2]), blocks[..., 2:].view(np.int8)
    return v, d, None


def q4_k(blocks):
    d, m, c, v = halves(blocks[..., :2]), halves(blocks[..., 2:4]), blocks[..., 4:16], blocks[..., 16:]
    low, middle, high = c[..., :4], c[..., 4:8], c[..., 8:]
    a = np.concatenate([low & 63, high & 15 | low >> 6 << 4], axis=-1)
    b = np.concatenate([middle & 63, high >> 4 | middle >> 6 << 4], axis=-1)
    v = v.reshape(*v.shape[:-1], 4, 32)
    integers = np.stack([v & 15, v >> 4], axis=-2)
    rows = len(blocks)
    return integers.reshape(rows, -1, 32), (d[..., None] * a).reshape(rows, -1), (m[..., None] * b).reshape(rows, -1)


def q6_k(blocks):
    l, h, t, d = blocks[..., :128], blocks[..., 128:192], blocks[..., 192:208].view(np.int8), halves(blocks[..., 208:])
    l, h = l.reshape(*l.shape[:-1], 2, 64), h.reshape(*h.shape[:-1], 2, 1, 32)
    low = np.concatenate([l & 15, l >> 4], axis=-1).reshape(*l.shape[:-1], 4, 32)
    high = h >> np.array([0, 2, 4, 6], np.uint8)[:, None] & 3
    codes = (low | high << 4).astype(np.int8) - np.int8(32)
    rows = len(blocks)
    return codes.reshape(rows, -1, 16), (d[..., None] * t.astype(F)).reshape(rows, -1), None


KINDS = {"Q8_0": (34, q8_0), "Q4_K": (144, q4_k), "Q6_K": (210, q6_k)}
