/**
 * The Python scripts that an installation runs. They are stored as text so that a compiled package needs no further
 * files.
 */

/**
 * Ends the process when its standard input closes, which happens when Fulgur dies, even by SIGKILL: no download
 * continues without the process that started it.
 */
const leaveWithParent = `
import os, threading
def leave_with_parent():
    # os.read rather than sys.stdin: a thread that waits in sys.stdin would break Python's own shutdown.
    while os.read(0, 1):
        pass
    os._exit(1)
threading.Thread(target=leave_with_parent, daemon=True).start()
`;

/** Prints one JSON line about this Python: its version, whether it has pip, and the TensorFlow that it could import. */
export const describePython = `
import json, os, sys, importlib.util
found = None
spec = importlib.util.find_spec("tensorflow")
folders = list(spec.submodule_search_locations or []) if spec else []
if folders:
    import importlib.metadata as metadata
    for project in ("tensorflow", "tensorflow-cpu", "tensorflow-macos"):
        try:
            distribution = metadata.distribution(project)
        except metadata.PackageNotFoundError:
            continue
        if os.path.realpath(str(distribution.locate_file("tensorflow"))) == os.path.realpath(folders[0]):
            found = {"project": project, "version": distribution.version, "folder": os.path.realpath(folders[0])}
            break
print(json.dumps({
    "version": "%d.%d.%d" % sys.version_info[:3],
    "hasPip": importlib.util.find_spec("pip") is not None,
    "tensorflow": found,
}))
`;

/** Runs \`pip\` with this script's arguments. */
export const runPip = `${leaveWithParent}
import runpy, sys
sys.argv = ["pip"] + sys.argv[1:]
runpy.run_module("pip", run_name="__main__", alter_sys=True)
`;

/**
 * Unpacks the files of wheel \`argv[1]\` whose paths begin with one of the prefixes \`argv[3:]\` into folder
 * \`argv[2]\`, forces them to disk, and prints JSON lines: \`{"done", "total"}\` in bytes as it goes, then
 * \`{"path", "size", "sha256"}\` for each file.
 */
export const unpackScript = `${leaveWithParent}
import hashlib, json, sys, zipfile
wheel, target, prefixes = sys.argv[1], sys.argv[2], tuple(sys.argv[3:])
def say(**line):
    print(json.dumps(line), flush=True)
with zipfile.ZipFile(wheel) as archive:
    members = [m for m in archive.infolist() if m.filename.startswith(prefixes) and not m.is_dir()]
    total, done = sum(m.file_size for m in members), 0
    for member in members:
        parts = member.filename.split("/")
        if ".." in parts or member.filename.startswith("/"):
            raise SystemExit("unsafe path in wheel: " + member.filename)
        path = os.path.join(target, *parts)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        digest = hashlib.sha256()
        with archive.open(member) as source, open(path, "wb") as out:
            while True:
                block = source.read(1 << 22)
                if not block:
                    break
                digest.update(block)
                out.write(block)
                done += len(block)
                say(done=done, total=total)
            out.flush()
            os.fsync(out.fileno())
        mode = (member.external_attr >> 16) & 0o777
        if mode:
            os.chmod(path, mode | 0o600)
        say(path=member.filename, size=member.file_size, sha256=digest.hexdigest())
`;
