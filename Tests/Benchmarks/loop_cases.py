"""The cases inside one process, where only the store's work counts."""

from harness import FULL_PEERS, in_process
from measure import interleave, rate
from report import Measurement, Target


SAME = "C, same rows"


def same_rows(bench, subjects, work, *arguments, filled=0):
    """Adds the limit that writes the same rows as qctl, on a store that `qctl init` makes anew."""

    def limit():
        path = bench.stores.made("same-rows")
        if filled:
            bench.stores.add_jobs(path, filled)
        return rate([bench.workshop.limit(work), *arguments, path])

    subjects[SAME] = limit


def enqueue_loop(bench):
    """3: durable enqueues in one process, a commit each."""
    count = 3_000
    limit = {"C limit": [bench.workshop.limit("enqueue"), str(count)]}
    subjects = in_process(bench, "enqueue", count, limit)
    same_rows(bench, subjects, "same_enqueue", str(count))
    samples = interleave(subjects, 5, bench.note)
    targets = [Target("qctl", 0.85, "C limit", at_least=True)]
    targets += [Target("qctl", 1.0, peer, at_least=True) for peer in FULL_PEERS]
    yield Measurement(3, "durable enqueue in one process", "/s", samples, "C limit", targets)


def settle_claim(bench):
    """4: settle and claim, one job at a time."""
    count = 3_000
    program = bench.workshop.limit("settle_claim")
    limits = {
        "C, one commit": [program, "one", str(count), "1"],
        "C, two commits": [program, "two", str(count), "1"],
    }
    bench.note("goqite: needs a Go toolchain; its figures are not taken here")
    subjects = in_process(bench, "settle-claim", count, limits)
    same_rows(bench, subjects, "same_settle_claim", str(count), "1", filled=count)
    samples = interleave(subjects, 5, bench.note)
    targets = [Target("qctl", 0.85, "C, one commit", at_least=True)]
    peers = ("litequeue", "persist-queue")
    targets += [Target("qctl", 1.5, peer, at_least=True) for peer in peers]
    title = "settle + claim, one at a time"
    yield Measurement(4, title, "/s", samples, "C, one commit", targets)


def settle_claim_batches(bench):
    """5: the same in batches of 100."""
    count, batch = 50_000, 100
    program = bench.workshop.limit("settle_claim")
    lean = {"C, lean tables": [program, "one", str(count), str(batch)]}
    subjects = in_process(bench, "settle-claim", count, lean, batch, peers=())
    same_rows(bench, subjects, "same_settle_claim", str(count), str(batch), filled=count)
    samples = interleave(subjects, 5, bench.note)
    targets = [Target("qctl", 0.6, SAME, at_least=True)]
    yield Measurement(5, "settle + claim, batches of 100", "/s", samples, SAME, targets)
