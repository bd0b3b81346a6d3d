"""Checks ONNX files with Python's onnx and runs them with its onnxruntime: check.py FOLDER."""
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime

for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    wanted = json.loads(path.with_suffix(".json").read_text())
    images = np.array(wanted["images"], wanted["dtype"]).reshape(wanted["shape"])
    (features,) = session.run(None, {session.get_inputs()[0].name: images})
    expected = np.array(wanted["features"], np.float32).reshape(features.shape)
    print(path.stem, float(np.abs(features - expected).max() / np.abs(expected).max()))
