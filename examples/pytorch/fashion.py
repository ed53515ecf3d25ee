"""Trains an LSTM, a GRU and a CNN on Fashion-MNIST in PyTorch 1.13; writes fashion.npz, lstm.onnx, gru.onnx and cnn.onnx.

python3 fashion.py FOLDER [TRAINING_PICTURES [TEST_PICTURES [EPOCHS]]]
"""
import gzip
import sys
from pathlib import Path

import numpy
import torch
from torch import nn

SOURCE = Path("/usr/share/datasets/fashion-mnist")      # Debian's dataset-fashion-mnist


def read(name, dimensions):
    """An IDX file of bytes; its header is 4 bytes and 4 a dimension."""
    raw = gzip.decompress((SOURCE / f"{name}.gz").read_bytes())
    shape = numpy.frombuffer(raw, ">i4", dimensions, 4)
    return numpy.frombuffer(raw, numpy.uint8, offset=4 + 4 * dimensions).reshape(shape)


class Recurrent(nn.Module):
    """A row of the picture a step; the last step decides."""

    def __init__(self, body):
        super().__init__()
        self.body = body
        self.head = nn.Linear(body.hidden_size, 10)

    def forward(self, x):
        y, _ = self.body(x)
        return self.head(y[:, -1])


def convolutional():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 7 * 7, 128), nn.ReLU(), nn.Linear(128, 10))


def train(name, model, x, y, epochs):
    optimizer = torch.optim.Adam(model.parameters(), 0.002)
    for epoch in range(epochs):
        if epoch == epochs - 2:
            optimizer.param_groups[0]["lr"] = 0.0005
        model.train()
        total = 0.0
        for batch in torch.randperm(len(x)).split(64):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            total += loss.item() * len(batch)
        print(f"{name}: epoch {epoch + 1} of {epochs}, loss {total / len(x):.4f}", flush=True)


def main():
    folder = Path(sys.argv[1])
    training, test, epochs = (int(a) for a in sys.argv[2:] + ["12000", "4000", "8"][len(sys.argv) - 2:])
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {
        "x_train": read("train-images-idx3-ubyte", 3)[:training], "y_train": read("train-labels-idx1-ubyte", 1)[:training],
        "x_test": read("t10k-images-idx3-ubyte", 3)[:test], "y_test": read("t10k-labels-idx1-ubyte", 1)[:test],
    }
    numpy.savez_compressed(folder / "fashion.npz", **arrays)

    # hwgen divides bytes by 255, too.
    x, t = (torch.from_numpy(arrays[k].astype(numpy.float32) / 255) for k in ("x_train", "x_test"))
    y, u = (torch.from_numpy(arrays[k].astype(numpy.int64)) for k in ("y_train", "y_test"))
    torch.manual_seed(1)
    cases = {
        "lstm": (Recurrent(nn.LSTM(28, 64, num_layers=2, batch_first=True)), lambda p: p, {0: "batch", 1: "steps"}),
        "gru": (Recurrent(nn.GRU(28, 96, batch_first=True)), lambda p: p, {0: "batch", 1: "steps"}),
        "cnn": (convolutional(), lambda p: p[:, None], {0: "batch"}),
    }
    for name, (model, view, axes) in cases.items():
        train(name, model, view(x), y, epochs)
        model.eval()
        with torch.no_grad():
            right = sum((model(view(t[i:i + 500])).argmax(1) == u[i:i + 500]).sum().item() for i in range(0, test, 500))
        print(f"{name}: {100 * right / test:.2f} % of {test} test pictures", flush=True)
        torch.onnx.export(model, view(t[:1]), str(folder / f"{name}.onnx"), input_names=["x"], opset_version=16, dynamic_axes={"x": axes})


main()
