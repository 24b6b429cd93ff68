"""Packs the trained weights as int8.

    /tmp/venv/bin/python build.py trained
    votive-engine pack package --golden

A matrix has one scale for each output, the embedding, which is the head too, for each token: its largest absolute value over
127; a weight becomes the nearest integer of these steps, ties to even. Norms stay in f32.
"""

import json
import pathlib
import shutil
import sys

import numpy as np
from safetensors.numpy import load_file, save_file

import model

HERE = pathlib.Path(__file__).parent
PACKAGE = HERE / "package"
MAX_PROMPT_BYTES = 512
MAX_ANSWER_TOKENS = 128
END = 0


def pack(tensors):
    """The tensors of the package from the trained ones."""
    packed = {}
    for name, tensor in tensors.items():
        if tensor.ndim == 1:
            packed[name] = tensor
            continue
        scales = np.abs(tensor).max(axis=1) / np.float32(127)
        packed[name] = np.rint(tensor / scales[:, None]).astype(np.int8)
        packed[name.removesuffix(".weight") + ".scales"] = scales
    return packed


def manifest():
    llama = {
        "vocabulary": model.VOCABULARY,
        "hidden": model.HIDDEN,
        "intermediate": model.INTERMEDIATE,
        "layers": model.LAYERS,
        "heads": model.HEADS,
        "key_value_heads": model.KEY_VALUE_HEADS,
        "max_tokens": model.MAX_TOKENS,
        "rotary_base": model.ROPE_BASE,
        "epsilon": model.EPSILON,
        "tied_head": True,
        "begin_token": END,
        "stop_tokens": [END],
    }
    return {
        "format": 1,
        "name": "tiny-llama",
        "task": "text-generation",
        "licence": "Apache-2.0",
        "architecture": "llama",
        "kernel_spec": 1,
        "input": {"dtype": "utf8", "shape": [MAX_PROMPT_BYTES]},
        "output": {"dtype": "u32", "shape": [MAX_ANSWER_TOKENS]},
        "llama": llama,
        "tokenizer": "tokenizer.json",
        "weights": "model.safetensors",
        "golden": "golden.json",
        "files": ["golden.json", "model.safetensors", "tokenizer.json"],
        "limits": {"memory_bytes": 32 << 20},
    }


def golden():
    """The golden vectors before they have digests, from prompts.json."""
    prompts = json.loads((HERE / "prompts.json").read_text())
    return {"vectors": [{"input": each.pop("prompt").encode().hex(), "parameters": each} for each in prompts]}


def write_json(name, value):
    (PACKAGE / name).write_text(json.dumps(value, indent=2) + "\n")


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    trained = pathlib.Path(sys.argv[1])
    PACKAGE.mkdir(exist_ok=True)
    save_file(pack(load_file(trained / "model.safetensors")), PACKAGE / "model.safetensors")
    (PACKAGE / "model.safetensors").chmod(0o644)
    shutil.copyfile(trained / "tokenizer.json", PACKAGE / "tokenizer.json")
    write_json("manifest.json", manifest())
    write_json("golden.json", golden())
    print(f"built {PACKAGE}; now: votive-engine pack {PACKAGE} --golden")


if __name__ == "__main__":
    main()
