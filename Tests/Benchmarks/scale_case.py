"""The case of claiming among many: on large stores that are kept from run to run."""

from harness import SMALL
from measure import interleave, rate
from report import Measurement, Target
from workshop import Unavailable

ROUNDS, COUNT = 5, 1_000
CLAIM, SETTLE = "claim alone, one at a time, no sync", "settle + claim, one at a time"


def shapes(big):
    """{label: (completed, scheduled, ready)}; the first is what the others are compared with."""
    ahead = max(big // 10, 1)
    return {
        f"{SMALL:,} ready": (0, 0, SMALL),
        f"{big:,} ready": (0, 0, big),
        f"behind {big:,} completed": (big, 0, SMALL),
        f"{ahead:,} scheduled in front": (0, ahead, SMALL),
    }


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
    paths = {
        label: bench.stores.big(f"claims-{number}", *counts)
        for number, (label, counts) in enumerate(shapes(bench.big).items())
    }
    few, *many = paths
    targets = [Target(label, 0.85, few, at_least=True) for label in many]

    subjects = loops(bench, paths, "", program, "claim", str(COUNT))
    samples = interleave(subjects, ROUNDS, bench.note)
    yield Measurement(8, CLAIM, "/s", samples, few, targets)

    limit = bench.workshop.limit("same_settle_claim")
    subjects = loops(bench, paths, "", program, "drain", str(COUNT))
    subjects |= loops(bench, paths, "C, ", limit, str(COUNT), "1")
    samples = interleave(subjects, ROUNDS, bench.note)
    yield Measurement(8, SETTLE, "/s", samples, few, targets)
