"""tiny-llama bit for bit: determinism.py over its int8 weights.

Sums of int8 products are exact in float32 here (reference.py says why), so that only the chains, the reductions and the functions need
care. numpy's own sine, cosine and power in float64, rounded to float32, stand for the spec's.
"""

import numpy as np

import determinism
import model
import reference
from determinism import F


class Exact(reference.Packed):
    """The engine's arithmetic to the last bit."""

    def norm(self, x, name):
        mean = determinism.total(x * x) / F(x.shape[-1])
        return (x * (F(1) / np.sqrt(mean + F(model.EPSILON)))) * self.tensors[name]

    def silu(self, x):
        return determinism.silu(x)

    def attend(self, query, key, value):
        return determinism.attend(query, key, value)
