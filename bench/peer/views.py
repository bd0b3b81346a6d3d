"""Measures images per second of processor time of lightly's FastSiam transform, in one thread, counting all views of an image together.

usage: views.py [--size 32] [--source 32] [--seconds 3] [--jpeg]      (--source: a number, or HEIGHTxWIDTH)
With --jpeg, the images are files, and reading and decoding them counts too. Prints one JSON line.
"""
import argparse, json, os, tempfile, time, warnings
warnings.filterwarnings("ignore")
import torchvision_without_cuda  # noqa: F401
import numpy as np, torch
from PIL import Image
from lightly.transforms import FastSiamTransform

ap = argparse.ArgumentParser()
ap.add_argument("--size", type=int, default=32); ap.add_argument("--source", default="32"); ap.add_argument("--seconds", type=float, default=3)
ap.add_argument("--jpeg", action="store_true")
a = ap.parse_args()
torch.set_num_threads(1)
height, width = (int(n) for n in a.source.split("x")) if "x" in a.source else (int(a.source),) * 2
rng = np.random.default_rng(0)
small = lambda: rng.integers(0, 256, (height // 4 + 1, width // 4 + 1, 3), dtype=np.uint8)
images = [Image.fromarray(small()).resize((width, height), Image.BILINEAR) for _ in range(8)]
transform = FastSiamTransform(input_size=a.size)


def measure(read):
    for i in range(8):
        transform(read(i))
    done, begin = 0, time.process_time()
    while time.process_time() - begin < a.seconds:
        transform(read(done % 8))
        done += 1
    return done / (time.process_time() - begin)


line = {"peer": "lightly + torchvision + PIL", "size": a.size, "source": a.source + (" JPEG" if a.jpeg else "")}
if a.jpeg:
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, f"{i}.jpg") for i in range(8)]
        for image, path in zip(images, paths):
            image.save(path, quality=90, subsampling="4:2:0")
        line["fileBytes"] = sum(map(os.path.getsize, paths)) // 8
        # as torchvision's ImageFolder loads them
        line["imagesPerSecondPerCore"] = measure(lambda i: Image.open(paths[i]).convert("RGB"))
else:
    line["imagesPerSecondPerCore"] = measure(lambda i: images[i])
print(json.dumps(line))
