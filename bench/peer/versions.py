"""Prints the versions of installed packages as one JSON line.

usage: versions.py PACKAGE...
"""
import json, sys
from importlib.metadata import version

print(json.dumps([version(name) for name in sys.argv[1:]]))
