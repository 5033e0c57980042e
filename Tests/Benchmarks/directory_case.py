"""The case of the directory store: plain files against a C program that does the same to them."""

from measure import interleave, rate, require
from report import Measurement, Target
from subjects import FULL, NONE, PEER, RAISED
from workshop import Unavailable

ROUNDS, COUNT, MANY = 7, 1_000, 100_000
LIMIT = "C, same files"


def directory(bench):
    """13: directory store: enqueue, claim, settle; few and many waiting."""
    if bench.workshop.qctl_bench is None:
        raise Unavailable("qctl-bench: not built")
    bench.note("case 13: dirq syncs nothing by itself; here the new file and its folder are synced")
    yield step(bench, "enqueue", "durable enqueue", 0.8, FULL)
    yield step(bench, "claim", "claim, no sync", 0.7, NONE)
    yield step(
        bench, "settle", "settle, history kept", 0.7, FULL, extra={"C, unlink only": "remove"})
    yield from among_many(bench)


def step(bench, work, title, least, durability, extra=()):
    """One kind of call, each subject on a store made anew."""
    limit, folder = bench.workshop.limit("files"), bench.stores.folder
    subjects = bench.subjects(durability)
    subjects.qctl("qctl", lambda: qctl(bench, work, work != "enqueue"))
    for label, what in {LIMIT: work, **dict(extra)}.items():
        subjects.limit(
            label, lambda what=what: rate([limit, what, str(COUNT), folder("files-limit")]))
    targets = [Target("qctl", least, LIMIT, at_least=True)]
    if work == "enqueue":
        # Taking old files again by rename, rather than making new ones, could do that.
        targets.append(Target("qctl", 1.2, LIMIT, at_least=True, stretch=True))
    if work != "settle" and PEER in bench.wanted:
        peer = bench.attempt(lambda: bench.workshop.peer_command("dirq"))
        if peer:
            command = [*peer, work, str(COUNT)]
            raised = RAISED if durability == FULL else durability
            subjects.peer("dirq", lambda: rate([*command, folder("dirq")]), raised)
        targets.append(Target("qctl", 1.0, "dirq", at_least=True))
    samples = interleave(subjects, bench.rounds(ROUNDS), bench.note)
    return Measurement(13, f"directory store: {title}", "/s", samples, LIMIT, targets, subjects)


def qctl(bench, work, is_filled):
    place = f"dir:{bench.stores.folder('spool') / 'store'}"
    if is_filled:
        require([bench.workshop.qctl_bench, "fill", str(COUNT), place])
    return rate([bench.workshop.qctl_bench, work, str(COUNT), place])


def among_many(bench):
    """A thousand enqueues and claims, where a thousand wait, or a hundred times as many."""
    program, count = bench.workshop.qctl_bench, str(COUNT)

    def filled(waiting):
        place = f"dir:{bench.stores.folder(f'spool-{waiting}') / 'store'}"
        require([program, "fill", str(waiting), place])
        return place

    few, many = f"{COUNT:,} waiting", f"{MANY:,} waiting"
    places = {
        label: bench.once(f"spool-{waiting}", lambda: filled(waiting))
        for label, waiting in ((few, COUNT), (many, MANY))
    }
    # What is enqueued is claimed, so that as many wait in each round.
    steps = {"enqueue": FULL, "claim": NONE}
    runs = {work: bench.subjects(durability) for work, durability in steps.items()}
    for work, subjects in runs.items():
        for label, place in places.items():
            subjects.qctl(
                label, lambda work=work, place=place: rate([program, work, count, place]))
    samples = {work: {} for work in steps}
    both = {(work, label): runs[work][label] for label in places for work in steps}
    for (work, label), sample in interleave(both, bench.rounds(ROUNDS), bench.note).items():
        samples[work][label] = sample
    for work, subjects in runs.items():
        title = f"directory store: {work}, one at a time"
        targets = [Target(many, 0.9, few, at_least=True)]
        yield Measurement(13, title, "/s", samples[work], few, targets, subjects)
