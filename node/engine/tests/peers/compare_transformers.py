"""Compares the engine with transformers in float64, on models that transformers saves.

    python compare_transformers.py ENGINE FOLDER        the path of votive-engine; where packages are written

Of decoders: every token that the engine generates is the likeliest by torch after the same tokens, and the hash of the trace is
that of exact.py, so that the engine's logits are those of exact.py, bit by bit; these are compared with torch's. Of encoders:
embeddings. Fails if a token, a trace or an embedding differs.
"""

import pathlib
import sys

import numpy as np
import torch
from safetensors.torch import load_file

import exact
import models
import package

PROMPTS = 8
ANSWER = 40
TIE = 1e-4  # of logits whose deviation is about 2
COSINE = 1e-6

# Seed, then vocabulary, hidden, intermediate, layers, heads and heads of keys and values.
DECODERS = {
    "Llama": lambda: models.llama(1, 512, 128, 352, 4, 4, 4),
    "Llama, shared keys": lambda: models.llama(2, 512, 128, 352, 4, 8, 2),
    "Llama, one head of keys, tied": lambda: models.llama(3, 512, 96, 256, 3, 6, 1, tie_word_embeddings=True),
    "Llama, base 500,000": lambda: models.llama(4, 512, 128, 352, 4, 4, 2, base=500_000.0),
    "Llama, heads of 24 beside 128": lambda: models.llama(5, 512, 128, 200, 3, 8, 4, head_dim=24),
    "Llama, heads of 10 beside 16": lambda: models.llama(11, 300, 16, 24, 2, 4, 2, head_dim=10),
    "Qwen2, tied": lambda: models.qwen2(6, 512, 128, 352, 4, 4, 2, base=1_000_000.0, tie_word_embeddings=True),
    "Qwen2": lambda: models.qwen2(7, 512, 128, 352, 4, 4, 4),
    "Mistral": lambda: models.mistral(8, 512, 128, 352, 4, 4, 2),
}
# Seed, then vocabulary, hidden, intermediate, layers and heads.
ENCODERS = {
    "Bert, MiniLM-L3": lambda: models.bert(1, 1000, 384, 1536, 3, 12),
    "Bert, MiniLM-L12": lambda: models.bert(2, 1000, 384, 1536, 12, 12),
    "Bert, base": lambda: models.bert(3, 500, 768, 3072, 2, 12),
    "Bert, 2 heads of 20": lambda: models.bert(4, 300, 40, 100, 4, 2, type_vocab_size=1),
}
TYPES = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}


def save(model, dtype, folder):
    """Saves `model` as transformers does, and returns what was saved: the model in float64, and the path of the weights."""
    folder.mkdir(parents=True, exist_ok=True)
    model.to(dtype).save_pretrained(folder)
    return type(model).from_pretrained(folder, dtype=torch.float64).eval(), folder / "model.safetensors"


def compare_decoder(engine, folder, model, dtype):
    """How far the engine's logits and torch's are apart: tokens, least gap of the two likeliest, largest difference."""
    reference, weights = save(model, dtype, folder / "saved")
    spec = package.llama_spec(model.config)
    package.write(folder / "package", package.manifest("llama", spec, "model.safetensors"), weights)
    tensors = {name: tensor.float().numpy() for name, tensor in load_file(weights).items()}
    ours = exact.Llama(spec, tensors)
    random = np.random.default_rng(9)
    gaps, differences, ties = [], [], 0
    for index in range(PROMPTS):
        prompt = random.integers(0, spec["vocabulary"], 1 + 5 * index)
        output, trace = package.ask(engine, folder / "package", prompt, ANSWER)
        told = np.frombuffer(output, "<u4").astype(int)
        context = np.concatenate([prompt, told[:-1]])
        rows = ours.final(context)[len(prompt) - 1 :]
        if exact.trace(rows) != trace:
            raise SystemExit(f"the trace of {folder} is not that of exact.py after {prompt}")
        theirs = models.logits(reference, context)[len(prompt) - 1 :]
        differences.append(np.abs(ours.logits(rows) - theirs).max())
        highest = np.sort(theirs, axis=-1)[:, -2:]
        gap = highest[:, 1] - highest[:, 0]
        wrong = theirs.argmax(axis=-1) != told
        if (wrong & (gap > TIE)).any():
            raise SystemExit(f"the tokens of {folder} are not torch's after {prompt}")
        ties += int((gap <= TIE).sum())
        gaps.append(gap.min())
    return PROMPTS * ANSWER, ties, min(gaps), max(differences)


def compare_encoder(engine, folder, model, dtype):
    """The largest distance of a cosine from 1, and of a value."""
    reference, weights = save(model, dtype, folder / "saved")
    spec = package.bert_spec(model.config)
    package.write(folder / "package", package.manifest("bert", spec, "model.safetensors"), weights)
    random = np.random.default_rng(9)
    cosines, differences = [], []
    for count in (1, 2, 7, 16, 33, 64, 100, 128):
        ids = random.integers(0, spec["vocabulary"], count)
        output, _ = package.ask(engine, folder / "package", ids)
        told = np.frombuffer(output, "<f4").astype(np.float64)
        right = models.embedding(reference, ids)
        cosines.append(1 - told @ right / np.linalg.norm(told) / np.linalg.norm(right))
        differences.append(np.abs(told - right).max())
    if max(cosines) > COSINE:
        raise SystemExit(f"an embedding of {folder} is not torch's: its cosine is off by {max(cosines)}")
    return max(cosines), max(differences)


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    engine, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    for name, dtype in TYPES.items():
        for index, (model, build) in enumerate(DECODERS.items()):
            tokens, ties, gap, difference = compare_decoder(engine, folder / f"{name}-decoder-{index}", build(), dtype)
            print(f"{model}, {name}: {tokens} tokens, {ties} ties, least gap {gap:.2e}, logits differ by {difference:.1e}")
        for index, (model, build) in enumerate(ENCODERS.items()):
            cosine, difference = compare_encoder(engine, folder / f"{name}-encoder-{index}", build(), dtype)
            print(f"{model}, {name}: 1 - cosine {cosine:.1e}, values differ by {difference:.1e}", flush=True)


if __name__ == "__main__":
    main()
