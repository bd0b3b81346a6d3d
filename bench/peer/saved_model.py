"""Runs a SavedModel's signature serving_default on square images, in batches, and writes its features.

    python saved_model.py FOLDER IMAGES.bin FEATURES.bin SIZE 1,2,5
"""

import sys

import numpy as np
import tensorflow as tf

folder, images_file, features_file, size, batches = sys.argv[1:6]
images = np.fromfile(images_file, np.float32).reshape(-1, int(size), int(size), 3)
serve = tf.saved_model.load(folder).signatures["serving_default"]
(spec,) = serve.structured_input_signature[1].values()
parts = np.split(images.astype(spec.dtype.as_numpy_dtype), np.cumsum([int(batch) for batch in batches.split(",")])[:-1])
features = [serve(images=tf.constant(part))["features"].numpy() for part in parts]
np.concatenate(features).astype(np.float32).tofile(features_file)
