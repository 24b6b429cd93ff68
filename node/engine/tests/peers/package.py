"""Packages of the engine from what other libraries have saved, and the engine's answers."""

import json
import shutil
import subprocess

import numpy as np

MAX_TOKENS = 192
MAX_PROMPT = 96
MAX_ANSWER = 64


def llama_spec(config):
    """The manifest's `llama` of a configuration of transformers."""
    spec = {
        "vocabulary": config.vocab_size,
        "hidden": config.hidden_size,
        "intermediate": config.intermediate_size,
        "layers": config.num_hidden_layers,
        "heads": config.num_attention_heads,
        "key_value_heads": config.num_key_value_heads,
        "max_tokens": MAX_TOKENS,
        "rotary_base": config.rope_parameters["rope_theta"],
        "epsilon": config.rms_norm_eps,
        "tied_head": config.tie_word_embeddings,
        "attention_biases": config.model_type == "qwen2",
    }
    head_size = getattr(config, "head_dim", None)
    if head_size and head_size * config.num_attention_heads != config.hidden_size:
        spec["head_size"] = head_size
    return spec


def bert_spec(config):
    """The manifest's `bert` of a configuration of transformers."""
    return {
        "hidden": config.hidden_size,
        "layers": config.num_hidden_layers,
        "heads": config.num_attention_heads,
        "intermediate": config.intermediate_size,
        "vocabulary": config.vocab_size,
        "max_positions": config.max_position_embeddings,
        "token_types": config.type_vocab_size,
        "max_tokens": config.max_position_embeddings,
        "epsilon": config.layer_norm_eps,
        "pooling": "mean",
        "normalise": True,
    }


def manifest(architecture, spec, weights):
    generates = architecture == "llama"
    output = {"dtype": "u32", "shape": [MAX_ANSWER]} if generates else {"dtype": "f32", "shape": [spec["hidden"]]}
    return {
        "format": 1,
        "name": "peer",
        "task": "text-generation" if generates else "sentence-similarity",
        "licence": "Apache-2.0",
        "architecture": architecture,
        "kernel_spec": 1,
        "input": {"dtype": "u32", "shape": [MAX_PROMPT if generates else spec["max_tokens"]]},
        "output": output,
        architecture: spec,
        "weights": weights,
        "golden": "golden.json",
        "files": ["golden.json", weights],
        "limits": {"memory_bytes": 1 << 30},
    }


def write(folder, manifest, weights):
    """A package in `folder` of a manifest and the file of its weights."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(weights, folder / manifest["weights"])
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    (folder / "golden.json").write_text(json.dumps({"vectors": [{"input": "00000000"}]}) + "\n")


def ask(engine, folder, ids, units=1):
    """The bytes that the engine answers to `ids`, and the hash of their trace."""
    given = np.asarray(ids, "<u4").tobytes().hex()
    command = [engine, "run", str(folder), "--input-hex", given, "--max-units", str(units), "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(f"the engine refuses {folder}: {ran.stderr}")
    report = json.loads(ran.stdout)
    if report["code"] != "complete":
        raise SystemExit(f"the engine answers {report['code']} to {list(ids)} of {folder}")
    return bytes.fromhex(report["output"][2:]), report["trace"][2:]
