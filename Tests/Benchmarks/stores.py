"""Scratch stores for the benchmarks: fresh ones, and filled ones shared by the cases of a run."""

import hashlib
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from measure import require, time_processes
from workshop import LIMITS, SCRATCH, Unavailable

# In .build/bench, unless a machine has them already: they take minutes to make.
KEPT = Path(os.environ.get("BENCH_KEPT") or SCRATCH / "big").resolve()
LARGE = 1_000_000
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"


def remove_all():
    shutil.rmtree(SCRATCH / "stores", ignore_errors=True)


def id_text(number):
    """An id as qctl writes it: thirteen digits of five bits."""
    return "".join(DIGITS[number >> 5 * place & 31] for place in reversed(range(13)))


def id_number(text):
    return sum(DIGITS.index(digit) << 5 * place for place, digit in enumerate(reversed(text)))


def job_lines(count):
    """A file of `count` jobs for `enqueue --bulk`, all due at once on the queue `q`."""
    path = SCRATCH / f"jobs-{count}.ndjson"
    if not path.exists():
        part = path.with_suffix(".part")
        with part.open("w") as lines:
            for n in range(count):
                lines.write('{"queue":"q","type":"t","payload":{"n":%d}}\n' % (1_000_000 + n))
        part.rename(path)
    return str(path)


def some_job(path):
    """The id of the job in the middle of a store."""
    return _one_id(
        path,
        "SELECT id FROM qctl_jobs WHERE id >= (SELECT min(id) FROM qctl_jobs) / 2"
        " + (SELECT max(id) FROM qctl_jobs) / 2 ORDER BY id LIMIT 1")


def newest_ready(path):
    """The id of the job that is to be taken last."""
    return _one_id(
        path,
        "SELECT id FROM qctl_jobs WHERE state = 'ready' AND queue = 'default'"
        " ORDER BY ord DESC, id DESC LIMIT 1")


def _one_id(path, query):
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        (number,) = database.execute(query).fetchone()
    return id_text(number)


def _recipe(empty_store, *counts):
    """What a big store depends on, as a short text."""
    with closing(sqlite3.connect(empty_store)) as database:
        tables = database.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
    sources = [(LIMITS / name).read_text() for name in ("big_store.c", "same.h")]
    return hashlib.sha256(repr((tables, sources, counts)).encode()).hexdigest()


class Stores:
    """The stores of one `side`: where two builds are compared, each has its own."""

    def __init__(self, workshop, side):
        self.workshop, self.side = workshop, side
        self._lean, self._qctl, self._indexed, self._big = {}, {}, {}, {}

    def folder(self, name):
        """An empty folder on the real disk; what an earlier run left there is removed."""
        folder = SCRATCH / "stores" / self.side / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def lean(self, count):
        """A database of the C limits with `count` ready jobs, and an id in its middle."""
        if count not in self._lean:
            path = str(self.folder(f"lean-{count}") / "jobs.db")
            require([self.workshop.limit("bulk"), str(count), path])
            self._lean[count] = (path, str(count // 2))
        return self._lean[count]

    def qctl(self, count):
        """A store of qctl with `count` jobs, the id of one, and how the filling went."""
        if count not in self._qctl:
            self._qctl[count] = self.fill_qctl(f"qctl-{count}", count)
        return self._qctl[count]

    def indexed(self, count):
        """A store with `count` ready jobs that are in all indexes, as after a bulk's promotion."""
        if count not in self._indexed:
            self._indexed[count] = self.with_jobs(f"indexed-{count}", count)
        return self._indexed[count]

    def fill_qctl(self, name, count):
        """Fills a fresh store; (path, id, jobs per second, peak MiB)."""
        if self.workshop.qctl is None:
            raise Unavailable("qctl: not built")
        return self.fill_made(str(self.folder(name) / "queue.db"), count)

    def fill_made(self, path, count):
        """As `fill_qctl`, at a path where a store may be."""
        command = [self.workshop.qctl, "--store", path, "enqueue"]
        ((time, memory),) = time_processes(
            {"fill": [*command, "--bulk", job_lines(count)]}, 1
        ).values()
        identifier = require([*command, "-q", "q", "-t", "bench", "--payload", "{}"]).strip()
        if not identifier:
            raise Unavailable("qctl enqueue: printed no id")
        return path, identifier, count / (time.median / 1000), memory.median

    def made(self, name):
        """An empty store as `qctl init` makes it, for what brings its own rows."""
        if self.workshop.qctl is None:
            raise Unavailable("qctl: not built")
        path = str(self.folder(name) / "queue.db")
        require([self.workshop.qctl, "--store", path, "init"])
        return path

    def with_jobs(self, name, count):
        """A fresh store with `count` ready jobs of the default queue."""
        path = self.made(name)
        self.add_jobs(path, count)
        return path

    def add_jobs(self, path, count):
        require([self.workshop.limit("same_bulk"), str(count), path])

    def big(self, *counts):
        """A store of so many completed, scheduled and ready jobs; what is done to it must be small.

        A large one is kept for later runs, and made anew once qctl's tables, or the program that
        fills them, have changed; for an older build with other tables there is one beside it.
        """
        if counts not in self._big:
            self._big[counts] = self._kept(counts) if sum(counts) >= LARGE else self._filled(
                self.folder("-".join(map(str, counts))) / "queue.db", counts)
        return self._big[counts]

    def _kept(self, counts):
        name = "-".join(map(str, counts))
        wanted = _recipe(self.made("empty"), *counts)
        folders = [KEPT / name, KEPT / f"{name}-{self.side}"][: 1 if self.side == "here" else 2]
        for folder in folders:
            stamp = folder / "made-of"
            if stamp.exists() and stamp.read_text() == wanted:
                return str(folder / "queue.db")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        path = self._filled(folder / "queue.db", counts)
        # What is still to be written would slow down what is measured next.
        os.sync()
        stamp.write_text(wanted)
        return path

    def _filled(self, path, counts):
        require([self.workshop.qctl, "--store", str(path), "init", "--quiet"])
        require([self.workshop.limit("big_store"), *map(str, counts), str(path)])
        return str(path)
