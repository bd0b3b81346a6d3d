"""
A pip whose index is the folder FAKE_PIP_INDEX. It answers `pip download`, notes every call in FAKE_PIP_INDEX/calls,
and FAKE_PIP_MODE names its mishap: none, `offline`, `full` (disk), or `hang` (half a file, then for ever).
"""

import os
import shutil
import sys
import time

arguments = sys.argv[1:]
assert arguments[0] == "download", arguments
index = os.environ["FAKE_PIP_INDEX"]
target = arguments[arguments.index("--dest") + 1]
project, version = arguments[-1].split("==")
mode = os.environ.get("FAKE_PIP_MODE", "")

with open(os.path.join(index, "calls"), "a") as calls:
    calls.write("%d %s\n" % (os.getpid(), " ".join(arguments[1:])))

if mode == "offline":
    print("WARNING: Retrying after connection broken by 'NewConnectionError: [Errno 111] Connection refused'", file=sys.stderr)
    print("ERROR: No matching distribution found for %s==%s" % (project, version), file=sys.stderr)
    sys.exit(1)
if mode == "full":
    print("OSError: [Errno 28] No space left on device", file=sys.stderr)
    sys.exit(2)

wheel = "%s-%s.whl" % (project.replace("-", "_"), version)
source = os.path.join(index, wheel)
if not os.path.exists(source):
    print("ERROR: No matching distribution found for %s==%s" % (project, version), file=sys.stderr)
    sys.exit(1)

# As pip does: first into the temporary folder, then to the destination.
temporary = os.path.join(os.environ["TMPDIR"], wheel)
if mode == "hang":
    with open(source, "rb") as whole, open(temporary, "wb") as half:
        half.write(whole.read(100))
    print("half", flush=True)
    time.sleep(1000)
shutil.copyfile(source, temporary)
if mode == "slow":
    time.sleep(1)
os.makedirs(target, exist_ok=True)
shutil.move(temporary, os.path.join(target, wheel))
