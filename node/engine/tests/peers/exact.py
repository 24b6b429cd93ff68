"""The engine's llama bit for bit: tiny-llama's determinism.py over weights of other kinds.

Weights are float32, or blocks of a GGUF file as they stand in it. numpy's own sine, cosine and power in float64, rounded to
float32, stand for the spec's. Whether all this is right, the hash of the trace says, which the engine reports with each answer.
"""

import pathlib
import sys

import numpy as np

from blocks import Blocks

# Behind the folder of this file, which has other modules of the same names.
sys.path.append(str(pathlib.Path(__file__).parents[4] / "models" / "tiny-llama"))

from determinism import F, attend, fma, silu, total, trace  # noqa: E402


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
        mixed = attend(query, np.repeat(key, shared, axis=0), np.repeat(value, shared, axis=0))
        return self.linear(mixed.transpose(1, 0, 2).reshape(len(x), -1), f"{name}.o_proj")

    def feed_forward(self, x, name):
        gate = self.linear(x, f"{name}.gate_proj")
        inner = silu(gate) * self.linear(x, f"{name}.up_proj")
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
