"""Trains FastSiam on the digits with lightly and PyTorch, in float32 or with bfloat16 autocast, and evaluates it by nearest neighbours.

usage: digits_fastsiam.py DIR [--seed 1] [--epochs 3] [--batch 128] [--bf16] [--workers 2]
DIR contains train.bin and test.bin, RGB bytes [images, 32, 32, 3], and train.labels and test.labels, one byte per image
(bench/methods.ts writes them). ResNet-18 with a quarter of its width, with lightly's stem for small images, SGD 0.06, momentum 0.9, decay 5e-4, views
without flips, smallest crop 0.5, whole shuffled batches; kNN with k 200 and temperature 0.1. Prints one JSON line.
"""
import argparse, json, os, sys, time, warnings
warnings.filterwarnings("ignore")
import torchvision_without_cuda  # noqa: F401
import numpy as np, torch
from PIL import Image
from torch import nn
from lightly.loss import NegativeCosineSimilarity
from lightly.models import ResNetGenerator
from lightly.models.modules import SimSiamPredictionHead, SimSiamProjectionHead
from lightly.transforms import FastSiamTransform
from lightly.utils.benchmarking import knn_predict

ap = argparse.ArgumentParser()
ap.add_argument("folder")
ap.add_argument("--seed", type=int, default=1); ap.add_argument("--epochs", type=int, default=3)
ap.add_argument("--batch", type=int, default=128); ap.add_argument("--workers", type=int, default=2)
ap.add_argument("--bf16", action="store_true")
a = ap.parse_args()


def read(split):
    images = np.fromfile(os.path.join(a.folder, split + ".bin"), np.uint8).reshape(-1, 32, 32, 3)
    return images, torch.from_numpy(np.fromfile(os.path.join(a.folder, split + ".labels"), np.uint8).astype(np.int64))


class Digits(torch.utils.data.Dataset):
    images, labels = read("train")
    transform = FastSiamTransform(input_size=32, hf_prob=0.0, min_scale=0.5)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.transform(Image.fromarray(self.images[index]))


class FastSiam(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(*list(ResNetGenerator("resnet-18", width=0.25).children())[:-1], nn.AdaptiveAvgPool2d(1))
        self.projection_head = SimSiamProjectionHead(128, 512, 128)
        self.prediction_head = SimSiamPredictionHead(128, 64, 128)

    def forward(self, view):
        z = self.projection_head(self.backbone(view).flatten(start_dim=1))
        return z.detach(), self.prediction_head(z)


def autocast():
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=a.bf16)


mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])


@torch.no_grad()
def features(model, images):
    rows = []
    for part in np.array_split(images, 40):
        pixels = ((torch.from_numpy(part).float() / 255 - mean) / std).permute(0, 3, 1, 2)
        rows.append(nn.functional.normalize(model.backbone(pixels).flatten(start_dim=1).float(), dim=1))
    return torch.cat(rows)


def knn(model):
    model.eval()
    test_images, test_labels = read("test")
    bank = features(model, Digits.images).T.contiguous()
    predicted = knn_predict(features(model, test_images), bank, Digits.labels, num_classes=10, knn_k=200, knn_t=0.1)
    model.train()
    return float((predicted[:, 0] == test_labels).float().mean())


torch.manual_seed(a.seed); np.random.seed(a.seed)
model, criterion = FastSiam(), NegativeCosineSimilarity()
optimizer = torch.optim.SGD(model.parameters(), lr=0.06, momentum=0.9, weight_decay=5e-4)
loader = torch.utils.data.DataLoader(Digits(), batch_size=a.batch, shuffle=True, drop_last=True, num_workers=a.workers, persistent_workers=a.workers > 0)
accuracies, losses, seconds = [knn(model)], [], 0.0
for epoch in range(a.epochs):
    total, begin = 0.0, time.perf_counter()
    for views in loader:
        with autocast():
            outputs = [model(view) for view in views]
            zs = torch.stack([z for z, _ in outputs])
            loss = sum(criterion(p, zs[torch.arange(len(views)) != i].mean(0)) for i, (_, p) in enumerate(outputs)) / len(views)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
        total += float(loss.detach())
    seconds += time.perf_counter() - begin
    losses.append(total / len(loader)); accuracies.append(knn(model))
    print(f"epoch {epoch + 1}: loss {losses[-1]:.4f}, kNN {accuracies[-1]:.4f}", file=sys.stderr)
print(json.dumps({"peer": "lightly 1.5.26 + torch " + torch.__version__, "seed": a.seed, "epochs": a.epochs, "bf16": a.bf16, "knn": accuracies, "losses": losses,
                  "secondsPerEpoch": seconds / a.epochs}))
