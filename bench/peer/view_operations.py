"""Records Pillow's results on images, for `bench/transform-parity.ts` and the tests of the view renderer.

usage: view_operations.py FILE.json [--cases 40] [--largest 40] [--seed 0]

The operations are bicubic crops, centre crops after a resize, rotations of images that are not square, and solarization,
in turn, on images of noise and of flat areas. The format is that of bench/transform-parity.ts.
"""

import argparse
import base64
import json

import torchvision_without_cuda  # noqa: F401
import numpy as np
import PIL
from PIL import Image, ImageOps
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

MODES = {"bilinear": InterpolationMode.BILINEAR, "bicubic": InterpolationMode.BICUBIC}


def stored(image):
    return {"height": image.height, "width": image.width, "data": base64.b64encode(image.tobytes()).decode()}


def made_up(random, largest):
    height, width = (int(side) for side in random.integers(1, largest + 1, 2))
    if random.random() < 0.3:
        pixels = random.integers(0, 3, (height, width, 3)) * 255 // 2
    else:
        pixels = random.integers(0, 256, (height, width, 3))
    return Image.fromarray(pixels.astype(np.uint8))


def crop(random, image, largest):
    height, width = int(random.integers(1, image.height + 1)), int(random.integers(1, image.width + 1))
    top, left = int(random.integers(0, image.height - height + 1)), int(random.integers(0, image.width - width + 1))
    size = [int(side) for side in random.integers(1, largest + 1, 2)]
    params = {"top": top, "left": left, "height": height, "width": width, "size": size, "interpolation": "bicubic"}
    return params, F.resized_crop(image, top, left, height, width, size, MODES["bicubic"])


def centre(random, image, largest):
    interpolation = str(random.choice(["bilinear", "bicubic"]))
    size = int(random.integers(1, largest + 1))
    resized = F.resize(image, size, MODES[interpolation])
    return {"size": size, "interpolation": interpolation}, F.center_crop(resized, size)


def turn(random, image, _):
    degrees = float(random.choice([90, 180, 270, random.uniform(-360, 360)]))
    return {"degrees": degrees}, F.rotate(image, degrees)


def solarize(random, image, _):
    threshold = int(random.integers(0, 257))
    return {"threshold": threshold}, ImageOps.solarize(image, threshold)


OPERATIONS = {"resizedCrop": crop, "resizeShorterThenCentreCrop": centre, "rotate": turn, "solarize": solarize}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--largest", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    words = parser.parse_args()
    random = np.random.default_rng(words.seed)
    cases = []
    for index in range(words.cases):
        op, make = list(OPERATIONS.items())[index % len(OPERATIONS)]
        image = made_up(random, words.largest)
        params, out = make(random, image, words.largest)
        cases.append({"op": op, "params": params, "in": stored(image), "out": stored(out)})
    with open(words.file, "w") as file:
        json.dump({"source": f"Pillow {PIL.__version__}, bench/peer/view_operations.py", "cases": cases}, file)
        file.write("\n")


main()
