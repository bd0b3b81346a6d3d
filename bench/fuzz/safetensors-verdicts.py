"""Prints, for each file of tensors (one line of base64 on stdin), whether Python's safetensors reads it: 1 or 0 per line."""
import base64
import sys

from safetensors import deserialize

for line in sys.stdin:
    try:
        deserialize(base64.b64decode(line.strip()))
        print(1)
    except Exception:
        print(0)
