"""Compares tiny-llama's int8 weights with its f32 ones on the chapters held out, and the engine with numpy.

    /tmp/venv/bin/python check.py kjv.txt trained ENGINE        the path of votive-engine

1. Bits a byte and perplexity of the test chapters, by the f32 weights in float64 and by the package in the engine's arithmetic.
   Fails if int8 costs more than 2 % of perplexity.
2. The engine's answers to the golden prompts and to the beginnings of test chapters: exact.py runs over prompt and answer,
   draws every token again, and hashes the trace. Fails if a token or a trace differs: so the engine's logits are those of exact.py, to the bit.
3. Bits a byte of some test chapters in that arithmetic, the engine's own.
"""

import json
import pathlib
import subprocess
import sys

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

import corpus
import determinism
import exact
import reference
import sample
import tokens
from build import END, HERE, PACKAGE

WORSE = 1.02  # what int8 may do to the perplexity
OPENINGS = 8
OPENING_BYTES = 120
ANSWER = 48
EXACT_CHAPTERS = 2


def measure(name, forward, chapters, texts):
    """Prints bits a byte, and returns the perplexity of a token."""
    costs = np.concatenate([reference.nats(forward, chapter) for chapter in chapters])
    perplexity = np.exp(costs.mean())
    bits = costs.sum() / np.log(2) / sum(map(len, texts))
    print(f"{name}: {bits:.4f} bits a byte, perplexity {perplexity:.3f} of {len(costs)} tokens", flush=True)
    return perplexity


def answer(engine, prompt, parameters):
    """The engine's tokens and trace."""
    flags = [part for name, value in parameters.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    command = [engine, "run", str(PACKAGE), "--input-hex", prompt.encode().hex(), "--json", *flags]
    report = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    if report["code"] != "complete":
        raise SystemExit(f"the engine answers {report['code']} to {prompt!r}")
    return np.frombuffer(bytes.fromhex(report["output"][2:]), "<u4").astype(int), report["trace"][2:]


def compare(forward, tokenizer, engine, prompt, parameters):
    """Draws each token of the engine's answer again, from one pass over prompt and answer."""
    told, trace = answer(engine, prompt, parameters)
    ids = [END, *tokenizer.encode(prompt).ids]
    rows = forward.final(np.array([*ids, *told[:-1]]))[len(ids) - 1 :]
    logits = forward.product(rows, exact.model.EMBEDDING)
    drawing = {name: value for name, value in parameters.items() if name != "max_units"}
    drawn = [sample.draw(logits[place], place, **drawing) for place in range(len(told))]
    if drawn != list(told) or determinism.trace(rows) != trace:
        raise SystemExit(f"the engine and exact.py differ after {prompt!r}: {list(told)} and {drawn}")
    print(f"{len(ids):4} + {len(told):3} tokens and the trace are equal  {prompt[-32:]!r} ... {tokenizer.decode(told)[:48]!r}")


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    trained = pathlib.Path(sys.argv[2])
    tokenizer = Tokenizer.from_file(str(PACKAGE / "tokenizer.json"))
    texts = corpus.split(corpus.chapters(sys.argv[1]))[2]
    chapters = tokens.encode(tokenizer, texts)
    package = load_file(PACKAGE / "model.safetensors")
    f32 = measure("f32, test", reference.Float(load_file(trained / "model.safetensors")), chapters, texts)
    int8 = measure("int8, test", reference.Packed(package), chapters, texts)
    print(f"perplexity of int8 / f32: {int8 / f32:.5f}")

    engine_like = exact.Exact(package)
    asked = [(each.pop("prompt"), each) for each in json.loads((HERE / "prompts.json").read_text())]
    asked += [(text[:OPENING_BYTES], {"max_units": ANSWER}) for text in texts[:: len(texts) // OPENINGS]]
    for prompt, parameters in asked:
        compare(engine_like, tokenizer, sys.argv[3], prompt, parameters)
    some = slice(0, EXACT_CHAPTERS)
    measure("int8 to the bit, first test chapters", engine_like, chapters[some], texts[some])
    measure("f32, the same", reference.Float(load_file(trained / "model.safetensors")), chapters[some], texts[some])
    if not int8 <= WORSE * f32:
        raise SystemExit(f"int8 costs more than {WORSE - 1:.0%} of perplexity")


if __name__ == "__main__":
    main()
