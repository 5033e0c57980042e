"""The cases of large stores that are kept from run to run: reading them, and claiming among many."""

from harness import SMALL
from measure import interleave, rate
from report import Measurement, Target
from stores import some_job
from subjects import FULL, NONE, NOT_APPLICABLE
from workshop import Unavailable

ROUNDS, COUNT = 15, 600
CLAIM, SETTLE = "claim alone, one at a time, no sync", "settle + claim, one at a time"

# What an operator reads first. The jobs of these stores wait for a day: health ends with 2 for it.
VIEWS = {
    "list -n 100": ["list", "-n", "100"],
    "show ID": ["show", "ID"],
    "queues": ["queues"],
    "health": ["health"],
}
HIGHEST_STATUS = 2


def shapes(big):
    """{label: (completed, scheduled, ready)}; the first is what the others are compared with."""
    ahead = max(big // 10, 1)
    return {
        f"{SMALL:,} ready": (0, 0, SMALL),
        f"{big:,} ready": (0, 0, big),
        f"behind {big:,} completed": (big, 0, SMALL),
        f"{ahead:,} scheduled in front": (0, ahead, SMALL),
    }


def paths(bench, wanted):
    """{label: path} of stores of these shapes."""
    return {label: bench.stores.big(*counts) for label, counts in wanted.items()}


def size(bench):
    """7: what an operator reads, on a small and on a large store."""
    if bench.workshop.qctl is None:
        raise Unavailable("qctl: not built")
    small, large, *_ = paths(bench, dict(list(shapes(bench.big).items())[:2])).values()
    labels = {f"at {SMALL:,}": small, f"at {bench.big:,}": large}
    few, many = labels
    for name, words in VIEWS.items():
        subjects = bench.subjects(NOT_APPLICABLE)
        for label, path in labels.items():
            bench.add_qctl(subjects, label, lambda: view(bench, path, words), HIGHEST_STATUS)
        targets = [Target(many, 1.3, few), Target(many, 5)]
        title = f"qctl {name}"
        yield bench.processes(7, title, subjects, 60, few, targets, HIGHEST_STATUS)


def view(bench, path, words):
    """A command line that reads; ID stands for a job in the middle."""
    words = [some_job(path) if word == "ID" else word for word in words]
    return [bench.workshop.qctl, "--store", path, *words]


def loops(bench, paths, prefix, *command):
    """{label: subject}, a loop on each store, which takes as many jobs as were added before it."""

    def take(path):
        bench.stores.add_jobs(path, COUNT)
        return rate([*command, path])

    return {prefix + label: lambda path=path: take(path) for label, path in paths.items()}


def claim_at_scale(bench):
    """8: claiming among many jobs, at the rate of few."""
    program = bench.workshop.qctl_bench
    if program is None:
        raise Unavailable("qctl-bench: not built")
    stores = paths(bench, shapes(bench.big))
    few, *many = stores
    targets = [Target(label, 0.85, few, at_least=True) for label in many]

    subjects = bench.subjects(NONE)
    for label, loop in loops(bench, stores, "", program, "claim", str(COUNT)).items():
        subjects.qctl(label, loop)
    samples = interleave(subjects, bench.rounds(ROUNDS), bench.note)
    yield Measurement(8, CLAIM, "/s", samples, few, targets, subjects)

    limit = bench.workshop.limit("same_settle_claim")
    subjects = bench.subjects(FULL)
    for label, loop in loops(bench, stores, "", program, "drain", str(COUNT)).items():
        subjects.qctl(label, loop)
    for label, loop in loops(bench, stores, "C, ", limit, str(COUNT), "1").items():
        subjects.limit(label, loop)
    samples = interleave(subjects, bench.rounds(ROUNDS), bench.note)
    yield Measurement(8, SETTLE, "/s", samples, few, targets, subjects)
