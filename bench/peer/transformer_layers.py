"""Records the outputs of PyTorch's, timm's and lightly's layers in test/nn/data/transformer-layers.json:

    python3 bench/peer/transformer_layers.py test/nn/data/transformer-layers.json
"""

import functools
import json
import sys

import torchvision_without_cuda  # noqa: F401
import timm.layers
import torch
from lightly.models.modules.heads import DINOProjectionHead
from timm.models.vision_transformer import Attention, Block
from torch import nn

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(18)


def draw(*shape):
    return torch.randn(*shape, generator=generator)


def rounded(tensor):
    return [float(f"{value:.8g}") for value in tensor.detach().float().double().flatten().tolist()]


def case(name, kind, args, layer, shape):
    for parameter in layer.parameters():
        parameter.data = (draw(*parameter.shape) * 0.5).float().double()
    x = draw(*shape).float().double().requires_grad_()
    state = {key: {"shape": list(value.shape), "values": rounded(value)} for key, value in layer.state_dict().items()}
    y = layer(x)
    dy = draw(*y.shape).float().double()
    (y * dy).sum().backward()
    return {
        "name": name,
        "kind": kind,
        "args": args,
        "state": state,
        "x": {"shape": list(shape), "values": rounded(x)},
        "y": {"shape": list(y.shape), "values": rounded(y)},
        "dy": rounded(dy),
        "dx": rounded(x.grad),
        "gradients": {key: rounded(value.grad) for key, value in layer.named_parameters()},
    }


norm = functools.partial(nn.LayerNorm, eps=1e-6)


cases = [
    case("LayerNorm(6)", "layerNorm", [6], nn.LayerNorm(6), (2, 3, 6)),
    case("LayerNorm(6) with ε 0.5", "layerNorm", [6, {"epsilon": 0.5}], nn.LayerNorm(6, eps=0.5), (4, 6)),
    case("GELU()", "gelu", [], nn.GELU(), (3, 2, 4)),
    case("Linear(3, 4) of tokens", "linear", [3, 4], nn.Linear(3, 4), (2, 5, 3)),
    case("Linear(3, 4) of a vector", "linear", [3, 4], nn.Linear(3, 4), (3,)),
    case("WeightNormLinear(3, 5)", "weightNormLinear", [3, 5], nn.utils.weight_norm(nn.Linear(3, 5, bias=False)), (4, 3)),
    case("DINOProjectionHead(5, 4, 3, 6)", "dinoHead", [5, 4, 3, 6, {"normLastLayer": False}],
         DINOProjectionHead(5, 4, 3, 6, norm_last_layer=False), (4, 5)),
    case("DINOProjectionHead(5, 4, 3, 6) with batch norm", "dinoHead", [5, 4, 3, 6, {"batchNorm": True, "normLastLayer": False}],
         DINOProjectionHead(5, 4, 3, 6, batch_norm=True, norm_last_layer=False), (4, 5)),
    case("Attention of 2 heads", "attention", [8, {"heads": 2}], Attention(8, 2, qkv_bias=True), (2, 5, 8)),
    case("Attention without an offset of queries", "attention", [8, {"heads": 4, "qkvBias": False}], Attention(8, 4), (3, 2, 8)),
    case("Mlp(4, 10)", "mlp", [4, 10], timm.layers.Mlp(4, 10), (2, 3, 4)),
    case("TransformerBlock", "block", [8, {"heads": 2}], Block(8, 2, qkv_bias=True, norm_layer=norm), (2, 5, 8)),
]
sources = "torch.nn of PyTorch 2.13, timm 1.0.31 and lightly 1.5.26 in float64"
with open(sys.argv[1], "w") as file:
    json.dump({"source": sources, "cases": cases}, file, separators=(",", ":"))
    file.write("\n")
