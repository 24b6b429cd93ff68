"""Writes the packages beside this file, and what other libraries answer to them.

    python make.py

`saved/` holds what transformers saves and torch computes from it in float64, `quantised/` what llama.cpp quantises and computes,
`tokenizers/` what transformers writes of tokenizers and tokenizers makes of texts. A prompt whose tokens are not all far likelier
than the next likeliest is left out: there rounding decides.
"""

import json
import pathlib
import shutil
import tempfile

import numpy as np
import torch

import converted
import models
import package
import words

HERE = pathlib.Path(__file__).parent
ANSWER = 16
PROMPTS = 8
SURE = 1e-3
SURE_OF_BLOCKS = 0.4  # of logits whose deviation is 2 to 4
WORDS = 320


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


def prompts(vocabulary):
    """Rows of token ids without end, of 1 to 12."""
    random = np.random.default_rng(5)
    while True:
        yield random.integers(0, vocabulary, random.integers(1, 13)).tolist()


def answers(vocabulary, greedy, sure):
    """PROMPTS rows of ids with the answers of `greedy` that it is sure of."""
    chosen = []
    for prompt in prompts(vocabulary):
        tokens, gap = greedy(prompt, ANSWER, sure)
        if gap > sure:
            chosen.append({"prompt": prompt, "tokens": tokens, "gap": round(gap, 4)})
        if len(chosen) == PROMPTS:
            return chosen


def save(model, dtype, folder):
    """Saves `model` into `folder`, and returns it in float64, as it was saved."""
    model.to(dtype).save_pretrained(folder)
    return type(model).from_pretrained(folder, dtype=torch.float64).eval()


def finish(folder, manifest, weights, expected):
    """The package in `folder`, and what is expected of it beside it."""
    shutil.rmtree(folder, ignore_errors=True)
    manifest["limits"]["memory_bytes"] = 16 << 20
    package.write(folder, manifest, weights)
    (folder / manifest["weights"]).chmod(0o644)
    write_json(folder.with_suffix(".json"), expected)


def with_tokenizer(folder, manifest, tokenizer, max_bytes):
    """Has the package take texts."""
    manifest["input"] = {"dtype": "utf8", "shape": [max_bytes]}
    manifest["tokenizer"] = "tokenizer.json"
    manifest["files"].append("tokenizer.json")
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    keep_tokenizer(tokenizer, folder / "tokenizer.json")


def keep_tokenizer(tokenizer, path):
    """What transformers writes of `tokenizer`."""
    with tempfile.TemporaryDirectory() as saved:
        tokenizer.save_pretrained(saved)
        shutil.copyfile(pathlib.Path(saved) / "tokenizer.json", path)


def make_llama(saved):
    model = models.llama(31, 300, 16, 24, 2, 4, 2, base=500_000.0, head_dim=10)
    reference = save(model, torch.float32, saved)
    expected = answers(300, lambda *of: models.greedy(reference, *of), SURE)
    manifest = package.manifest("llama", package.llama_spec(model.config), "model.safetensors")
    finish(HERE / "saved" / "llama", manifest, saved / "model.safetensors", expected)


def make_qwen2(saved):
    tokenizer = words.qwen2(WORDS)
    model = models.qwen2(32, WORDS + 8, 32, 48, 2, 4, 2, base=1_000_000.0, tie_word_embeddings=True)
    reference = save(model, torch.bfloat16, saved)
    expected = []
    for text in words.TEXTS:
        prompt = tokenizer.encode(text, add_special_tokens=False)
        tokens, gap = models.greedy(reference, prompt, ANSWER, SURE)
        if gap > SURE:
            expected.append({"text": text, "prompt": prompt, "tokens": tokens, "gap": round(gap, 4)})
    folder = HERE / "saved" / "qwen2"
    manifest = package.manifest("llama", package.llama_spec(model.config), "model.safetensors")
    finish(folder, manifest, saved / "model.safetensors", expected)
    with_tokenizer(folder, manifest, tokenizer, 512)


def make_bert(saved):
    tokenizer = words.bert()
    model = models.bert(33, len(tokenizer), 24, 40, 3, 2, max_position_embeddings=32)
    reference = save(model, torch.float16, saved)
    texts = ["The sea.", "unbelievably, 1 dog and 2 dogs!", "CAFÉ caf\u00e9 cafe\u0301", "\u4e2d\u56fd a\u4e2d", "12 1.2?", ""]
    ids = lambda text: tokenizer.encode(text)
    expected = [{"text": text, "ids": ids(text), "values": models.embedding(reference, ids(text)).tolist()} for text in texts]
    folder = HERE / "saved" / "bert"
    manifest = package.manifest("bert", package.bert_spec(model.config), "model.safetensors")
    finish(folder, manifest, saved / "model.safetensors", expected)
    with_tokenizer(folder, manifest, tokenizer, 512)


def make_gguf(name, model, split, file_type, saved):
    """A file that llama.cpp has quantised, and what llama.cpp answers to it."""
    source, target = saved / "f32.gguf", saved / "model.gguf"
    converted.write(source, model, (*words.words(272), split))
    converted.quantise(source, target, file_type)
    peer = converted.Peer(target, 64)
    expected = answers(model.config.vocab_size, peer.greedy, SURE_OF_BLOCKS)
    spec = package.llama_spec(model.config)
    spec["rotary_rows"] = "neighbours" if converted.has_neighbours(model.config) else "halves"
    finish(HERE / "quantised" / name, package.manifest("llama", spec, "model.gguf"), target, expected)


def make_tokenizers():
    folder = HERE / "tokenizers"
    folder.mkdir(exist_ok=True)
    expected = {}
    for name, (build, _) in words.BYTE_LEVEL.items():
        tokenizer = build(WORDS)
        keep_tokenizer(tokenizer, folder / f"{name}.json")
        expected[name] = [tokenizer.encode(text, add_special_tokens=False) for text in words.TEXTS]
    write_json(HERE / "tokenizers.json", {"texts": words.TEXTS, "tokens": expected})


def main():
    for name in ("saved", "quantised"):
        (HERE / name).mkdir(exist_ok=True)
    for make in (make_llama, make_qwen2, make_bert):
        with tempfile.TemporaryDirectory() as saved:
            make(pathlib.Path(saved))
    of_llama = models.llama(34, 272, 256, 256, 1, 4, 1, head_dim=64, tie_word_embeddings=True)
    of_qwen2 = models.qwen2(35, 272, 64, 96, 2, 4, 2, tie_word_embeddings=True)
    for arguments in (("llama-q4_k_m", of_llama, "llama-bpe", "Q4_K_M"), ("qwen2-q8_0", of_qwen2, "qwen2", "Q8_0")):
        with tempfile.TemporaryDirectory() as saved:
            make_gguf(*arguments, pathlib.Path(saved))
    make_tokenizers()


if __name__ == "__main__":
    main()
