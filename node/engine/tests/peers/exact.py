"""The engine's llama bit for bit: docs/determinism.md once more, in numpy, with nothing taken from the engine.

Weights are float32, or blocks of a GGUF file as they stand in it. numpy's own sine, cosine and power in float64, rounded to
float32, stand for the spec's. Whether all this is right, the hash of the trace says, which the engine reports with each answer.
"""

import hashlib

import numpy as np

from blocks import Blocks

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


def product(x, weight):
    """`linear`, or `linear_blocks`: [rows, inputs] times [outputs, inputs], transposed."""
    if isinstance(weight, Blocks):
        return of_blocks(x, weight)
    acc = np.zeros((len(x), len(weight)), F)
    for k in range(x.shape[1]):
        acc = fma(x[:, k, None], weight[None, :, k], acc)
    return acc


def of_blocks(x, weight):
    q, steps = weight.quantised_inputs(x)
    acc = np.zeros((len(x), weight.outputs), F)
    for part in range(weight.parts):
        inputs = q[:, part]
        step = steps[:, weight.block_of(part), None]
        # Integers below 2^24: exact, whatever the order.
        sums = (inputs @ weight.integers[:, part].T.astype(np.float64)).astype(F)
        acc = fma(sums, weight.scales[None, :, part] * step, acc)
        if weight.minima is not None:
            acc = fma(-weight.minima[None, :, part], step * inputs.sum(axis=1, keepdims=True).astype(F), acc)
    return acc


class Llama:
    """A llama of a manifest's sizes and of tensors by Hugging Face's names."""

    def __init__(self, spec, tensors):
        self.spec = spec
        self.tensors = tensors
        self.head = spec.get("head_size") or spec["hidden"] // spec["heads"]

    def linear(self, x, name):
        out = product(x, self.tensors[f"{name}.weight"])
        bias = self.tensors.get(f"{name}.bias")
        return out if bias is None else out + bias

    def norm(self, x, name):
        mean = total(x * x) / F(x.shape[-1])
        return (x * (F(1) / np.sqrt(mean + F(self.spec["epsilon"])))) * self.tensors[f"{name}.weight"]

    def rotate(self, x):
        """`x` is [heads, tokens, head]; element i and i + head / 2 are a pair."""
        power = (np.float64(F(self.spec["rotary_base"])) ** (np.arange(0, self.head, 2) / self.head)).astype(F)
        angle = np.arange(x.shape[1], dtype=F)[:, None] * (F(1) / power)
        cos, sin = (function(angle.astype(np.float64)).astype(F) for function in (np.cos, np.sin))
        a, b = np.split(x, 2, axis=-1)
        return np.concatenate([a * cos - b * sin, b * cos + a * sin], axis=-1)

    def attention(self, x, name):
        apart = lambda part: self.linear(x, f"{name}.{part}").reshape(len(x), -1, self.head).transpose(1, 0, 2)
        query, key, value = self.rotate(apart("q_proj")), self.rotate(apart("k_proj")), apart("v_proj")
        shared = len(query) // len(key)
        mixed = self.attend(query, np.repeat(key, shared, axis=0), np.repeat(value, shared, axis=0))
        return self.linear(mixed.transpose(1, 0, 2).reshape(len(x), -1), f"{name}.o_proj")

    def attend(self, query, key, value):
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

    def feed_forward(self, x, name):
        gate = self.linear(x, f"{name}.gate_proj")
        inner = (gate / (F(1) + exp(-gate))) * self.linear(x, f"{name}.up_proj")
        return self.linear(inner, f"{name}.down_proj")

    def final(self, ids):
        """What goes into the head, [tokens, hidden] of one row of token ids."""
        words = self.tensors["model.embed_tokens.weight"]
        x = words.rows(ids) if isinstance(words, Blocks) else words[ids]
        for layer in range(self.spec["layers"]):
            name = f"model.layers.{layer}"
            x = self.attention(self.norm(x, f"{name}.input_layernorm"), f"{name}.self_attn") + x
            x = self.feed_forward(self.norm(x, f"{name}.post_attention_layernorm"), f"{name}.mlp") + x
        return self.norm(x, "model.norm")

    def logits(self, rows):
        return self.linear(rows, "model.embed_tokens" if self.spec["tied_head"] else "lm_head")


def trace(rows):
    """The hash of what went into the head, [tokens of the answer, hidden]: BLAKE2b-256 over SCALE."""
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
