"""Compares the engine with llama.cpp on GGUF files that llama.cpp itself has quantised.

    python compare_llama_cpp.py ENGINE FOLDER        the path of votive-engine; where files are written

A model of transformers is written by the names and in the row order of llama.cpp's converter, and quantised by llama.cpp. The
engine generates from each file; the hash of its trace is that of exact.py, so that its logits are those of exact.py, bit by bit.
These and llama.cpp's are compared with each other, and both with a forward pass in float64 over the weights as gguf's own
`dequantize` gives them. Fails if a trace differs, if a token is not llama.cpp's where its likeliest stands out from the next by
SURE times what both are off, or if the engine is off by more than FARTHER times what llama.cpp is.
"""

import pathlib
import sys

import gguf
import numpy as np
import torch

import converted
import exact
import models
import package
import words
from blocks import Blocks

PROMPTS = 8
ANSWER = 40
FARTHER = 2.5
SURE = 6  # times what both are off by

# Seed, then vocabulary, hidden, intermediate, layers, heads and heads of keys and values.
MODELS = {
    "Llama": lambda: models.llama(21, 1000, 256, 512, 3, 4, 4),
    "Llama, shared keys, tied": lambda: models.llama(22, 1000, 256, 512, 2, 8, 2, tie_word_embeddings=True),
    "Llama, heads of 128 beside 64": lambda: models.llama(23, 1000, 256, 768, 2, 4, 2, head_dim=128),
    "Qwen2, tied": lambda: models.qwen2(24, 1000, 256, 512, 3, 4, 2, base=1_000_000.0, tie_word_embeddings=True),
}


def tensors_of(path, spec, neighbours):
    """The tensors of a GGUF file as exact.py takes them, and as gguf makes numbers of them, by Hugging Face's names."""
    names = hugging_face_names(spec["layers"])
    head = spec.get("head_size") or spec["hidden"] // spec["heads"]
    ours, numbers, kinds = {}, {}, {}
    for name, kind, raw in converted.read(path):
        name = names[name]
        kinds[kind.name] = kinds.get(kind.name, 0) + 1
        values = gguf.quants.dequantize(raw, kind)
        value = Blocks(kind.name, raw) if kind.name in ("Q8_0", "Q4_K", "Q6_K") else values.astype(np.float32)
        if neighbours and any(part in name for part in ("q_proj", "k_proj")):
            rows = np.arange(len(values)).reshape(-1, head // 2, 2).swapaxes(1, 2).reshape(-1)
            values = values[rows]
            value = value.ordered(rows) if isinstance(value, Blocks) else value[rows]
        ours[name], numbers[name] = value, torch.tensor(values, dtype=torch.float64)
    return ours, numbers, kinds


def hugging_face_names(layers):
    """Hugging Face's name of each tensor by GGUF's."""
    outside = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
    parts = {
        "attn_norm": "input_layernorm",
        "attn_q": "self_attn.q_proj",
        "attn_k": "self_attn.k_proj",
        "attn_v": "self_attn.v_proj",
        "attn_output": "self_attn.o_proj",
        "ffn_norm": "post_attention_layernorm",
        "ffn_gate": "mlp.gate_proj",
        "ffn_up": "mlp.up_proj",
        "ffn_down": "mlp.down_proj",
    }
    stems = {f"blk.{layer}.{part}": f"model.layers.{layer}.{name}" for layer in range(layers) for part, name in parts.items()}
    return {f"{stem}.{kind}": f"{name}.{kind}" for stem, name in {**outside, **stems}.items() for kind in ("weight", "bias")}


def apart(a, b):
    """How far the logits in two matrices are apart, as a share of their deviation: the root of the mean of squares."""
    return np.sqrt(((a - b) ** 2).mean()) / b.std()


def cosine(a, b):
    """The least of the cosines of two matrices' rows."""
    return (np.sum(a * b, axis=-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)).min()


def compare(engine, folder, model, path, prompts):
    """Compares the engine on the file at `path` with llama.cpp on it, and both with `model` over its weights."""
    spec = package.llama_spec(model.config)
    spec["rotary_rows"] = "neighbours" if converted.has_neighbours(model.config) else "halves"
    package.write(folder, package.manifest("llama", spec, "model.gguf"), path)
    ours, numbers, kinds = tensors_of(path, spec, converted.has_neighbours(model.config))
    if spec["tied_head"]:
        numbers["lm_head.weight"] = numbers["model.embed_tokens.weight"]
    reference = model.double()
    reference.load_state_dict(numbers)
    ours, peer = exact.Llama(spec, ours), converted.Peer(path, package.MAX_TOKENS)
    told, mine, theirs, right = [], [], [], []
    for prompt in prompts:
        output, trace = package.ask(engine, folder, prompt, ANSWER)
        answer = np.frombuffer(output, "<u4").astype(int)
        context = np.concatenate([prompt, answer[:-1]])
        rows = ours.final(context)[len(prompt) - 1 :]
        if exact.trace(rows) != trace:
            raise SystemExit(f"the trace of {folder} is not that of exact.py after {prompt}")
        told.append(answer)
        mine.append(ours.logits(rows).astype(np.float64))
        theirs.append(peer.logits(context)[len(prompt) - 1 :])
        right.append(models.logits(reference, context)[len(prompt) - 1 :])
    told, mine, theirs, right = map(np.concatenate, (told, mine, theirs, right))
    mine_off, theirs_off = apart(mine, right), apart(theirs, right)
    highest = np.sort(theirs, axis=-1)[:, -2:]
    sure = highest[:, 1] - highest[:, 0] > SURE * np.hypot(mine_off, theirs_off) * right.std()
    equal = theirs.argmax(axis=-1) == told
    print(
        f"{kinds}; {equal.sum()} of {len(told)} tokens are llama.cpp's, {(equal & sure).sum()} of {sure.sum()} where it is sure;"
        f" logits differ by {apart(mine, theirs):.5f} of their deviation, cosine at least {cosine(mine, theirs):.6f};"
        f" from float64 the engine by {mine_off:.5f}, llama.cpp by {theirs_off:.5f}",
        flush=True,
    )
    if not equal[sure].all():
        raise SystemExit(f"tokens of {folder} are not llama.cpp's")
    if mine_off > FARTHER * theirs_off:
        raise SystemExit(f"the engine is farther from float64 than llama.cpp on {path}")


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    engine, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(9)
    for index, (name, build) in enumerate(MODELS.items()):
        source = folder / f"{index}-f32.gguf"
        split = "qwen2" if name.startswith("Qwen") else "llama-bpe"
        converted.write(source, build(), (*words.words(1000), split))
        for file_type in converted.FILE_TYPES:
            target = folder / f"{index}-{file_type}.gguf"
            converted.quantise(source, target, file_type)
            print(f"{name}, {file_type}: ", end="")
            prompts = [random.integers(0, 1000, 1 + 5 * index) for index in range(PROMPTS)]
            compare(engine, folder / f"{index}-{file_type}", build(), target, prompts)


if __name__ == "__main__":
    main()
