"""Writes the figures of lightly's VICReg or NNCLR in float64 with the signs of some ReLU inputs flipped.

    python bench/peer/relu_edge.py REFERENCE.json OUT.json

Where an input of a ReLU is smaller than the float32 error there (PyTorch's own: 1.4e-6, root mean square), a genuine float32
run may find the other sign. This script trains the reference's model again, first unchanged, which must reproduce the
reference's figures, and then with the sign of each such input flipped, and with that of each one to which the flipped run
leads later. It prints the inputs. In NNCLR's prediction head, whose batch norm divides by small deviations, PyTorch's float32
error is 8.6e-6 (root mean square, up to 3.8e-5).
"""
import json
import math
import sys
import zlib

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

EDGE_BELOW = {"backbone": 1.2e-6, "projection_head": 1.2e-6, "prediction_head": 1.5e-5}


def fill(name, shape, seed, bound):
    """The rule that generates all values of the references."""
    mask = 0xFFFFFFFF
    key = (seed + zlib.crc32(name.encode())) & mask
    x = (np.arange(int(np.prod(shape)), dtype=np.uint64) + ((key * 0x9E3779B1) & mask)) & mask
    x ^= x >> np.uint64(16)
    x = (x * 0x21F0AAAD) & mask
    x ^= x >> np.uint64(15)
    x = (x * 0x735A2D97) & mask
    x ^= x >> np.uint64(15)
    return ((2 * (x.astype(np.float64) / 2**32) - 1) * bound).astype(np.float32).reshape(shape)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride > 1 or inputs != outputs:
            conv = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(outputs))
        self.relu2 = nn.ReLU()

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu2(y + (x if self.downsample is None else self.downsample(x)))


def head(*layers):
    module = nn.Module()
    module.layers = nn.Sequential(*layers)
    return module


def hidden(inputs, outputs):
    return nn.Linear(inputs, outputs, bias=False), nn.BatchNorm1d(outputs), nn.ReLU()


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
        inputs = 64
        for stage, outputs in enumerate([64, 128, 256, 512]):
            layers.append(nn.Sequential(Block(inputs, outputs, min(stage, 1) + 1), Block(outputs, outputs, 1)))
            inputs = outputs
        self.backbone = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1))

    def features(self, x):
        return self.backbone(x).flatten(1)


class VICReg(Model):
    def __init__(self, spec):
        super().__init__()
        self.projection_head = head(*hidden(512, 512), nn.Linear(512, 256))

    def loss(self, first, second):
        a, b = (self.projection_head.layers(self.features(x)) for x in (first, second))
        invariance = F.mse_loss(a, b)
        a, b = a - a.mean(0), b - b.mean(0)
        variance = sum(F.relu(1 - torch.sqrt(x.var(0) + 1e-4)).mean() for x in (a, b)) / 2
        covariance = 0
        for x in (a, b):
            products = x.T @ x / (len(x) - 1)
            covariance += (products.square().sum() - products.diagonal().square().sum()) / x.shape[1]
        return 25 * invariance + 25 * variance + covariance


class NNCLR(Model):
    def __init__(self, spec):
        super().__init__()
        last = (nn.Linear(512, 128, bias=False), nn.BatchNorm1d(128))
        self.projection_head = head(*hidden(512, 512), *hidden(512, 512), *last)
        self.prediction_head = head(*hidden(128, 512), nn.Linear(512, 128))
        self.register_buffer("bank", torch.zeros(spec["bank"], 128))
        self.place = 0
        self.temperature = spec["temperature"]

    def nearest(self, z):
        similarities = F.normalize(z, dim=1) @ F.normalize(self.bank, dim=1).T
        return self.bank[similarities.argmax(1)]

    def push(self, z):
        taken = z.detach()[: len(self.bank) - self.place]
        self.bank[self.place : self.place + len(taken)] = taken
        self.place = self.place + len(z) if self.place + len(z) < len(self.bank) else 0

    def contrast(self, a, b):
        rows = F.normalize(torch.cat([a, b]), dim=1)
        logits = (rows @ rows.T / self.temperature).fill_diagonal_(-math.inf)
        return F.cross_entropy(logits, torch.arange(len(rows)).roll(len(a)))

    def loss(self, first, second):
        z = [self.projection_head.layers(self.features(x)) for x in (first, second)]
        p = [self.prediction_head.layers(x) for x in z]
        near = [self.nearest(x.detach()) for x in z]
        self.push(z[1])
        return (self.contrast(near[0], p[1]) + self.contrast(near[1], p[0])) / 2


METHODS = {"vicreg": VICReg, "nnclr": NNCLR}


def initial(reference):
    seed = reference["spec"]["seed"]
    for name, shape in reference["stateDict"].items():
        if name.endswith("num_batches_tracked"):
            yield name, torch.tensor(0)
        elif name == "bank":
            yield name, F.normalize(torch.tensor(fill(name, shape, seed, 1)), dim=1)
        elif len(shape) == 4:
            yield name, torch.tensor(fill(name, shape, seed, math.sqrt(6 / (shape[1] * shape[2] * shape[3]))))
        elif len(shape) == 2:
            yield name, torch.tensor(fill(name, shape, seed, math.sqrt(1 / shape[1])))
        elif name.endswith(".bias") and len(reference["stateDict"][name.replace("bias", "weight")]) == 2:
            yield name, torch.tensor(fill(name, shape, seed, 0.125))
        else:
            is_one = name.endswith((".weight", "running_var"))
            yield name, torch.ones(shape) if is_one else torch.zeros(shape)


def views(spec):
    shape = (spec["batch"], 3, spec["size"], spec["size"])
    coarse = fill("coarse", (spec["batch"], 3, 4, 4), spec["seed"], 1)
    for axis in (2, 3):
        coarse = np.repeat(coarse, spec["size"] // 4, axis)
    return [torch.tensor(coarse + fill(f"view{v}", shape, spec["seed"], 0.25)).double() for v in range(2)]


def train(reference, flipped=()):
    """Trains the model; returns its figures, and the inputs of ReLUs that are close to 0."""
    spec = reference["spec"]
    model = METHODS[spec["method"]](spec)
    model.load_state_dict(dict(initial(reference)))
    model.double().train()
    calls, edges = {}, []

    def watch(name):
        def before(module, inputs):
            (x,) = inputs
            if not module.training:
                return None
            call = calls[name] = calls.get(name, -1) + 1
            values = x.detach().flatten()
            place = {"step": call // 2, "view": call % 2, "relu": name}
            for at in (values.abs() < EDGE_BELOW[name.split(".")[0]]).nonzero().flatten().tolist():
                edges.append({**place, "element": at, "input": values[at].item()})
            change = torch.zeros_like(values)
            for edge in flipped:
                if place.items() <= edge.items():
                    change[edge["element"]] = -2 * edge["input"]
            return (x + change.view_as(x),)

        return before

    for name, module in model.named_modules():
        if isinstance(module, nn.ReLU):
            module.register_forward_pre_hook(watch(name))
    optimizer = torch.optim.SGD(
        model.parameters(), lr=spec["lr"], momentum=spec["momentum"], weight_decay=spec["wd"]
    )
    first, second = views(spec)
    losses, norms = [], []
    for _ in range(spec["steps"]):
        optimizer.zero_grad()
        loss = model.loss(first, second)
        loss.backward()
        losses.append(loss.item())
        norms.append(math.sqrt(sum(p.grad.square().sum().item() for p in model.parameters())))
        optimizer.step()
    final = {name: [v.double().sum().item(), v.double().norm().item()] for name, v in model.state_dict().items()}
    model.eval()
    with torch.no_grad():
        features = model.features(first)[0, :16].tolist()
    return {"loss": losses, "gradNorm": norms, "final": final, "evalFeatures": features}, edges


def main():
    with open(sys.argv[1]) as file:
        reference = json.load(file)
    plain, edges = train(reference)
    for name, wanted in reference["truth"]["final"].items():
        assert np.allclose(plain["final"][name], wanted, rtol=1e-9, atol=1e-9), name
    sides = [{"edges": list(flipped), "truth": truth} for flipped, truth in sides_of(reference, (), plain, edges)]
    for side in sides:
        print(json.dumps(side["edges"]))
    with open(sys.argv[2], "w") as file:
        json.dump({"spec": reference["spec"], "sides": sides}, file)


def sides_of(reference, flipped, figures_before, edges):
    """Yields the runs that one more flip changes (max pooling hides some), and those to which each of them leads."""
    for edge in edges:
        both = (*flipped, edge)
        figures, found = train(reference, both)
        if figures == figures_before:
            continue
        yield both, figures
        later = [other for other in found if other["step"] > edge["step"]]
        yield from sides_of(reference, both, figures, later)


main()
