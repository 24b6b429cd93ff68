"""Trains two readers of handwritten digits in PyTorch and exports them to ONNX, one by each of its exporters.

    python3.11 -m venv /tmp/venv && /tmp/venv/bin/pip install --no-deps --require-hashes -r requirements.txt
    /tmp/venv/bin/python train.py

For each of them, a folder with model.onnx, golden-inputs.json and heldout.bin. README.md says how the packages are imported from these.
"""

import json
import pathlib

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

SEED = 0
PASSES = 40
HERE = pathlib.Path(__file__).parent


class LeNet(nn.Module):
    """Takes pixels of 0 to 16 as bytes. In functional calls, as many tutorials write them."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 3, padding=1)
        self.conv2 = nn.Conv2d(6, 16, 3, padding="same")
        self.dropout = nn.Dropout(0.25)
        self.fc1 = nn.Linear(64, 32)
        self.fc2 = nn.Linear(32, 10)

    def forward(self, pixels):
        x = pixels.float() / 16
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(x.size(0), -1)
        x = self.dropout(F.relu(self.fc1(x)))
        return F.softmax(self.fc2(x), dim=1)


def batchnorm():
    """Takes sixteenths of pixels as 32-bit floats."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.Conv2d(8, 16, 3, padding=1, bias=False),
        nn.ReLU(),
        nn.BatchNorm2d(16),
        nn.MaxPool2d(2),
        nn.Dropout2d(0.1),
        nn.Flatten(),
        nn.Linear(256, 10),
        nn.Softmax(dim=1),
    )


def split():
    """Pixels and labels: for training, then held out. A quarter of each digit is held out before anything else happens."""
    pixels, labels = load_digits(return_X_y=True)
    pixels = pixels.astype(np.uint8).reshape(-1, 1, 8, 8)
    return train_test_split(pixels, labels, test_size=0.25, random_state=SEED, stratify=labels)


def inputs(name, pixels):
    """What the model takes for these pixels."""
    return torch.tensor(pixels) if name == "lenet" else torch.tensor(pixels).float() / 16


def train(model, images, labels):
    optimiser = torch.optim.Adam(model.parameters(), lr=3e-3, weight_decay=1e-4)
    model.train()
    for _ in range(PASSES):
        for part in torch.randperm(len(images)).split(64):
            loss = F.nll_loss(torch.log(model(images[part]) + 1e-9), labels[part])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return model.eval()


def export(name, model, images, path):
    """With a free batch: lenet by the older exporter, through TorchScript; batchnorm by the one that PyTorch takes by default."""
    if name == "lenet":
        torch.onnx.export(
            model, (images[:1],), path, dynamo=False, opset_version=17, input_names=["pixels"], output_names=["probabilities"],
            dynamic_axes={"pixels": {0: "batch"}, "probabilities": {0: "batch"}},
        )
    else:
        # Two images, as one would make the batch a constant. Without external_data=False the weights lie in a second file.
        shapes = ({0: torch.export.Dim("batch")},)
        torch.onnx.export(model, (images[:2],), path, external_data=False, dynamic_shapes=shapes)
        without_metadata(path)


def without_metadata(path):
    """Drops what the exporter noted for debugging, as it holds paths of the machine that it ran on. No reader computes with it."""
    model = onnx.load(path)
    for noted in [model, model.graph, *model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output]:
        del noted.metadata_props[:]
    onnx.save(model, path)


def golden_inputs(pixels):
    """Five held-out digits, and three images that no scan gives: blank, full, and a ramp."""
    ramp = np.arange(64, dtype=np.uint8).reshape(1, 8, 8) % 17
    return np.stack([*pixels[:5], np.zeros_like(ramp), np.full_like(ramp, 16), ramp])


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    train_pixels, held_pixels, train_labels, held_labels = split()
    for name, make in [("lenet", LeNet), ("batchnorm", batchnorm)]:
        torch.manual_seed(SEED)
        train_images, held_images = inputs(name, train_pixels), inputs(name, held_pixels)
        model = train(make(), train_images, torch.tensor(train_labels))
        folder = HERE / name
        folder.mkdir(exist_ok=True)
        export(name, model, held_images, folder / "model.onnx")

        golden = inputs(name, golden_inputs(held_pixels)).numpy()
        vectors = [{"input": image.tobytes().hex()} for image in golden]
        (folder / "golden-inputs.json").write_text(json.dumps({"vectors": vectors}, indent=2) + "\n")

        with torch.no_grad():
            # One image after the other, as the engine answers them.
            held, seen = [torch.cat([model(image[None]) for image in images]).numpy() for images in (held_images, train_images)]
        (folder / "heldout.bin").write_bytes(
            b"".join(
                image.tobytes() + bytes([label]) + probabilities.astype("<f4").tobytes()
                for image, label, probabilities in zip(held_pixels, held_labels, held)
            )
        )
        right, of_training = int((held.argmax(1) == held_labels).sum()), int((seen.argmax(1) == train_labels).sum())
        print(f"{name}: {right} of {len(held_labels)} held-out right, {of_training} of {len(train_labels)} of training")


if __name__ == "__main__":
    main()
