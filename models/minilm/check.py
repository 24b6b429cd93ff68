"""Compares the engine's embeddings with two others, over the golden texts and the sentences of sentences.json.

    /tmp/venv/bin/python check.py ENGINE [--int8]       ENGINE is the path of votive-engine

The two are published.safetensors, which published.py has from the model as it was published, and the forward pass in float64 of
reference.py. Fails if a cosine with either is further than 1e-5 from 1; of the int8 package, if the mean of the cosines is below
0.995.
"""

import argparse
import json
import subprocess

import numpy as np
from safetensors.numpy import load_file

from build import HERE, PACKAGE, PACKAGE_INT8
from reference import Reference, token_ids

PUBLISHED = HERE / "published.safetensors"
TOLERANCE = 1e-5
LEAST_MEAN_INT8 = 0.995


def texts():
    """Every text that is compared, the golden ones first."""
    return [text for name in ["texts.json", "sentences.json"] for text in json.loads((HERE / name).read_text())]


def answer(engine, package, text):
    """The engine's embedding of `text`."""
    command = [engine, "run", str(package), "--input-text", text, "--json"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    if report["code"] != "complete":
        raise SystemExit(f"the engine answers {report['code']} to {text!r}")
    return np.frombuffer(bytes.fromhex(report["output"][2:]), dtype="<f4").astype(np.float64)


def cosine(left, right):
    return left @ right / np.linalg.norm(left) / np.linalg.norm(right)


def cosines(engine, package):
    """For each text the cosines of its embedding with the published one's and with float64's, printed."""
    reference, published = Reference(), load_file(PUBLISHED)["embeddings"].astype(np.float64)
    for text, ids, theirs in zip(texts(), token_ids(texts()), published, strict=True):
        ours = answer(engine, package, text)
        both = [cosine(ours, expected) for expected in (theirs, reference.embedding(ids))]
        print(f"{len(ids):4} tokens  1 - cosine {1 - both[0]:8.1e} published {1 - both[1]:8.1e} float64  {text[:40]!r}")
        yield both


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("engine", help="the path of votive-engine")
    parser.add_argument("--int8", action="store_true", help="compare the package that build.py --int8 builds")
    arguments = parser.parse_args()
    found = np.array(list(cosines(arguments.engine, PACKAGE_INT8 if arguments.int8 else PACKAGE)))
    mean, worst = found.mean(axis=0).min(), np.abs(1 - found).max()
    print(f"mean cosine {mean:.5f}, furthest from 1 by {worst:.1e}, of {len(found)} texts")
    if arguments.int8 and not mean >= LEAST_MEAN_INT8:
        raise SystemExit(f"the mean cosine is {mean}; {LEAST_MEAN_INT8} is the least")
    if not arguments.int8 and not worst <= TOLERANCE:
        raise SystemExit(f"a cosine is {worst} from 1; {TOLERANCE} is allowed")


if __name__ == "__main__":
    main()
