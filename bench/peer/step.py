"""Measures the time of one FastSiam optimiser step in PyTorch, on precomputed views, without data loading.

usage: step.py [--batch 256] [--size 32] [--steps 7] [--warm-up 2] [--model resnet18] [--bf16] [--channels-last]
Prints one JSON line.
"""
import argparse, json, time, warnings
warnings.filterwarnings("ignore")
import torchvision_without_cuda  # noqa: F401
import torch, torchvision
from torch import nn
from lightly.loss import NegativeCosineSimilarity
from lightly.models.modules import SimSiamPredictionHead, SimSiamProjectionHead

ap = argparse.ArgumentParser()
ap.add_argument("--model", default="resnet18")
ap.add_argument("--batch", type=int, default=256); ap.add_argument("--size", type=int, default=32)
ap.add_argument("--steps", type=int, default=7); ap.add_argument("--warm-up", type=int, default=2); ap.add_argument("--bf16", action="store_true"); ap.add_argument("--channels-last", action="store_true")
a = ap.parse_args()

class FastSiam(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(*list(getattr(torchvision.models, a.model)().children())[:-1])
        self.projection_head = SimSiamProjectionHead(512 if a.model == "resnet18" else 2048, 512, 128)
        self.prediction_head = SimSiamPredictionHead(128, 64, 128)
    def forward(self, x):
        z = self.projection_head(self.backbone(x).flatten(start_dim=1))
        return z.detach(), self.prediction_head(z)

torch.manual_seed(0)
layout = torch.channels_last if a.channels_last else torch.contiguous_format
model = FastSiam().to(memory_format=layout); criterion = NegativeCosineSimilarity()
optimizer = torch.optim.SGD(model.parameters(), lr=0.06)
views = [torch.randn(a.batch, 3, a.size, a.size).contiguous(memory_format=layout) for _ in range(4)]

def step():
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=a.bf16):
        out = [model(v) for v in views]
        zs = torch.stack([z for z, _ in out]); ps = torch.stack([p for _, p in out])
        loss = sum(criterion(ps[i], zs[torch.arange(4) != i].mean(0)) / 4 for i in range(4))
    optimizer.zero_grad(); loss.backward(); optimizer.step()
    return float(loss)

times = []
for _ in range(a.steps + a.warm_up):
    start = time.perf_counter(); step(); times.append(time.perf_counter() - start)
times = sorted(times[a.warm_up:])
import resource
print(json.dumps({"peer": "pytorch " + torch.__version__, "threads": torch.get_num_threads(), "batch": a.batch, "size": a.size, "bf16": a.bf16, "channelsLast": a.channels_last,
                  "medianSeconds": times[len(times) // 2], "minSeconds": times[0], "peakRssMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
