"""The cases of the targets table, each a function that yields what it measured."""

from measure import Sample, interleave, rate, require, time_processes
from report import Measurement, Target
from stores import Stores, fresh_folder, job_lines
from workshop import PEERS, Unavailable

FULL_PEERS = tuple(PEERS)
SMALL = 10_000


class Bench:
    """What the cases share: the workshop, filled stores, and what could not be measured."""

    def __init__(self, workshop, jobs):
        self.workshop = workshop
        self.stores = Stores(workshop)
        self.jobs = jobs
        self.notes = []

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)

    def attempt(self, make):
        """The value of `make`, or None with a note where something isn't available."""
        try:
            return make()
        except Unavailable as reason:
            self.note(str(reason))
            return None

    def add_qctl(self, subjects, label, make):
        """Adds a command line of qctl, once it has been seen to work: a no-op would be fast."""
        if self.workshop.qctl is None:
            self.note("qctl: not built")
            return
        command = self.attempt(make)
        output = self.attempt(lambda: require(command)) if command else None
        if output:
            subjects[label] = command
        elif output == "":
            self.note(f"{label}, {command[-1]}: printed nothing, so it isn't measured")

    def add_tool(self, subjects, label, name, *arguments):
        path = self.attempt(lambda: self.workshop.tool(name))
        if path:
            subjects[label] = [path, *arguments]

    def processes(self, case, title, subjects, rounds, limit, targets):
        timed = time_processes(subjects, rounds)
        samples = {label: time for label, (time, _) in timed.items()}
        return Measurement(case, title, "ms", samples, limit, targets)


def start_up(bench):
    """1: what a process costs, doing nothing and showing one job of a million."""
    limit, stores = bench.workshop.limit, bench.stores
    subjects = {}
    bench.add_qctl(subjects, "qctl", lambda: [bench.workshop.qctl, "--version"])
    subjects["C hello, static"] = [limit("hello", static=True)]
    subjects["C hello, dynamic"] = [limit("hello")]
    bench.add_tool(subjects, "sqlite3 --version", "sqlite3", "--version")
    target = Target("qctl", 0.75, "sqlite3 --version")
    yield bench.processes(1, "qctl --version", subjects, 100, "C hello, static", [target])

    path, identifier = stores.lean(bench.jobs)
    query = "SELECT * FROM jobs JOIN payloads USING(id) WHERE id=" + identifier

    def show():
        store, job, *_ = stores.qctl(bench.jobs)
        return [bench.workshop.qctl, "--store", store, "show", job]

    subjects = {}
    bench.add_qctl(subjects, "qctl", show)
    subjects["C query, static"] = [limit("query_one", static=True), path, identifier]
    subjects["C query, dynamic"] = [limit("query_one"), path, identifier]
    bench.add_tool(subjects, "sqlite3 query", "sqlite3", path, query)
    # What people would type instead: the shell must parse the same schema as qctl.
    store, job, *_ = stores.qctl(bench.jobs)
    number = sum(
        "0123456789abcdefghjkmnpqrstvwxyz".index(digit) << 5 * place
        for place, digit in enumerate(reversed(job)))
    same = f"SELECT * FROM qctl_jobs JOIN qctl_payloads USING(id) WHERE id={number}"
    bench.add_tool(subjects, "sqlite3, qctl's store", "sqlite3", store, same)
    title = f"qctl show ID, {bench.jobs:,} jobs"
    # On two lean tables the shell is spared two thirds of the schema that qctl has to parse.
    targets = [
        Target("qctl", 1.0, "sqlite3, qctl's store"),
        Target("qctl", 1.0, "sqlite3 query"),
    ]
    yield bench.processes(1, title, subjects, 100, "C query, static", targets)


def enqueue_process(bench):
    """2: one durable job, as a process."""
    path, _ = bench.stores.lean(1_000)

    def enqueue():
        store, *_ = bench.stores.qctl(1_000)
        return [
            *(bench.workshop.qctl, "--store", store, "enqueue"),
            *("-t", "bench", "--payload", "{}"),
        ]

    subjects = {}
    bench.add_qctl(subjects, "qctl", enqueue)
    subjects["C insert"] = [bench.workshop.limit("insert_one"), path]
    target = Target("qctl", 1.3, "C insert")
    yield bench.processes(2, "qctl enqueue, one job", subjects, 100, "C insert", [target])


def in_process(bench, work, count, limit_command, batch=None, peers=FULL_PEERS):
    """Subjects that time themselves, each on a store of its own, made anew every round."""

    def on_fresh_store(name, command, file="queue.db", tail=()):
        return lambda: rate([*command, str(fresh_folder(name) / file), *tail])

    subjects = {}
    if bench.workshop.qctl_bench:
        tail = [str(batch)] if batch else []
        start = [bench.workshop.qctl_bench, work, str(count)]
        subjects["qctl"] = on_fresh_store("qctl", start, tail=tail)
    else:
        bench.note("qctl-bench: not built")
    for label, command in limit_command.items():
        subjects[label] = on_fresh_store("limit", command)
    for name in peers:
        start = bench.attempt(lambda: bench.workshop.peer_command(name))
        if start:
            subjects[name] = on_fresh_store("peer", [*start, work, str(count)], "")
    return subjects


def enqueue_loop(bench):
    """3: durable enqueues in one process, a commit each."""
    count = 3_000
    limit = {"C limit": [bench.workshop.limit("enqueue"), str(count)]}
    samples = interleave(in_process(bench, "enqueue", count, limit), 5, bench.note)
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
    samples = interleave(in_process(bench, "settle-claim", count, limits), 5, bench.note)
    targets = [Target("qctl", 0.85, "C, one commit", at_least=True)]
    peers = ("litequeue", "persist-queue")
    targets += [Target("qctl", 1.5, peer, at_least=True) for peer in peers]
    title = "settle + claim, one at a time"
    yield Measurement(4, title, "/s", samples, "C, one commit", targets)


def settle_claim_batches(bench):
    """5: the same in batches of 100."""
    count, batch = 50_000, 100
    program = bench.workshop.limit("settle_claim")
    limit = {"C limit": [program, "one", str(count), str(batch)]}
    subjects = in_process(bench, "settle-claim", count, limit, batch, peers=())
    samples = interleave(subjects, 5, bench.note)
    targets = [Target("qctl", 0.6, "C limit", at_least=True)]
    yield Measurement(5, "settle + claim, batches of 100", "/s", samples, "C limit", targets)


def bulk(bench):
    """6: many NDJSON lines through the command. How long the gate is held isn't seen here."""
    memory = []

    def qctl():
        if bench.workshop.qctl is None:
            raise Unavailable("not built")
        _, _, speed, peak = bench.stores.fill_qctl("qctl-bulk", bench.jobs)
        memory.append(peak)
        return speed

    def limit():
        path = str(fresh_folder("lean-bulk") / "jobs.db")
        return rate([bench.workshop.limit("bulk"), str(bench.jobs), path])

    samples = interleave({"qctl": qctl, "C limit": limit}, 3, bench.note)
    title = f"enqueue --bulk, {bench.jobs:,} lines"
    targets = [Target("qctl", 0.5, "C limit", at_least=True)]
    yield Measurement(6, title, "/s", samples, "C limit", targets)
    peaks = {"qctl": Sample(memory)} if memory else {}
    yield Measurement(6, "  its peak memory", "MiB", peaks, "", [Target("qctl", 64)])


def size(bench):
    """7: what an operator reads, on a small and on a large store."""
    views = {"list -n 100": ["list", "-n", "100"], "queues": ["queues"], "show ID": ["show"]}
    for name, words in views.items():
        subjects, labels = {}, [f"at {count:,}" for count in (SMALL, bench.jobs)]
        for label, count in zip(labels, (SMALL, bench.jobs)):

            def view(count=count):
                store, job, *_ = bench.stores.qctl(count)
                tail = [job] if words == ["show"] else []
                return [bench.workshop.qctl, "--store", store, *words, *tail]

            bench.add_qctl(subjects, label, view)
        targets = [Target(labels[1], 1.3, labels[0]), Target(labels[1], 5)]
        samples = {}
        if subjects:
            timed = time_processes(subjects, 40)
            samples = {label: time for label, (time, _) in timed.items()}
        yield Measurement(7, f"qctl {name}", "ms", samples, "", targets)


def worker(bench):
    """9: a worker with two slots running /bin/true."""
    count = 2_000

    def wall(command):
        ((time, _),) = time_processes({"worker": command}, 1).values()
        return count / (time.median / 1000)

    def qctl():
        if bench.workshop.qctl is None:
            raise Unavailable("not built")
        start = [bench.workshop.qctl, "--store", str(fresh_folder("worker") / "queue.db")]
        require([*start, "enqueue", "--bulk", job_lines(count)])
        handler = ["--until-empty", "--quiet", "--", "/bin/true"]
        speed = wall([*start, "work", "-q", "q", "-c", "2", *handler])
        done = require([*start, "list", "-q", "q", "--state", "completed", "--ids"])
        if len(done.split()) != count:
            raise Unavailable(f"work completed {len(done.split())} of {count} jobs")
        return speed

    subjects = {
        "qctl": qctl,
        "C spawn, 2 at a time": lambda: wall([bench.workshop.limit("spawn"), str(count), "2"]),
    }
    if bench.attempt(lambda: bench.workshop.tool("xargs")):
        script = f"seq {count} | xargs -P2 -n1 /bin/true"
        subjects["xargs -P2"] = lambda: wall(["/bin/sh", "-c", script])
    samples = interleave(subjects, 5, bench.note)
    targets = [
        Target("qctl", 0.8, "C spawn, 2 at a time", at_least=True),
        Target("qctl", 1.0, "xargs -P2", at_least=True),
    ]
    title = "work -c 2 -- /bin/true"
    yield Measurement(9, title, "/s", samples, "C spawn, 2 at a time", targets)


CASES = {
    1: start_up,
    2: enqueue_process,
    3: enqueue_loop,
    4: settle_claim,
    5: settle_claim_batches,
    6: bulk,
    7: size,
    9: worker,
}
