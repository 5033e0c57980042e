"""The case of memory: of a worker that waits, and of commands that print very many jobs."""

import re
import time
from pathlib import Path

from measure import Sample, require, time_processes
from pickup_case import running
from report import Measurement, Target
from subjects import NOT_APPLICABLE, PEER, QCTL
from workshop import Unavailable

ROUNDS, PATIENCE = 3, 30
# The same columns as those of the jobs that `export` writes, in the shell's cheapest format.
QUERY = "SELECT * FROM qctl_jobs JOIN qctl_payloads USING(id)"
SHELL = "sqlite3, same columns"


def memory(bench):
    """16: memory of an idle worker, of a long list, and of an export, which is timed too."""
    if bench.workshop.qctl is None:
        raise Unavailable("qctl: not built")
    yield idle_workers(bench)
    yield from streams(bench)


def idle_workers(bench):
    about = bench.subjects(NOT_APPLICABLE)
    samples = {}
    folder = bench.stores.folder("idle")
    for label, store in (("qctl", f"{folder}/queue.db"), ("qctl, directory", f"dir:{folder}/q")):
        about.describe(label, QCTL)
        qctl = [bench.workshop.qctl, "--store", store]
        require([*qctl, "init", "--quiet"])
        figures = [resident_when_idle(qctl) for _ in range(bench.rounds(ROUNDS))]
        samples[label] = Sample(figures)
    targets = [Target(label, 12) for label in samples]
    return Measurement(16, "idle worker: memory", "MiB", samples, "", targets, about)


def resident_when_idle(qctl):
    """MiB in use by a worker that has run a job and found no more."""
    job = require([*qctl, "enqueue", "-q", "q", "-t", "t"]).strip()
    with running([*qctl, "work", "-q", "q", "--quiet", "--", "/bin/true"]) as worker:
        end = time.monotonic() + PATIENCE
        while not require([*qctl, "list", job, "--state", "completed", "--ids"]):
            if time.monotonic() > end:
                raise Unavailable("work: did not run its job")
            time.sleep(0.05)
        time.sleep(0.5)
        status = Path(f"/proc/{worker.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) / 1024


def streams(bench):
    """All jobs printed: the memory of each form, and the time of an export."""
    store = bench.stores.indexed(bench.jobs)
    qctl = [bench.workshop.qctl, "--store", store]
    subjects = bench.subjects(NOT_APPLICABLE)
    subjects.qctl("qctl list", [*qctl, "list"])
    subjects.qctl("qctl list --json", [*qctl, "list", "--json"])
    subjects.qctl("qctl export", [*qctl, "export"])
    if PEER in bench.wanted:
        bench.add_tool(subjects, SHELL, "sqlite3", store, QUERY)
        bench.add_tool(subjects, "sqlite3 -json", "sqlite3", "-json", store, QUERY)
    timed = time_processes(subjects, bench.rounds(ROUNDS))
    times = {label: time for label, (time, _) in timed.items()}
    peaks = {label: peak for label, (_, peak) in timed.items()}
    title = f"{bench.jobs:,} jobs printed: memory"
    targets = [
        Target("qctl list", 20), Target("qctl list --json", 20), Target("qctl export", 32)]
    yield Measurement(16, title, "MiB", peaks, SHELL, targets, subjects)
    title = f"{bench.jobs:,} jobs printed: time"
    targets = [Target("qctl export", 3, SHELL)]
    yield Measurement(16, title, "ms", times, SHELL, targets, subjects)
