"""Compares the packages with scikit-learn and onnxruntime over all held-out rows.

    /tmp/venv/bin/python check.py ENGINE        the path of votive-engine

scikit-learn's predictions are those that train.py wrote beside the rows; onnxruntime runs model.onnx. Fails if one prediction differs.
"""

import json
import pathlib
import subprocess
import sys

import numpy as np
import onnxruntime

HERE = pathlib.Path(__file__).parent


def held_out(folder, columns):
    """Rows, labels, and what scikit-learn predicted."""
    row = np.dtype([("values", "<f4", (columns,)), ("label", "u1"), ("predicted", "u1")])
    lines = np.fromfile(folder / "heldout.bin", dtype=row)
    return lines["values"], lines["label"], lines["predicted"]


def by_onnxruntime(folder, rows):
    """Labels and probabilities."""
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    labels, probabilities = session.run(None, {session.get_inputs()[0].name: rows})
    # ZipMap gives a map for each row.
    if isinstance(probabilities, list):
        probabilities = [[row[label] for label in sorted(row)] for row in probabilities]
    return labels, np.asarray(probabilities)


def by_engine(engine, folder, rows):
    """Labels by their place in the manifest, and probabilities."""
    labels = json.loads((folder / "package/manifest.json").read_text())["output"]["labels"]
    guesses, probabilities = [], []
    for row in rows:
        command = [engine, "run", str(folder / "package"), "--input-hex", row.tobytes().hex(), "--json"]
        report = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        guesses.append(labels.index(report["label"]))
        probabilities.append(np.frombuffer(bytes.fromhex(report["output"][2:]), dtype="<f4"))
    return np.asarray(guesses), np.asarray(probabilities)


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    wrong = 0
    for name, columns in [("iris", 4), ("wine", 13)]:
        rows, labels, by_sklearn = held_out(HERE / name, columns)
        source, source_probabilities = by_onnxruntime(HERE / name, rows)
        guesses, probabilities = by_engine(sys.argv[1], HERE / name, rows)
        difference = np.abs(probabilities - source_probabilities).max()
        as_sklearn, as_source = int((guesses == by_sklearn).sum()), int((guesses == source).sum())
        print(
            f"{name}: of {len(rows)} held-out rows, {int((guesses == labels).sum())} right; as scikit-learn {as_sklearn}, "
            f"as onnxruntime {as_source}; largest difference of a probability {difference:.1e}"
        )
        wrong += 2 * len(rows) - as_sklearn - as_source
    if wrong:
        raise SystemExit(f"{wrong} predictions differ from their source")


if __name__ == "__main__":
    main()
