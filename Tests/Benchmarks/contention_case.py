"""The case of several processes that write to one store at once."""

from collections import defaultdict

from measure import Sample, interleave, together
from report import Measurement, Target
from subjects import FULL
from workshop import Unavailable

ROUNDS, COUNT, MANY = 5, 2_000, 4


def contention(bench):
    """12: four processes at once on one store, against one alone."""
    program, limit = bench.workshop.qctl_bench, bench.workshop.limit
    if program is None:
        raise Unavailable("qctl-bench: not built")
    count = str(COUNT)
    yield from contend(
        bench, "enqueue", [program, "enqueue", count], [limit("same_enqueue"), count])
    yield from contend(
        bench, "settle + claim", [program, "drain", count],
        [limit("same_settle_claim"), count, "1"])


def contend(bench, title, qctl, limit):
    """The summed rate, then the longest time that any single call took.

    The limit leaves it to SQLite who is next, as C would; its commits sync while they hold the
    lock.
    """
    longest = defaultdict(list)

    def subject(label, command, processes):
        path = bench.stores.with_jobs("contention", processes * COUNT)
        speed, wait = together([[*command, path]] * processes)
        longest[label].append(wait)
        return speed

    one, many = "qctl, one process", f"qctl, {MANY} processes"
    subjects = bench.subjects(FULL)
    subjects.qctl(one, lambda: subject(one, qctl, 1))
    subjects.qctl(many, lambda: subject(many, qctl, MANY))
    for label, processes in (("C, one process", 1), (f"C, {MANY} processes", MANY)):
        subjects.limit(
            label, lambda label=label, processes=processes: subject(label, limit, processes))
    samples = interleave(subjects, bench.rounds(ROUNDS), bench.note)
    targets = [Target(many, 1.3, one, at_least=True)]
    yield Measurement(12, f"{title}, all together", "/s", samples, "C, one process", targets, subjects)
    waits = {label: Sample(runs) for label, runs in longest.items()}
    targets = [Target(many, 200, percentile=100)]
    yield Measurement(12, f"{title}, longest call", "ms", waits, "C, one process", targets, subjects)
