"""The case of handlers that live on: how many jobs they run, and how soon one has its job."""

from loop_cases import SAME, same_rows
from measure import Sample, interleave, require
from pickup_case import Pickup, running
from report import Measurement, Target
from stores import job_lines
from subjects import FULL
from worker_cases import runs_per_second
from workshop import Unavailable

BATCH = 100


def persistent(bench):
    """10: a worker whose handlers live on and do nothing, beside the store's own limit."""
    if bench.workshop.qctl is None:
        raise Unavailable("qctl: not built")
    yield throughput(bench)
    yield latency(bench)


def throughput(bench):
    many, few = 50_000, 5_000
    answer = bench.workshop.limit("answer")

    def qctl(*words, count=many):
        start = [bench.workshop.qctl, "--store", str(bench.stores.folder("persistent") / "queue.db")]
        require([*start, "enqueue", "--bulk", job_lines(count)])
        worker = [*start, "work", "-q", "q", "--until-empty", "--quiet", *words, "--", answer]
        speed = runs_per_second(worker, count)
        done = require([*start, "list", "-q", "q", "--state", "completed", "--ids"])
        if len(done.split()) != count:
            raise Unavailable(f"work completed {len(done.split())} of {count} jobs")
        return speed

    group = ["--prefetch", str(BATCH)]
    subjects = bench.subjects(FULL)
    subjects.qctl("qctl", lambda: qctl("-c", "2", "--persistent", *group))
    subjects.qctl(
        "qctl, --batch 100", lambda: qctl("--persistent", "--batch", str(BATCH), *group))
    subjects.qctl(
        "qctl, --prefetch 1",
        lambda: qctl("-c", "2", "--persistent", "--prefetch", "1", count=few))
    # The limit of case 5: the store's work for as many jobs at a time, and no handler at all.
    same_rows(bench, subjects, "same_settle_claim", str(many), str(BATCH), filled=many)
    samples = interleave(subjects, bench.rounds(5), bench.note)
    targets = [Target("qctl", 0.4, SAME, at_least=True)]
    title = "work --persistent, a handler that does nothing"
    return Measurement(10, title, "/s", samples, SAME, targets, subjects)


def latency(bench):
    """From the exit of `qctl enqueue` until a handler of an idle worker has read of the job."""
    run = Pickup(bench)
    qctl = [bench.workshop.qctl, "--store", bench.stores.made("persistent-pickup")]
    enqueue = [*qctl, "enqueue", "-q", "q", "-t", "t", "--payload", "{}"]
    handler = [bench.workshop.limit("answer"), run.pipe]
    with running([*qctl, "work", "-q", "q", "--quiet", "--persistent", "--", *handler]):
        bench.attempt(lambda: run.qctl(enqueue))
    samples = {label: Sample(runs) for label, runs in run.from_exit.items()}
    targets = [Target("qctl", 2), Target("qctl", 10, percentile=99)]
    title = "idle worker: from enqueue's exit to its persistent handler"
    return Measurement(10, title, "ms", samples, "", targets, run.about)
