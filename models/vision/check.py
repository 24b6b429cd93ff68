"""Compares the packages with PyTorch and onnxruntime over all held-out digits.

    /tmp/venv/bin/python check.py ENGINE        the path of votive-engine

PyTorch's probabilities are those that train.py wrote beside the digits; onnxruntime runs model.onnx. Fails if one prediction differs.
"""

import json
import pathlib
import subprocess
import sys

import numpy as np
import onnxruntime

HERE = pathlib.Path(__file__).parent


def held_out(name):
    """What the model takes, labels, and PyTorch's probabilities."""
    row = np.dtype([("pixels", "u1", (1, 8, 8)), ("label", "u1"), ("probabilities", "<f4", (10,))])
    lines = np.fromfile(HERE / name / "heldout.bin", dtype=row)
    images = lines["pixels"] if name == "lenet" else lines["pixels"].astype(np.float32) / 16
    return images, lines["label"], lines["probabilities"]


def by_onnxruntime(name, images):
    session = onnxruntime.InferenceSession(HERE / name / "model.onnx", providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: images})[0]


def by_engine(engine, name, images):
    probabilities = []
    for image in images:
        command = [engine, "run", str(HERE / name / "package"), "--input-hex", image.tobytes().hex(), "--json"]
        report = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        probabilities.append(np.frombuffer(bytes.fromhex(report["output"][2:]), dtype="<f4"))
    return np.asarray(probabilities)


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    wrong = 0
    for name in ["lenet", "batchnorm"]:
        images, labels, by_pytorch = held_out(name)
        ours = by_engine(sys.argv[1], name, images)
        print(f"{name}: of {len(labels)} held-out digits, {int((ours.argmax(1) == labels).sum())} right")
        for source, theirs in [("PyTorch", by_pytorch), ("onnxruntime", by_onnxruntime(name, images))]:
            same = int((ours.argmax(1) == theirs.argmax(1)).sum())
            print(f"  as {source} {same}; largest difference of a probability {np.abs(ours - theirs).max():.1e}")
            wrong += len(labels) - same
    if wrong:
        raise SystemExit(f"{wrong} predictions differ from their source")


if __name__ == "__main__":
    main()
