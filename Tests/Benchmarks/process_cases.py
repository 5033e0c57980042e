"""The cases of whole commands: start-up, one enqueue, what an operator reads."""

from harness import SMALL
from measure import time_processes
from report import Measurement, Target


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
