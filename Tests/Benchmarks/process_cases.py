"""The cases of whole commands: start-up, and one enqueue."""

import subprocess

from report import Target
from stores import id_number
from subjects import FULL, NONE, NOT_APPLICABLE, PEER
from workshop import Unavailable


def start_up(bench):
    """1: what a process costs, doing nothing and showing one job of a million."""
    limit, stores = bench.workshop.limit, bench.stores
    subjects = bench.subjects(NOT_APPLICABLE)
    bench.add_qctl(subjects, "qctl", lambda: [bench.workshop.qctl, "--version"])
    subjects.limit("C hello, static", [limit("hello", static=True)])
    subjects.limit("C hello, dynamic", [limit("hello")])
    bench.add_tool(subjects, "sqlite3 --version", "sqlite3", "--version")
    target = Target("qctl", 0.75, "sqlite3 --version")
    yield bench.processes(1, "qctl --version", subjects, 100, "C hello, static", [target])

    path, identifier = stores.lean(bench.jobs)
    query = "SELECT * FROM jobs JOIN payloads USING(id) WHERE id=" + identifier

    def show():
        store, job, *_ = stores.qctl(bench.jobs)
        return [bench.workshop.qctl, "--store", store, "show", job]

    subjects = bench.subjects(NOT_APPLICABLE)
    bench.add_qctl(subjects, "qctl", show)
    subjects.limit("C query, static", [limit("query_one", static=True), path, identifier])
    subjects.limit("C query, dynamic", [limit("query_one"), path, identifier])
    bench.add_tool(subjects, "sqlite3 query", "sqlite3", path, query)
    # What people would type instead: the shell must parse the same schema as qctl.
    store, job, *_ = stores.qctl(bench.jobs)
    same = f"SELECT * FROM qctl_jobs JOIN qctl_payloads USING(id) WHERE id={id_number(job)}"
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

    subjects = bench.subjects(FULL)
    bench.add_qctl(subjects, "qctl", enqueue)
    subjects.limit("C insert", [bench.workshop.limit("insert_one"), path])
    # Both leave a process behind, which runs the job: no peer of this kind is a mere store.
    bench.add_tool(subjects, "nq", "nq", "true", durability=NONE)
    if PEER in bench.wanted:
        spooler = bench.attempt(lambda: _spooler(bench))
        if spooler:
            subjects.peer("tsp -n", [spooler, "-n", "true"], NONE)
    target = Target("qctl", 1.3, "C insert")
    try:
        yield bench.processes(2, "qctl enqueue, one job", subjects, 100, "C insert", [target])
    finally:
        if "tsp -n" in subjects:
            _quietly([spooler, "-K"])


def _spooler(bench):
    """task-spooler, its server started: the first command would be the one that does it."""
    program = bench.workshop.tool("tsp")
    if _quietly([program, "-S", "1"]) != 0:
        raise Unavailable("task-spooler: its server did not start")
    return program


def _quietly(command):
    # The server would otherwise keep the pipes open that somebody reads to their end.
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.run(command, **quiet).returncode
