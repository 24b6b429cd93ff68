"""Trains two classifiers of scikit-learn's bundled tables and exports them to ONNX.

    python3.11 -m venv /tmp/venv && /tmp/venv/bin/pip install --no-deps --require-hashes -r requirements.txt
    /tmp/venv/bin/python train.py

For each of them, a folder with model.onnx, golden-inputs.json and heldout.bin. README.md says how the packages are imported from these.
"""

import json
import pathlib

import numpy as np
from skl2onnx import to_onnx
from sklearn.datasets import load_iris, load_wine
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

SEED = 0
HERE = pathlib.Path(__file__).parent

# Name, table, hidden values, and whether the exporter ends in ZipMap, its default, or in a tensor.
MODELS = [("iris", load_iris, 16, True), ("wine", load_wine, 32, False)]


def split(load):
    """Rows and labels: for training, then held out. A quarter of each label is held out before anything else happens."""
    rows, labels = load(return_X_y=True)
    # As requests carry them, so that scikit-learn, onnxruntime and the engine are asked the same.
    rows = rows.astype(np.float32)
    return train_test_split(rows, labels, test_size=0.25, random_state=SEED, stratify=labels)


def train(rows, labels, hidden):
    model = make_pipeline(
        StandardScaler(), MLPClassifier((hidden,), solver="lbfgs", alpha=1.0, max_iter=1000, random_state=SEED)
    )
    # One thread, so that sums are taken in one order on this machine.
    with threadpool_limits(1):
        return model.fit(rows, labels)


def golden_inputs(rows):
    """Five held-out rows, and three that no flower or bottle gives: zeros, the least and the most of each column."""
    return [*rows[:5], np.zeros_like(rows[0]), rows.min(axis=0), rows.max(axis=0)]


def main():
    for name, load, hidden, zipmap in MODELS:
        train_rows, held_rows, train_labels, held_labels = split(load)
        model = train(train_rows, train_labels, hidden)
        folder = HERE / name
        folder.mkdir(exist_ok=True)
        exported = to_onnx(model, train_rows[:1], options={"zipmap": zipmap})
        (folder / "model.onnx").write_bytes(exported.SerializeToString())

        vectors = [{"input": row.astype("<f4").tobytes().hex()} for row in golden_inputs(held_rows)]
        (folder / "golden-inputs.json").write_text(json.dumps({"vectors": vectors}, indent=2) + "\n")

        predicted = model.predict(held_rows)
        lines = zip(held_rows, held_labels, predicted)
        (folder / "heldout.bin").write_bytes(
            b"".join(row.astype("<f4").tobytes() + bytes([label, guess]) for row, label, guess in lines)
        )
        right, seen = int((predicted == held_labels).sum()), int((model.predict(train_rows) == train_labels).sum())
        print(f"{name}: {right} of {len(held_labels)} held-out right, {seen} of {len(train_labels)} of training")


if __name__ == "__main__":
    main()
