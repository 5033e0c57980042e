"""The case of an idle worker: how soon a job's handler starts, and what waiting costs."""

import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from measure import Sample, require
from report import Measurement, Target
from subjects import FULL, LIMIT as C_LIMIT, NONE, NOT_APPLICABLE, PEER, QCTL
from worker_cases import task_spooler
from workshop import Unavailable

# The rounds alternate; the first enqueues of each find cold caches and aren't counted.
ROUNDS, EACH, WARM_UP = 3, 100, 5
IDLE_SECONDS = 10
LIMIT = "C insert, then spawn"


def processor_seconds(process):
    """What all threads of a running process have used so far."""
    tasks = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


@contextmanager
def running(command):
    """A process that runs as long as the body does."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()


class Pickup:
    """Makes jobs one by one and gathers, in ms, how soon their handlers start."""

    def __init__(self, bench):
        self.bench, self.limit = bench, bench.workshop.limit
        self.pipe = str(bench.stores.folder("pickup") / "stamps")
        self.handler = [self.limit("stamp", static=True), self.pipe]
        self.from_start, self.from_exit = {}, {}
        self.about = bench.subjects(FULL)

    def measure(self, label, *command):
        count = str(EACH + WARM_UP)
        lines = require([self.limit("pickup"), count, self.pipe, *command]).splitlines()
        for line in lines[WARM_UP:]:
            start, exit = (float(word) / 1000 for word in line.split())
            self.from_start.setdefault(label, []).append(start)
            self.from_exit.setdefault(label, []).append(exit)

    def qctl(self, enqueue):
        self.about.describe("qctl", QCTL)
        self.measure("qctl", *enqueue)

    def least(self, database):
        self.about.describe(LIMIT, C_LIMIT)
        self.measure(LIMIT, self.limit("insert_one"), database, ":::", *self.handler)

    def spooler(self):
        self.about.describe("task-spooler", PEER, NONE)
        with task_spooler(self.bench, "spooler", 1) as command:
            self.measure("task-spooler", *command, "-n", *self.handler)


def pickup(bench):
    """11: from an enqueue in one process to the start of the handler in another."""
    if bench.workshop.qctl is None:
        raise Unavailable("qctl: not built")
    run = Pickup(bench)
    qctl = [bench.workshop.qctl, "--store", bench.stores.made("pickup-store")]
    enqueue = [*qctl, "enqueue", "-q", "q", "-t", "t", "--payload", "{}"]
    database, _ = bench.stores.lean(1_000)
    with running([*qctl, "work", "-q", "q", "--quiet", "--", *run.handler]) as worker:
        for _ in range(bench.rounds(ROUNDS)):
            bench.attempt(lambda: run.qctl(enqueue))
            if C_LIMIT in bench.wanted:
                bench.attempt(lambda: run.least(database))
            if PEER in bench.wanted:
                bench.attempt(run.spooler)
        idle = idle_share(bench, worker)

    # The enqueue alone, as a process, takes about the two milliseconds: what the target means begins
    # when its caller knows that the job is there. A handler may start even before that.
    bounds = {
        "enqueue's exit": (run.from_exit, [Target("qctl", 2), Target("qctl", 10, percentile=99)]),
        "enqueue's start": (run.from_start, [Target("qctl", 10, percentile=99)]),
    }
    for name, (times, targets) in bounds.items():
        samples = {label: Sample(runs) for label, runs in times.items()}
        title = f"idle worker: from {name} to handler"
        yield Measurement(11, title, "ms", samples, LIMIT, targets, run.about)
    target = Target("qctl", 0.1)
    about = bench.subjects(NOT_APPLICABLE)
    about.describe("qctl", QCTL)
    title = "idle worker: CPU"
    yield Measurement(11, title, "%", {"qctl": Sample([idle])}, "", [target], about)


def idle_share(bench, worker):
    """The share of a processor, in per cent, that an idle worker uses."""
    before, start = processor_seconds(worker), time.monotonic()
    time.sleep(bench.rounds(IDLE_SECONDS))
    return 100 * (processor_seconds(worker) - before) / (time.monotonic() - start)
