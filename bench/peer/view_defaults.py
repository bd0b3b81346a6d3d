"""Records what lightly's view transforms do by default, and the effect of each of their options, for the tests of `views`.

usage: view_defaults.py FILE.json

For each transform, the file contains the defaults of its signature, and `cases`: options and the resulting views, as
indices into `views`, which lists the operations of each view in order. Operations with probability 0 are omitted.
"""

import inspect
import json
import sys
from importlib.metadata import version

import torchvision_without_cuda  # noqa: F401
from lightly.transforms import (
    BYOLTransform,
    DINOTransform,
    FastSiamTransform,
    MAETransform,
    MoCoV1Transform,
    MoCoV2Transform,
    SimCLRTransform,
    SimSiamTransform,
    SwaVTransform,
    VICRegTransform,
)
from lightly.transforms.byol_transform import BYOLView1Transform, BYOLView2Transform
from lightly.transforms.torchvision_v2_compatibility import torchvision_transforms as T

CLASSES = {
    "fastSiam": FastSiamTransform,
    "simsiam": SimSiamTransform,
    "simclr": SimCLRTransform,
    "mocoV1": MoCoV1Transform,
    "mocoV2": MoCoV2Transform,
    "byol": BYOLTransform,
    "vicreg": VICRegTransform,
    "swav": SwaVTransform,
    "dino": DINOTransform,
    "mae": MAETransform,
}

BYOL_VIEWS = {"view_1_transform": BYOLView1Transform, "view_2_transform": BYOLView2Transform}

# The distinct views.
KINDS = []

# lightly accepts them but ignores them.
IGNORED = {"kernel_size", "kernel_scale"}


def steps(transform):
    """Returns the operations of a view in order, without nested compositions."""
    if isinstance(transform, T.Compose):
        return [step for part in transform.transforms for step in steps(part)]
    inner = getattr(transform, "transform", None)
    return steps(inner) if isinstance(inner, T.Compose) else [transform]


def interpolation(value):
    """Returns torchvision's name, also for Pillow's number."""
    value = getattr(value, "value", value)
    return {2: "bilinear", 3: "bicubic"}.get(value, value)


def described(step):
    """Returns an operation with its parameters, or None if it does not change pixels."""
    kind = type(step).__name__
    if kind == "RandomResizedCrop":
        return {"op": "crop", "prob": 1, "size": list(step.size), "scale": list(step.scale), "ratio": list(step.ratio),
                "interpolation": interpolation(step.interpolation)}
    if kind == "RandomHorizontalFlip":
        return {"op": "flip", "prob": step.p}
    if kind == "RandomVerticalFlip":
        return {"op": "verticalFlip", "prob": step.p}
    if kind == "RandomRotate":
        return {"op": "rotate", "prob": step.prob, "degrees": [step.angle, step.angle]}
    if kind == "RandomRotateDegrees":
        return {"op": "rotate", "prob": step.transform.p, "degrees": list(step.transform.transforms[0].degrees)}
    if kind == "RandomApply":
        jitter = step.transforms[0]
        return {"op": "jitter", "prob": step.p, "brightness": jitter.brightness, "contrast": jitter.contrast,
                "saturation": jitter.saturation, "hue": jitter.hue}
    if kind == "ColorJitter":
        assert (step.brightness, step.contrast, step.saturation, step.hue) == (None, None, None, None)
        return None
    if kind == "RandomGrayscale":
        return {"op": "grayscale", "prob": step.p}
    if kind == "GaussianBlur":
        return {"op": "blur", "prob": step.prob, "sigmas": list(step.sigmas)}
    if kind == "RandomSolarization":
        return {"op": "solarize", "prob": step.prob, "threshold": step.threshold}
    if kind == "Normalize":
        return {"op": "normalize", "prob": 1, "mean": list(step.mean), "std": list(step.std)}
    assert kind in ("ToTensor", "ToImage", "ToDtype"), kind
    return None


def views(transform):
    parts = getattr(transform, "transforms", None) or [transform]
    found = [[described(step) for step in steps(part)] for part in parts]
    return [place([step for step in view if step is not None and step["prob"] > 0]) for view in found]


def place(view):
    """Returns the view's index among the distinct views."""
    if view not in KINDS:
        KINDS.append(view)
    return KINDS.index(view)


def signature(cls):
    parameters = inspect.signature(cls).parameters
    return {name: parameter.default for name, parameter in parameters.items()}


def changes(name, default):
    """Returns other values of an option, which show its effect."""
    if name in IGNORED:
        return []
    if name == "normalize":
        return [None, {"mean": [0.5, 0.25, 0.125], "std": [0.5, 0.25, 0.5]}]
    if name == "rr_degrees":
        return [15, [10, 20]]
    if name in ("num_views", "n_local_views"):
        return [3]
    if name.endswith("size"):
        return [40]
    if name == "crop_sizes":
        return [[64, 32]]
    if name == "crop_counts":
        return [[1, 3]]
    if isinstance(default, (list, tuple)):
        return [[value / 2 for value in default]]
    return [0.25]


def cases(cls, wrap=lambda options: options, make=None):
    make = make or (lambda options: cls(**options))
    found = []
    for name, default in signature(cls).items():
        for value in changes(name, default):
            # Rotations with probability 0 would show nothing.
            options = {name: value, "rr_prob": 0.5} if name == "rr_degrees" else {name: value}
            found.append({"options": wrap(options), "views": views(make(options))})
    return found


def record(name, cls):
    if name != "byol":
        return {"defaults": signature(cls), "cases": [{"options": {}, "views": views(cls())}, *cases(cls)]}
    found = [{"options": {}, "views": views(cls())}]
    for option, view in BYOL_VIEWS.items():
        found += cases(view, lambda options: {option: options}, lambda options: cls(**{option: view(**options)}))
    return {"defaults": {option: signature(view) for option, view in BYOL_VIEWS.items()}, "cases": found}


def main():
    versions = {name: version(name) for name in ("lightly", "torchvision")}
    transforms = {name: record(name, cls) for name, cls in CLASSES.items()}
    with open(sys.argv[1], "w") as file:
        json.dump({"versions": versions, "transforms": transforms, "views": KINDS}, file)
        file.write("\n")


main()
