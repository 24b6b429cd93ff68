"""Trains the digits model and writes its package.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install -r requirements.txt
    /tmp/venv/bin/python train.py
    votive-engine pack --golden package

The images are scikit-learn's bundled copy of the UCI set "Optical Recognition of Handwritten Digits": 1,797 images of
8 x 8 pixels, each 0 to 16. A quarter is held out before anything else happens. The size of the hidden layer and the
weight decay were chosen by validation inside the other three quarters.
"""

import json
import pathlib

import numpy as np
from safetensors.numpy import save_file
from sklearn.datasets import load_digits
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

SEED = 0
HIDDEN = 128
SCALE = 1 / 16  # exact in binary floating point
HERE = pathlib.Path(__file__).parent
PACKAGE = HERE / "package"


def split():
    """Pixels and labels: for training, then held out."""
    pixels, labels = load_digits(return_X_y=True)
    pixels = pixels.astype(np.uint8)
    return train_test_split(pixels, labels, test_size=0.25, random_state=SEED, stratify=labels)


def train(pixels, labels):
    """The weights, as float32, each [outputs, inputs]."""
    model = MLPClassifier(
        (HIDDEN,), alpha=0.01, batch_size=64, learning_rate_init=2e-3, max_iter=200, tol=0, n_iter_no_change=200,
        random_state=SEED,
    )
    # One thread, so that sums are taken in one order on this machine.
    with threadpool_limits(1):
        model.fit(pixels * SCALE, labels)
    tensors = {}
    for number, (weight, bias) in enumerate(zip(model.coefs_, model.intercepts_), start=1):
        tensors[f"fc{number}.weight"] = np.ascontiguousarray(weight.T, dtype=np.float32)
        tensors[f"fc{number}.bias"] = bias.astype(np.float32)
    return tensors


def predict(tensors, pixels):
    """The classes by numpy, near enough to the engine's to compare the two."""
    x = pixels.astype(np.float32) * np.float32(SCALE)
    x = np.maximum(x @ tensors["fc1.weight"].T + tensors["fc1.bias"], 0)
    return (x @ tensors["fc2.weight"].T + tensors["fc2.bias"]).argmax(axis=1)


def manifest():
    layers = [
        {"type": "linear", "weight": "fc1.weight", "bias": "fc1.bias"},
        {"type": "relu"},
        {"type": "linear", "weight": "fc2.weight", "bias": "fc2.bias"},
        {"type": "softmax"},
    ]
    return {
        "format": 1,
        "name": "digits",
        "task": "image-classification",
        "licence": "Apache-2.0",
        "architecture": "mlp",
        "kernel_spec": 1,
        "input": {"dtype": "u8", "shape": [64], "scale": SCALE},
        "output": {"dtype": "f32", "shape": [10], "labels": [str(digit) for digit in range(10)]},
        "layers": layers,
        "weights": "model.safetensors",
        "golden": "golden.json",
        "files": ["golden.json", "model.safetensors"],
        "limits": {"memory_bytes": 1 << 20},
    }


def golden_inputs(pixels):
    """Five held-out digits, and three images that no scan gives: blank, full, and a ramp over all of a byte's range."""
    return [*pixels[:5], np.zeros(64), np.full(64, 16), np.arange(64) * 4 + 3]


def write_json(path, value, indent=2):
    path.write_text(json.dumps(value, indent=indent) + "\n")


def main():
    train_pixels, held_pixels, train_labels, held_labels = split()
    tensors = train(train_pixels, train_labels)
    PACKAGE.mkdir(exist_ok=True)
    save_file(tensors, PACKAGE / "model.safetensors")
    (PACKAGE / "model.safetensors").chmod(0o644)
    write_json(PACKAGE / "manifest.json", manifest())
    inputs = [np.asarray(pixels, dtype=np.uint8).tobytes().hex() for pixels in golden_inputs(held_pixels)]
    write_json(PACKAGE / "golden.json", {"vectors": [{"input": pixels} for pixels in inputs]})

    # 64 pixels and the label a row.
    rows = np.column_stack([held_pixels, held_labels]).astype(np.uint8)
    (HERE / "heldout.bin").write_bytes(rows.tobytes())
    first = [int(np.flatnonzero(held_labels == digit)[0]) for digit in range(10)]
    samples = [{"label": digit, "pixels": held_pixels[row].tolist()} for digit, row in enumerate(first)]
    lines = ",\n".join(f"  {json.dumps(sample)}" for sample in samples)
    (HERE / "samples.json").write_text(f"[\n{lines}\n]\n")

    for name, pixels, labels in [("training", train_pixels, train_labels), ("held-out", held_pixels, held_labels)]:
        right = int((predict(tensors, pixels) == labels).sum())
        print(f"{name}: {right} of {len(labels)} right, {right / len(labels):.2%}")
    print(confusion_matrix(held_labels, predict(tensors, held_pixels)))


if __name__ == "__main__":
    main()
