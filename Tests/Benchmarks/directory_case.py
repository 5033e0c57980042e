"""The case of the directory store: plain files against a C program that does the same to them."""

from measure import interleave, rate, require
from report import Measurement, Target
from stores import fresh_folder
from workshop import Unavailable

ROUNDS, COUNT, MANY = 5, 1_000, 100_000
LIMIT = "C, same files"


def directory(bench):
    """13: directory store: enqueue, claim, settle; few and many waiting."""
    if bench.workshop.qctl_bench is None:
        raise Unavailable("qctl-bench: not built")
    yield step(bench, "enqueue", "durable enqueue", 0.8)
    yield step(bench, "claim", "claim, no sync", 0.7)
    yield step(bench, "settle", "settle, history kept", 0.7, extra={"C, unlink only": "remove"})
    yield among_many(bench)


def step(bench, work, title, least, extra=()):
    """One kind of call, each subject on a store made anew."""
    limit = bench.workshop.limit("files")
    subjects = {
        "qctl": lambda: qctl(bench, work, work != "enqueue"),
        LIMIT: lambda: rate([limit, work, str(COUNT), fresh_folder("files-limit")]),
    }
    for label, other in dict(extra).items():
        subjects[label] = lambda: rate([limit, other, str(COUNT), fresh_folder("files-limit")])
    if work != "settle":
        peer = bench.attempt(lambda: bench.workshop.peer_command("dirq"))
        if peer:
            command = [*peer, work, str(COUNT)]
            subjects["dirq"] = lambda: rate([*command, fresh_folder("dirq")])
    targets = [Target("qctl", least, LIMIT, at_least=True)]
    if "dirq" in subjects:
        targets.append(Target("qctl", 1.0, "dirq", at_least=True))
    samples = interleave(subjects, ROUNDS, bench.note)
    return Measurement(13, f"directory store: {title}", "/s", samples, LIMIT, targets)


def qctl(bench, work, is_filled):
    place = f"dir:{fresh_folder('spool') / 'store'}"
    if is_filled:
        require([bench.workshop.qctl_bench, "fill", str(COUNT), place])
    return rate([bench.workshop.qctl_bench, work, str(COUNT), place])


def among_many(bench):
    """Claims of a thousand jobs, of which there are as many, or a hundred times."""

    def filled(count):
        place = f"dir:{fresh_folder(f'spool-{count}') / 'store'}"
        require([bench.workshop.qctl_bench, "fill", str(count), place])
        return place

    many = filled(MANY)

    def claim_of_many():
        require([bench.workshop.qctl_bench, "fill", str(COUNT), many])
        return rate([bench.workshop.qctl_bench, "claim", str(COUNT), many])

    few = f"of {COUNT:,} ready"
    subjects = {
        few: lambda: qctl(bench, "claim", True),
        f"of {MANY:,} ready": claim_of_many,
    }
    samples = interleave(subjects, ROUNDS, bench.note)
    targets = [Target(f"of {MANY:,} ready", 0.9, few, at_least=True)]
    title = "directory store: claim, one at a time"
    return Measurement(13, title, "/s", samples, few, targets)
