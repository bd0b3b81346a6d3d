"""Records the outputs of timm's vision transformers in float64, with weights by the rule of bench/parity/generate.ts, in test/nn/data:

    python3 bench/peer/vision_transformers.py test/nn/data/vision-transformers.json
"""

import json
import math
import sys
import zlib

import numpy
import torchvision_without_cuda  # noqa: F401
import timm
import torch
from timm.layers.pos_embed import resample_abs_pos_embed

torch.set_default_dtype(torch.float64)


def fill(name, shape, seed, bound):
    with numpy.errstate(over="ignore"):
        key = numpy.uint32((seed + zlib.crc32(name.encode())) % 2**32)
        x = numpy.arange(math.prod(shape), dtype=numpy.uint32) + key * numpy.uint32(0x9E3779B1)
        x ^= x >> numpy.uint32(16)
        x *= numpy.uint32(0x21F0AAAD)
        x ^= x >> numpy.uint32(15)
        x *= numpy.uint32(0x735A2D97)
        x ^= x >> numpy.uint32(15)
    values = ((2 * (x / 2**32) - 1) * bound).astype(numpy.float32)
    return torch.from_numpy(values.astype(numpy.float64)).reshape(shape)


def bound_of(name, shape):
    if len(shape) == 4:
        return math.sqrt(6 / math.prod(shape[1:]))
    if len(shape) == 2:
        return math.sqrt(1 / shape[1])
    if len(shape) == 3:
        return 0.5
    return 0.125 if name.endswith("bias") and "norm" not in name else None


def named(model):
    return [f"{name} [{', '.join(map(str, value.shape))}]" for name, value in model.state_dict().items()]


def summary(tensor):
    return [tensor.sum().item(), tensor.norm().item()]


def run(height, width):
    model = timm.create_model("vit_tiny_patch16_224", num_classes=0, dynamic_img_size=True)
    for name, parameter in model.named_parameters():
        bound = bound_of(name, parameter.shape)
        if bound is not None:
            parameter.data = fill(name, parameter.shape, 1, bound)
        else:
            parameter.data = torch.full_like(parameter, 1.0 if name.endswith("weight") else 0.0)
    features = model(fill("images", (2, 3, height, width), 1, 1))
    (features * fill("gradient", (2, 192), 1, 1)).sum().backward()
    return {
        "height": height,
        "width": width,
        "features": summary(features),
        "first": features[1, :8].tolist(),
        "gradients": {name: summary(parameter.grad) for name, parameter in model.named_parameters()},
    }


def resampled(old, new):
    embedding = fill("positions", (1, 1 + old * old, 2), 1, 1)
    moved = resample_abs_pos_embed(embedding, list(new))
    return {"from": old, "to": list(new), "values": [round(value, 8) for value in moved.flatten().tolist()]}


names = {size: named(timm.create_model(f"vit_{size}_patch16_224")) for size in ("tiny", "small", "base")}
with open(sys.argv[1], "w") as file:
    json.dump(
        {
            "source": "timm 1.0.31 on PyTorch 2.13 in float64",
            "names": names,
            "runs": [run(224, 224), run(96, 96), run(64, 96)],
            "resampled": [resampled(14, (6, 6)), resampled(4, (7, 5)), resampled(3, (3, 9)), resampled(5, (1, 2))],
        },
        file,
        separators=(",", ":"),
    )
    file.write("\n")
