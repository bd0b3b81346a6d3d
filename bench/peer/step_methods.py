"""Measures the time of one optimiser step of BYOL or MoCo in PyTorch with lightly's modules, on precomputed views, without data loading.

usage: step_methods.py --method byol|moco [--batch 256] [--size 32] [--steps 7] [--warm-up 2] [--bf16] [--channels-last]
ResNet-18 with the ImageNet stem, SGD 0.06, and the heads, momenta and queue of lightly's examples. Prints one JSON line.
"""
import argparse, copy, json, resource, time, warnings
warnings.filterwarnings("ignore")
import torchvision_without_cuda  # noqa: F401
import torch, torchvision
from torch import nn
from lightly.loss import NegativeCosineSimilarity, NTXentLoss
from lightly.models.modules import BYOLPredictionHead, BYOLProjectionHead, MoCoProjectionHead
from lightly.models.utils import deactivate_requires_grad, update_momentum

ap = argparse.ArgumentParser()
ap.add_argument("--method", choices=["byol", "moco"], required=True)
ap.add_argument("--batch", type=int, default=256); ap.add_argument("--size", type=int, default=32)
ap.add_argument("--steps", type=int, default=7); ap.add_argument("--warm-up", type=int, default=2)
ap.add_argument("--bf16", action="store_true"); ap.add_argument("--channels-last", action="store_true")
a = ap.parse_args()


class Encoder(nn.Module):
    def __init__(self, head):
        super().__init__()
        self.backbone = nn.Sequential(*list(torchvision.models.resnet18().children())[:-1])
        self.projection_head = head

    def forward(self, x):
        return self.projection_head(self.backbone(x).flatten(start_dim=1))


torch.manual_seed(0)
layout = torch.channels_last if a.channels_last else torch.contiguous_format
is_byol = a.method == "byol"
student = Encoder(BYOLProjectionHead(512, 1024, 256) if is_byol else MoCoProjectionHead(512, 512, 128)).to(memory_format=layout)
teacher = copy.deepcopy(student)
deactivate_requires_grad(teacher)
predictor = BYOLPredictionHead(256, 1024, 256) if is_byol else nn.Identity()
criterion = NegativeCosineSimilarity() if is_byol else NTXentLoss(memory_bank_size=(4096, 128))
optimizer = torch.optim.SGD([*student.parameters(), *predictor.parameters()], lr=0.06)
momentum = 0.996 if is_byol else 0.99
views = [torch.randn(a.batch, 3, a.size, a.size).contiguous(memory_format=layout) for _ in range(2)]


def loss_of_batch():
    update_momentum(student, teacher, m=momentum)
    if is_byol:
        predicted = [predictor(student(view)) for view in views]
        with torch.no_grad():
            targets = [teacher(view) for view in views]
        return (criterion(predicted[0], targets[1]) + criterion(predicted[1], targets[0])) / 2
    query = student(views[0])
    with torch.no_grad():
        key = teacher(views[1])
    return criterion(query, key)


def step():
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=a.bf16):
        loss = loss_of_batch()
    optimizer.zero_grad(); loss.backward(); optimizer.step()
    return float(loss.detach())


times = []
for _ in range(a.steps + a.warm_up):
    start = time.perf_counter(); step(); times.append(time.perf_counter() - start)
times = sorted(times[a.warm_up:])
print(json.dumps({"peer": "pytorch " + torch.__version__, "method": a.method, "threads": torch.get_num_threads(), "batch": a.batch, "size": a.size, "bf16": a.bf16,
                  "channelsLast": a.channels_last, "medianSeconds": times[len(times) // 2], "minSeconds": times[0], "peakRssMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
