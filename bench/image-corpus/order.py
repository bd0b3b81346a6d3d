"""Writes the order in which torchvision's ImageFolder lists a tree of awkward names.

    pip download --no-deps torchvision==0.28.0 && unzip torchvision-*.whl torchvision/datasets/folder.py
    python bench/image-corpus/order.py torchvision/datasets/folder.py test/data/datasets/folder/data/torchvision-order.json

Names are base64, since some are not UTF-8. Only folder.py is loaded, with stand-ins for its imports from torch.
"""
import base64
import importlib.util
import json
import os
import sys
import tempfile
import types

PATHS = [
    'a/b/x.png', 'a/z.png', 'a/b-c/x.png', 'a/b.d/x.png', 'a/B/x.png', 'a/10.png', 'a/9.png', 'a/\u00e9.png', 'a/e\u0301.png',
    'a/X.JPG', 'a/x.jpeg', 'a/w.webp', 'a/p.ppm', 'a/g.pgm', 'a/t.tif', 'a/t.tiff', 'a/m.bmp', 'a/x y.png',
    'a b/1.png', 'a-b/1.png', 'A/1.png', '\u00c4/1.png', '\uff21/1.png', '\U0001f600/1.png', '\ud7ff/1.png', '\ue000/1.png',
    'a/\uff21.png', 'a/\U0001f600.png', 'a/\U0001f601.png', 'a/\ue000.png', 'a/\U0001f600/deep.png', 'a/\ufb01/deep.png',
    b'a/\xff.png', b'a/\xe2\x82.png', b'a/\xe2\x82\xac\xff.png', b'a/caf\xe9/latin.png', b'\xe9t\xe9/1.png', b'\xed\xa0\x80/1.png',
]


def main(source, target):
    for name in ('torchvision', 'torchvision.datasets', 'torchvision.datasets.vision'):
        sys.modules[name] = types.ModuleType(name)
    sys.modules['torchvision.datasets.vision'].VisionDataset = object
    spec = importlib.util.spec_from_file_location('torchvision.datasets.folder', source)
    folder = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(folder)
    with tempfile.TemporaryDirectory() as root:
        for path in PATHS:
            path = path if isinstance(path, bytes) else path.encode()
            full = os.path.join(root.encode(), path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, 'wb'):
                pass
        classes, to_index = folder.find_classes(root)
        samples = folder.make_dataset(root, to_index, extensions=folder.IMG_EXTENSIONS)
        listed = [(base64.b64encode(os.fsencode(os.path.relpath(path, root))).decode(), label) for path, label in samples]
    document = {
        'source': 'torchvision 0.28.0: find_classes and make_dataset of datasets/folder.py',
        'extensions': list(folder.IMG_EXTENSIONS),
        'classes': [base64.b64encode(os.fsencode(name)).decode() for name in classes],
        'samples': listed,
    }
    with open(target, 'w', encoding='utf8') as file:
        json.dump(document, file, indent=1)
        file.write('\n')


main(*sys.argv[1:])
