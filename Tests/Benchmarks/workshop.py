"""Where the benchmarks are made: a scratch folder on the real disk, the C limits, the peers, qctl."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SCRATCH = ROOT / ".build" / "bench"
LIMITS = HERE / "limits"

# Pinned, so that two runs a year apart compare with the same thing.
PEERS = {"huey": "huey==3.5.4", "litequeue": "litequeue==0.9", "persist-queue": "persist-queue==1.1.0"}
FILE_PEERS = {"dirq": "dirq==1.8"}
STATIC = ("hello", "query_one", "stamp")
USES_SQLITE = re.compile(r'#include "(store|same)\.h"')


class Unavailable(Exception):
    """Something to measure isn't here; the text says what and why."""


def file_system(folder):
    """The type of the file system that holds `folder`, from the longest mount point above it."""
    best, kind = "", "unknown"
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields = line.split()
        point, rest = fields[4], fields[fields.index("-") + 1 :]
        below = str(folder) == point or str(folder).startswith(point.rstrip("/") + "/")
        if below and len(point) >= len(best):
            best, kind = point, rest[0]
    return kind


def first_line(text):
    lines = text.strip().splitlines()
    return lines[0] if lines else "no message"


def alone():
    """Ends the program where another run is at work here: both would use the same stores.

    The lock is held for as long as what is returned.
    """
    SCRATCH.mkdir(parents=True, exist_ok=True)
    lock = (SCRATCH / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit("bench: another run is at work in this checkout")
    return lock


class Workshop:
    """Paths of everything that can be run, made ready on first use."""

    def __init__(self, folder=None):
        """With qctl as `make` built it, or as it is in another folder."""
        SCRATCH.mkdir(parents=True, exist_ok=True)
        kind = file_system(SCRATCH)
        if kind in ("tmpfs", "ramfs"):
            sys.exit(f"bench: {SCRATCH} is on {kind}; durability costs nothing there")
        self.file_system = kind
        self.qctl = self._executable(folder, "QCTL_BINARY", "qctl")
        self.qctl_bench = self._executable(folder, "QCTL_BENCH", "qctl-bench")
        self._peers = None
        self._isolate()

    @staticmethod
    def _executable(folder, variable, name):
        usual = os.environ.get(variable) or ROOT / ".build" / "release" / name
        path = Path(folder) / name if folder else Path(usual)
        return str(path) if os.access(path, os.X_OK) else None

    @staticmethod
    def _isolate():
        """Keeps the user's configuration and data out of what is measured, and the reverse."""
        home = SCRATCH / "home"
        home.mkdir(exist_ok=True)
        for name in [name for name in os.environ if name.startswith(("QCTL_", "XDG_"))]:
            del os.environ[name]
        os.environ["HOME"] = str(home)
        # Where peers keep what they are given, which their command lines can't say.
        queues = SCRATCH / "stores" / "peers"
        shutil.rmtree(queues, ignore_errors=True)
        (queues / "nq").mkdir(parents=True)
        os.environ["NQDIR"] = str(queues / "nq")
        os.environ["TMPDIR"] = str(queues)

    def build_limits(self):
        """Compiles the C programs whose sources have changed."""
        (SCRATCH / "bin").mkdir(exist_ok=True)
        headers = max(path.stat().st_mtime for path in LIMITS.glob("*.h"))
        for source in sorted(LIMITS.glob("*.c")):
            self._compile(source, headers, self.limit(source.stem), [])
            if source.stem in STATIC:
                self._compile(source, headers, self.limit(source.stem, static=True), ["-static"])

    @staticmethod
    def _compile(source, headers, target, flags):
        target = Path(target)
        if target.exists() and target.stat().st_mtime > max(source.stat().st_mtime, headers):
            return
        libraries = ["-lsqlite3", "-lm"] if USES_SQLITE.search(source.read_text()) else []
        command = ["cc", "-std=gnu11", "-O2", "-Wall", "-Wextra", *flags, "-o", str(target)]
        # Kept back unless it fails: linking SQLite statically warns of dlopen, which nobody calls.
        done = subprocess.run([*command, str(source), *libraries], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"bench: cannot compile {source.name}:\n{done.stderr}")

    @staticmethod
    def limit(name, static=False):
        return str(SCRATCH / "bin" / (f"{name}-static" if static else name))

    @staticmethod
    def tool(name):
        path = shutil.which(name)
        if path is None:
            raise Unavailable(f"{name} is not installed")
        return path

    def peer_command(self, name):
        """The start of a command line that drives the peer `name`."""
        if self._peers is None:
            self._peers = self._install_peers()
        if self._peers:
            raise Unavailable(f"{name}: {self._peers}")
        return [sys.executable, "-B", str(HERE / "peers" / "peer.py"), name]

    @staticmethod
    def _install_peers():
        """Installs the peers into the scratch folder; returns why it could not, or an empty text."""
        folder, stamp = SCRATCH / "peers", SCRATCH / "peers" / "installed"
        packages = [*PEERS.values(), *FILE_PEERS.values()]
        wanted = "\n".join(packages)
        os.environ["PYTHONPATH"] = str(folder)
        if stamp.exists() and stamp.read_text() == wanted:
            return ""
        shutil.rmtree(folder, ignore_errors=True)
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--timeout", "10"]
        command += ["--retries", "1", "--disable-pip-version-check", "--target", str(folder)]
        done = subprocess.run([*command, *packages], capture_output=True, text=True)
        if done.returncode != 0:
            return f"cannot be installed with pip ({first_line(done.stderr)})"
        stamp.write_text(wanted)
        return ""
