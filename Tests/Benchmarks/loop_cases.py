"""The cases inside one process, where only the store's work counts."""

from harness import FULL_PEERS, in_process
from measure import interleave, rate
from report import Measurement, Target


SAME, KEYED = "C, same rows", "C, same rows with keys"
# Short and often: a machine that others use changes its speed within seconds.
ROUNDS = 15


def same_rows(bench, subjects, work, *arguments, filled=0, label=SAME, last=()):
    """Adds the limit that writes the same rows as qctl, on a store that `qctl init` makes anew."""

    def limit():
        path = bench.stores.made("same-rows")
        if filled:
            bench.stores.add_jobs(path, filled)
        return rate([bench.workshop.limit(work), *arguments, path, *last])

    subjects.limit(label, limit)


def enqueue_loop(bench):
    """3: durable enqueues in one process, a commit each; also with two keys each."""
    count = 600
    limit = {"C limit": [bench.workshop.limit("enqueue"), str(count)]}
    subjects = in_process(bench, "enqueue", count, limit)
    same_rows(bench, subjects, "same_enqueue", str(count))
    if bench.workshop.qctl_bench:
        keyed = [bench.workshop.qctl_bench, "enqueue-keyed", str(count)]
        subjects.qctl(
            "qctl, with keys",
            lambda: rate([*keyed, str(bench.stores.folder("keyed") / "queue.db")]))
        same_rows(bench, subjects, "same_enqueue", str(count), label=KEYED, last=["keys"])
    samples = interleave(subjects, bench.rounds(ROUNDS), bench.note)
    targets = [Target("qctl", 0.85, "C limit", at_least=True)]
    targets += [Target("qctl", 1.0, peer, at_least=True) for peer in FULL_PEERS]
    # A unique and an idempotency key: a row more, and four index entries, than what is leanest.
    targets += [Target("qctl, with keys", 0.85, KEYED, at_least=True)]
    title = "durable enqueue in one process"
    yield Measurement(3, title, "/s", samples, "C limit", targets, subjects)


def settle_claim(bench):
    """4: settle and claim, one job at a time."""
    count = 600
    program = bench.workshop.limit("settle_claim")
    limits = {
        "C, one commit": [program, "one", str(count), "1"],
        "C, two commits": [program, "two", str(count), "1"],
    }
    bench.note("case 4: goqite needs a Go toolchain; its figures are not taken here")
    bench.note("case 4: huey's claim deletes the job, so a crash loses what runs")
    subjects = in_process(bench, "settle-claim", count, limits)
    same_rows(bench, subjects, "same_settle_claim", str(count), "1", filled=count)
    samples = interleave(subjects, bench.rounds(ROUNDS), bench.note)
    targets = [Target("qctl", 0.85, "C, one commit", at_least=True)]
    peers = ("litequeue", "persist-queue")
    targets += [Target("qctl", 1.5, peer, at_least=True) for peer in peers]
    title = "settle + claim, one at a time"
    yield Measurement(4, title, "/s", samples, "C, one commit", targets, subjects)


def settle_claim_batches(bench):
    """5: the same in batches of 100."""
    count, batch = 30_000, 100
    program = bench.workshop.limit("settle_claim")
    lean = {"C, lean tables": [program, "one", str(count), str(batch)]}
    subjects = in_process(bench, "settle-claim", count, lean, batch, peers=())
    same_rows(bench, subjects, "same_settle_claim", str(count), str(batch), filled=count)
    samples = interleave(subjects, bench.rounds(9), bench.note)
    targets = [Target("qctl", 0.6, SAME, at_least=True)]
    title = "settle + claim, batches of 100"
    yield Measurement(5, title, "/s", samples, SAME, targets, subjects)
