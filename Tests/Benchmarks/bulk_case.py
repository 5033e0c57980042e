"""The case of many jobs at once: how fast, in how much memory, and who has to wait for it."""

import subprocess
from contextlib import contextmanager

from measure import Sample, interleave, rate, reported
from report import Measurement, Target
from subjects import FULL, NOT_APPLICABLE, QCTL

# What a line of the file says, for the limit that reads none.
LINE = ["q", "t", '{"n":1000000}']
LOCK, GATE = "the write lock", "qctl's gate, then the lock"


@contextmanager
def probed(command, waits):
    """Probes a store while the body runs; then adds the longest wait to `waits`."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as prober:
        try:
            yield
        finally:
            output, _ = prober.communicate()
    waits.append(reported(output, "longest_ms", command))


class Bulk:
    """Fills stores with `jobs` jobs, and gathers what is seen meanwhile."""

    def __init__(self, bench):
        self.stores, self.jobs = bench.stores, bench.jobs
        self.limit = bench.workshop.limit
        self.memory, self.waits = [], {LOCK: [], GATE: []}

    def qctl(self):
        _, _, speed, peak = self.stores.fill_qctl("qctl-bulk", self.jobs)
        self.memory.append(peak)
        return speed

    def qctl_while_probed(self):
        """In rounds of its own, since probing costs something too."""
        path = self.stores.made("qctl-bulk")
        prober = [self.limit("prober"), path]
        with probed(prober, self.waits[LOCK]):
            with probed([*prober, f"{path}.qctl/gate"], self.waits[GATE]):
                _, _, speed, _ = self.stores.fill_made(path, self.jobs)
        return speed

    def same_rows(self):
        path = self.stores.made("same-bulk")
        return rate([self.limit("same_bulk"), str(self.jobs), path, *LINE])

    def lean(self):
        path = str(self.stores.folder("lean-bulk") / "jobs.db")
        return rate([self.limit("bulk"), str(self.jobs), path])


def bulk(bench):
    """6: many NDJSON lines through the command, against rows made in memory."""
    run = Bulk(bench)
    subjects = bench.subjects(FULL)
    subjects.qctl("qctl", run.qctl)
    subjects.qctl("qctl, while probed", run.qctl_while_probed)
    subjects.limit("C, same rows, from memory", run.same_rows)
    subjects.limit("C, lean tables, from memory", run.lean)
    samples = interleave(subjects, bench.rounds(3), bench.note)
    title = f"enqueue --bulk, {bench.jobs:,} lines"
    limit = "C, same rows, from memory"
    targets = [Target("qctl", 0.5, limit, at_least=True)]
    yield Measurement(6, title, "/s", samples, limit, targets, subjects)
    peaks = {"qctl": Sample(run.memory)} if run.memory else {}
    about = bench.subjects(NOT_APPLICABLE)
    about.describe("qctl", QCTL)
    yield Measurement(6, "bulk: its peak memory", "MiB", peaks, "", [Target("qctl", 64)], about)
    waits = {label: Sample(runs) for label, runs in run.waits.items() if runs}
    targets = [Target(label, 250, percentile=100) for label in run.waits]
    for label in run.waits:
        about.describe(label, QCTL)
    title = "bulk: longest wait of others for"
    yield Measurement(6, title, "ms", waits, "", targets, about)
