"""Images per second of processor time of lightly's FastSiam transform, in one thread; all views of an image together.

usage: views.py [--size 32] [--source 32] [--seconds 3]      (--source: a number, or HEIGHTxWIDTH)
Prints one JSON line.
"""
import argparse, json, time, warnings
warnings.filterwarnings("ignore")
import torchvision_without_cuda  # noqa: F401
import numpy as np, torch
from PIL import Image
from lightly.transforms import FastSiamTransform

ap = argparse.ArgumentParser()
ap.add_argument("--size", type=int, default=32); ap.add_argument("--source", default="32"); ap.add_argument("--seconds", type=float, default=3)
a = ap.parse_args()
torch.set_num_threads(1)
height, width = (int(n) for n in a.source.split("x")) if "x" in a.source else (int(a.source),) * 2
rng = np.random.default_rng(0)
small = lambda: rng.integers(0, 256, (height // 4 + 1, width // 4 + 1, 3), dtype=np.uint8)
images = [Image.fromarray(small()).resize((width, height), Image.BILINEAR) for _ in range(8)]
transform = FastSiamTransform(input_size=a.size)
for image in images:
    transform(image)
done, begin = 0, time.process_time()
while time.process_time() - begin < a.seconds:
    transform(images[done % 8])
    done += 1
print(json.dumps({"peer": "lightly + torchvision + PIL", "imagesPerSecondPerCore": done / (time.process_time() - begin), "size": a.size, "source": a.source}))
