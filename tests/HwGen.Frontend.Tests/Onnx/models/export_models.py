"""Writes the models of this folder and what PyTorch computes with them: python3 export_models.py FOLDER (PyTorch 1.13)."""
import json
import sys

import torch
from torch import nn

BATCH, STEPS, FEATURES, HIDDEN, CLASSES = 3, 5, 6, 8, 4


class Recurrent(nn.Module):
    """Read at the last step, at every step, or by its final state."""

    def __init__(self, kind, read, layers, batch_first):
        super().__init__()
        self.body = getattr(nn, kind)(FEATURES, HIDDEN, layers, batch_first=batch_first)
        self.head = nn.Linear(HIDDEN, CLASSES)
        self.read, self.batch_first = read, batch_first

    def forward(self, x):
        y, state = self.body(x)
        if self.read == "state":
            y = (state[0] if isinstance(state, tuple) else state)[-1]
        elif self.read == "last":
            y = y[:, -1] if self.batch_first else y[-1]
        return self.head(y)


class View(nn.Module):
    """Flattens as many scripts do."""

    def forward(self, x):
        return x.view(x.size(0), -1)


def convolutional():
    model = nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3), nn.BatchNorm2d(6),
        nn.ReLU(), nn.Dropout(0.5), nn.AvgPool2d(2), View(), nn.Linear(12, 10), nn.ReLU(), nn.Linear(10, CLASSES), nn.Softmax(1))
    for norm in model.modules():
        if isinstance(norm, nn.BatchNorm2d):
            nn.init.normal_(norm.running_mean)
            nn.init.uniform_(norm.running_var, 0.5, 2)
            nn.init.normal_(norm.weight)
            nn.init.normal_(norm.bias)
    return model


def main():
    torch.manual_seed(1)
    sequence, image = torch.randn(BATCH, STEPS, FEATURES), torch.randn(BATCH, 2, 12, 8)
    cases = {
        "lstm-last": (Recurrent("LSTM", "last", 2, True), sequence, 13, {0: "batch", 1: "steps"}),
        "lstm-state": (Recurrent("LSTM", "state", 2, True), sequence, 11, {0: "batch"}),
        "gru-state": (Recurrent("GRU", "state", 2, True), sequence, 16, None),
        "gru-steps": (Recurrent("GRU", "steps", 1, False), sequence.transpose(0, 1).contiguous(), 14, {0: "steps", 1: "batch"}),
        "cnn": (convolutional(), image, 13, {0: "batch"}),
    }
    outputs = {}
    for name, (model, x, opset, axes) in cases.items():
        model.eval()
        torch.onnx.export(model, x, f"{sys.argv[1]}/{name}.onnx", input_names=["x"], output_names=["y"],
                          opset_version=opset, dynamic_axes={"x": axes} if axes else None)
        outputs[name] = {"shape": list(x.shape), "x": [round(v, 9) for v in x.flatten().tolist()],
                         "y": [round(v, 9) for v in model(x).flatten().tolist()]}
    with open(f"{sys.argv[1]}/outputs.json", "w") as file:
        json.dump(outputs, file, indent=None, separators=(",", ":"))
        file.write("\n")


main()
