"""The case of growth: each operation on stores of different sizes; the ratio is the result."""

from harness import SMALL
from measure import Sample, rate, time_processes
from report import Measurement
from scale_case import HIGHEST_STATUS, VIEWS, paths, shapes, view
from stores import newest_ready
from subjects import FULL, NONE, NOT_APPLICABLE
from workshop import Unavailable

ROUNDS, COUNT, VIEW_ROUNDS = 5, 500, 20
# {title: durability} of the loops, in the order in which a store is left as it was found.
LOOPS = {"enqueue": FULL, "claim": NONE, "settle + claim": FULL}
PAIR = {"cancel ID": "cancel", "retry ID": "retry"}


def growth(bench):
    """19: each operation where few and many are ready, scheduled in front and completed behind."""
    if bench.workshop.qctl is None or bench.workshop.qctl_bench is None:
        raise Unavailable("qctl or qctl-bench: not built")
    wanted = shapes(bench.big)
    middle = max(bench.big // 10, 1)
    stores = paths(bench, wanted | {f"{middle:,} ready": (0, 0, middle)})
    yield from in_one_process(bench, stores)
    yield from as_processes(bench, stores)


def in_one_process(bench, stores):
    """Operations a second: what is enqueued is taken, and so is what a bulk adds."""
    program, count = bench.workshop.qctl_bench, str(COUNT)
    speeds = {title: {label: [] for label in stores} for title in LOOPS}
    for _ in range(bench.rounds(ROUNDS)):
        for label, path in stores.items():
            speeds["enqueue"][label].append(rate([program, "enqueue", count, path]))
            speeds["claim"][label].append(rate([program, "claim", count, path]))
            bench.stores.add_jobs(path, COUNT)
            speeds["settle + claim"][label].append(rate([program, "drain", count, path]))
    for title, runs in speeds.items():
        yield measurement(bench, f"{title}, one at a time", "/s", runs, LOOPS[title])


def as_processes(bench, stores):
    """Milliseconds of whole commands; a job that is cancelled is retried at once."""
    for title, words in VIEWS.items():
        commands = {label: view(bench, path, words) for label, path in stores.items()}
        timed = time_processes(commands, bench.rounds(VIEW_ROUNDS), HIGHEST_STATUS)
        runs = {label: time.runs for label, (time, _) in timed.items()}
        yield measurement(bench, f"qctl {title}", "ms", runs, NOT_APPLICABLE)
    commands = {}
    for label, path in stores.items():
        job = newest_ready(path)
        for title, verb in PAIR.items():
            commands[title, label] = [
                *(bench.workshop.qctl, "--store", path, verb, job, "--yes", "--quiet")]
    timed = time_processes(commands, bench.rounds(VIEW_ROUNDS))
    for title in PAIR:
        runs = {label: timed[title, label][0].runs for label in stores}
        yield measurement(bench, f"qctl {title}", "ms", runs, FULL)


def measurement(bench, title, unit, runs, durability):
    subjects = bench.subjects(durability)
    for label in runs:
        subjects.qctl(label, None)
    samples = {label: Sample(figures) for label, figures in runs.items()}
    few = f"{SMALL:,} ready"
    return Measurement(19, f"growth: {title}", unit, samples, few, [], subjects)
