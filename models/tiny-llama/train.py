"""Trains tiny-llama: its tokenizer, and its weights in f32.

    chrt -i 0 nice -n 19 /tmp/venv/bin/python train.py kjv.txt trained

README.md says how to print kjv.txt. The folder `trained` receives tokenizer.json, model.safetensors, and a checkpoint every
200 steps, from which the same command goes on. One thread, so that sums are taken in one order on a machine.
"""

import os

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import pathlib
import sys

import jax
import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

import corpus
import model
import optimiser
import tokens

SEED = 0
BATCH_TOKENS = 2048
STEPS = 2180
SHORT = 128  # tokens of a row
SHORT_STEPS = 2000  # from then on a row has model.MAX_TOKENS
CHECKPOINT_STEPS = 200
ROWS = 8  # that are validated at once


@jax.jit
def advance(weights, state, ids, number, scale):
    loss, gradients = jax.value_and_grad(lambda weights: model.losses(weights, ids).mean())(weights)
    return *optimiser.step(weights, state, gradients, number, scale), loss


cost = jax.jit(model.losses)


def batch(stream, number):
    """Rows from anywhere in the stream, the same for a step whenever it is made."""
    length = SHORT if number < SHORT_STEPS else model.MAX_TOKENS
    random = np.random.default_rng([SEED, number])
    starts = random.integers(0, len(stream) - length, BATCH_TOKENS // length)
    return np.stack([stream[start : start + length + 1] for start in starts])


def bits(weights, chapters):
    """Bits that the chapters cost."""
    nats = 0.0
    parts = [part for chapter in chapters for part in tokens.windows(chapter, model.MAX_TOKENS, model.MAX_TOKENS // 2)]
    for first in range(0, len(parts), ROWS):
        ids = np.zeros((ROWS, model.MAX_TOKENS + 1), np.int32)
        counts = np.zeros((ROWS, model.MAX_TOKENS), bool)
        for row, (part, new) in enumerate(parts[first : first + ROWS]):
            ids[row, : len(part)], counts[row, : len(new)] = part, new
        nats += float(np.asarray(cost(weights, ids), np.float64)[counts].sum())
    return nats / np.log(2)


def save(path, weights, state, number):
    tensors = {f"weight {name}": value for name, value in weights.items()}
    tensors |= {f"{kind} {name}": value for kind, values in state.items() for name, value in values.items()}
    new = path.with_suffix(".new")
    save_file({name: np.asarray(value) for name, value in tensors.items()}, new, {"step": str(number)})
    new.rename(path)


def resume(path):
    """Weights, state and step of a checkpoint."""
    kinds = {"weight": {}, "mean": {}, "square": {}}
    with safe_open(path, "numpy") as file:
        for full in file.keys():
            kind, name = full.split(" ")
            kinds[kind][name] = file.get_tensor(full)
        number = int(file.metadata()["step"])
    return kinds.pop("weight"), kinds, number


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(exist_ok=True)
    training, validation, _ = corpus.split(corpus.chapters(sys.argv[1]))
    tokenizer = tokens.train(training)
    tokenizer.save(str(folder / "tokenizer.json"))
    stream = np.concatenate(tokens.encode(tokenizer, training))
    held, size = tokens.encode(tokenizer, validation), sum(map(len, validation))

    checkpoint = folder / "checkpoint.safetensors"
    weights = model.initial(SEED)
    state, first = optimiser.start(weights), 0
    if checkpoint.exists():
        weights, state, first = resume(checkpoint)
    print(f"{sum(value.size for value in weights.values())} parameters, {len(stream)} tokens", flush=True)
    for number in range(first, STEPS):
        scale = optimiser.rate(number)
        weights, state, loss = advance(weights, state, batch(stream, number), number, scale)
        if (number + 1) % CHECKPOINT_STEPS == 0 or number + 1 == STEPS:
            save(checkpoint, weights, state, number + 1)
            validated = bits(weights, held) / size
            print(f"step {number + 1}: {float(loss):.3f} nats a token, validation {validated:.4f} bits a byte", flush=True)
    save_file({name: np.asarray(value) for name, value in weights.items()}, folder / "model.safetensors")


if __name__ == "__main__":
    main()
