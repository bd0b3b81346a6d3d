"""Measures images per second of torchvision's ResNet-18 in evaluation on a CPU, from the JPEG files of a folder to features.

usage: embed.py --folder FOLDER [--size 32] [--batch 64] [--workers 2] [--bf16]
Evaluation mode, no_grad, channels_last; torchvision's evaluation transform. The first eighth of the images is excluded from
the rate, as in bench/embed.ts. Prints one JSON line.
"""
import argparse, glob, json, os, resource, time, warnings
warnings.filterwarnings("ignore")
import torchvision_without_cuda  # noqa: F401
import numpy as np, torch, torchvision
from PIL import Image
from torchvision import transforms as T

ap = argparse.ArgumentParser()
ap.add_argument("--folder", required=True); ap.add_argument("--size", type=int, default=32); ap.add_argument("--batch", type=int, default=64)
ap.add_argument("--workers", type=int, default=2); ap.add_argument("--bf16", action="store_true")
a = ap.parse_args()

class Files(torch.utils.data.Dataset):
    paths = sorted(glob.glob(os.path.join(a.folder, "*.jpg")))
    transform = T.Compose([T.Resize(a.size), T.CenterCrop(a.size), T.ToTensor(), T.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
    def __len__(self): return len(self.paths)
    def __getitem__(self, i): return self.transform(Image.open(self.paths[i]).convert("RGB"))

model = torchvision.models.resnet18()
model.fc = torch.nn.Identity()
model = model.eval().to(memory_format=torch.channels_last)
loader = torch.utils.data.DataLoader(Files(), batch_size=a.batch, num_workers=a.workers)
# The loader's workers are separate processes, whose time counts only once they have ended, so it is read from the system.
def cpu(): return sum(sum(map(int, open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[11:13])) for pid in [os.getpid(), *children()]) / os.sysconf("SC_CLK_TCK")
def children(): return open(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read().split()
done, stamps, features = 0, [], []
with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=a.bf16):
    for images in loader:
        features.append(model(images.to(memory_format=torch.channels_last)).float().numpy())
        done += len(images); stamps.append((time.perf_counter(), done, cpu()))
np.savez("/tmp/fulgur-peer-embed.npz", features=np.concatenate(features))
first = next(s for s in stamps if s[1] >= done / 8); last = stamps[-2]
print(json.dumps({"peer": "torch " + torch.__version__ + ", torchvision " + torchvision.__version__, "size": a.size, "images": done, "workers": a.workers, "bf16": a.bf16,
                  "cpuMillisecondsPerImage": 1000 * (last[2] - first[2]) / (last[1] - first[1]), "imagesPerSecond": (last[1] - first[1]) / (last[0] - first[0]), "peakRssMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
