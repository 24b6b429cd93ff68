"""tiny-llama in numpy: in float64 with the trained weights, and with the packed ones as docs/determinism.md has it."""

import numpy as np

import model
import tokens


class Float:
    """LlamaForCausalLM in float64 over the trained weights."""

    real = np.float64

    def __init__(self, tensors):
        self.tensors = {name: tensor.astype(self.real) for name, tensor in tensors.items()}

    def product(self, x, name):
        return x @ self.tensors[name].T

    def rows(self, ids):
        return self.tensors[model.EMBEDDING][ids]

    def norm(self, x, name):
        size = np.sqrt((x * x).mean(axis=-1, keepdims=True) + self.real(model.EPSILON))
        return x / size * self.tensors[name]

    def rotate(self, x):
        power = self.real(model.ROPE_BASE) ** (np.arange(0, model.HEAD, 2) / model.HEAD)
        angle = np.arange(x.shape[1], dtype=self.real)[:, None] * (1 / power.astype(self.real))
        cos, sin = (function(angle.astype(np.float64)).astype(self.real) for function in (np.cos, np.sin))
        a, b = np.split(x, 2, axis=-1)
        return np.concatenate([a * cos - b * sin, b * cos + a * sin], axis=-1)

    def attention(self, x, name):
        apart = lambda part, heads: self.product(x, f"{name}.{part}.weight").reshape(len(x), heads, -1).transpose(1, 0, 2)
        query = self.rotate(apart("q_proj", model.HEADS))
        shared = model.HEADS // model.KEY_VALUE_HEADS
        key = np.repeat(self.rotate(apart("k_proj", model.KEY_VALUE_HEADS)), shared, axis=0)
        value = np.repeat(apart("v_proj", model.KEY_VALUE_HEADS), shared, axis=0)
        mixed = self.attend(query, key, value)
        return self.product(mixed.transpose(1, 0, 2).reshape(len(x), -1), f"{name}.o_proj.weight")

    def attend(self, query, key, value):
        tokens = query.shape[1]
        scores = query @ key.transpose(0, 2, 1) * self.real(model.HEAD**-0.5)
        scores = np.where(np.tril(np.ones((tokens, tokens), bool)), scores, -np.inf)
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return weights / weights.sum(axis=-1, keepdims=True) @ value

    def silu(self, x):
        return x / (1 + np.exp(-x))

    def feed_forward(self, x, name):
        inner = self.silu(self.product(x, f"{name}.gate_proj.weight")) * self.product(x, f"{name}.up_proj.weight")
        return self.product(inner, f"{name}.down_proj.weight")

    def final(self, ids):
        """What goes into the last product, [tokens, HIDDEN] of one row of token ids."""
        x = self.rows(ids)
        for layer in range(model.LAYERS):
            name = f"model.layers.{layer}"
            x = x + self.attention(self.norm(x, f"{name}.input_layernorm.weight"), f"{name}.self_attn")
            x = x + self.feed_forward(self.norm(x, f"{name}.post_attention_layernorm.weight"), f"{name}.mlp")
        return self.norm(x, model.NORM)

    def logits(self, ids):
        """[tokens, VOCABULARY] of one row of token ids."""
        return self.product(self.final(ids), model.EMBEDDING)


class Packed(Float):
    """The engine's arithmetic but for the order of sums: float32, and products of int8 whose sums are exact."""

    real = np.float32

    def __init__(self, tensors):
        super().__init__(tensors)
        # A sum of |q| * |weight| over at most 1,024 inputs is below 2^24, so that float32 holds it exactly.
        assert max(model.HIDDEN, model.INTERMEDIATE) * 127 * 127 < 1 << 24

    def product(self, x, name):
        largest = np.abs(x).max(axis=-1, keepdims=True)
        q = np.rint(x * (np.float32(127) / np.maximum(largest, np.float32(2**-120))))
        scales = self.tensors[name.removesuffix(".weight") + ".scales"]
        return q @ self.tensors[name].T * (largest / np.float32(127) * scales)

    def rows(self, ids):
        return super().rows(ids) * self.tensors[model.EMBEDDING.removesuffix(".weight") + ".scales"][ids, None]


def nats(reference, chapter):
    """What each token after a chapter's first costs. Each is foretold from at least half a context where there is one."""
    costs = []
    for part, new in tokens.windows(chapter, model.MAX_TOKENS, model.MAX_TOKENS // 2):
        scores = reference.logits(part[:-1]).astype(np.float64)
        scores -= scores.max(axis=-1, keepdims=True)
        cost = np.log(np.exp(scores).sum(axis=-1)) - np.take_along_axis(scores, part[1:, None].astype(int), -1)[:, 0]
        costs.append(cost[new])
    return np.concatenate(costs)
