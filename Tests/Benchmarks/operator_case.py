"""What an operator reads at 3 a.m. from a large store, beside the sqlite3 shell and another queue's tool."""

import sqlite3
from contextlib import closing

from measure import require
from redis_peer import Redis
from report import Target
from subjects import NONE, NOT_APPLICABLE, PEER

DEAD, RARE = 10_000, 20
ROUNDS = 20

# Twelve shapes of errors, no two of one shape alike.
SHAPES = [
    "connect to 10.0.0.%d:5432: refused", "user %d not found", 'no template "t-%d"',
    "timeout after %d ms", "status 50%d of the gateway", "cannot open /srv/mail/%d.eml",
    "row %d: bad date", "disk full, %d bytes needed", "token %d expired", "worker lost at %d",
    "quota of %d exceeded", "%d recipients refused",
]

# What the shell is asked: each by the index that answers best, its columns those that qctl shows.
COLUMNS = "id, queue, type, state, priority, attempt, run_at, enqueued_at, error"
LIVE = " UNION ALL ".join(
    f"SELECT id FROM qctl_jobs WHERE {state} AND queue = 'rare'"
    for state in ("state = 'ready'", "state = 'active'", "state IN ('scheduled', 'retrying')"))
ENDED = " UNION ALL ".join(
    f"SELECT id FROM qctl_jobs WHERE state = '{state}' AND finished_at IS NOT NULL"
    for state in ("completed", "dead", "cancelled"))
DEAD_ROWS = f"SELECT {COLUMNS} FROM qctl_jobs WHERE state = 'dead' AND finished_at IS NOT NULL"
LATEST = "ORDER BY finished_at DESC, id DESC LIMIT 100"
VIEWS = {
    "list -n 100": f"SELECT {COLUMNS} FROM qctl_jobs ORDER BY id DESC LIMIT 100",
    "list -q rare": f"SELECT {COLUMNS} FROM qctl_jobs WHERE id IN ({LIVE} UNION ALL {ENDED})"
    " AND queue = 'rare' ORDER BY id DESC",
    "queues": "SELECT queue, ready, scheduled, active, retrying, completed, dead FROM qctl_queues",
    # An hour of minutes; the age of nobody, but each entry of the index; what was ever counted.
    "stats": "SELECT q.*, m.* FROM qctl_queues q LEFT JOIN qctl_minutes m ON m.queue = q.queue"
    " AND m.minute >= strftime('%s', 'now') / 60 - 61",
    "stats --ages": "SELECT count(*) FROM qctl_jobs WHERE state = 'ready' AND queue = 'q'",
    "metrics": "SELECT * FROM qctl_queues",
    "show ID": "SELECT * FROM qctl_jobs JOIN qctl_payloads USING(id) WHERE id = (SELECT max(id)"
    " FROM qctl_jobs)",
    "dlq list -n 100": f"{DEAD_ROWS} {LATEST}",
    "dlq list -q rare": f"{DEAD_ROWS} AND queue = 'rare' {LATEST}",
    "dlq groups": "SELECT error, count(*) FROM qctl_jobs WHERE state = 'dead'"
    " AND finished_at IS NOT NULL GROUP BY error",
}

# Asked again where each job is in the indexes; a bulk is there only once it is promoted.
WATCHED = ["queues", "stats", "stats --ages", "metrics", "health"]

# What rq's own tools say of as many jobs.
RQ = {"queues": "info", "dlq list -n 100": "failed"}


def operator(bench):
    """18: what an operator reads, of a large store with 10,000 dead jobs."""
    store, newest = bench.once("operator", lambda: _store(bench))
    redis = None
    if PEER in bench.wanted:
        redis = bench.attempt(lambda: Redis(bench.workshop, bench.jobs, DEAD, SHAPES))
        bench.note("celery: keeps no list of dead jobs, and its tools ask running workers only")
    try:
        for view, query in VIEWS.items():
            words = [newest if word == "ID" else word for word in view.split()]
            subjects = bench.subjects(NOT_APPLICABLE)
            bench.add_qctl(
                subjects, "qctl", lambda: [bench.workshop.qctl, "--store", store, *words])
            bench.add_tool(subjects, "sqlite3", "sqlite3", store, query)
            if redis and view in RQ:
                subjects.peer("rq", redis.command(RQ[view]), NONE)
            title = f"qctl {view}, {bench.jobs:,} jobs"
            targets = [_target(view)] + [Target("qctl", 1.0, "rq")] * (view in RQ)
            yield bench.processes(18, title, subjects, ROUNDS, "sqlite3", targets)
        yield from _watched(bench)
    finally:
        if redis:
            redis.stop()


def _target(view):
    # The shell groups by the whole text: ten thousand groups, where qctl finds twelve.
    return Target("qctl", {"dlq groups": 10.0, "stats --ages": 5.0}.get(view, 1.5), "sqlite3")


def _watched(bench):
    """What is asked each minute, of jobs that are all in the indexes."""
    store = bench.stores.indexed(bench.jobs)
    for view in WATCHED:
        words = view.split()
        subjects = bench.subjects(NOT_APPLICABLE)
        bench.add_qctl(subjects, "qctl", lambda: [bench.workshop.qctl, "--store", store, *words])
        # What health reads is what stats does, without the times of running jobs.
        query = VIEWS.get(view, VIEWS["stats"]).replace("queue = 'q'", "queue = 'default'")
        bench.add_tool(subjects, "sqlite3", "sqlite3", store, query)
        title = f"qctl {view}, {bench.jobs:,} jobs in the indexes"
        yield bench.processes(18, title, subjects, ROUNDS, "sqlite3", [_target(view)])


def _store(bench):
    """A filled store, some of its jobs dead and a few in a queue of their own; the newest job."""
    path, *_ = bench.stores.fill_qctl("operator", bench.jobs)
    rare = ["enqueue", "-q", "rare", "-t"]
    for number in range(RARE):
        newest = require([bench.workshop.qctl, "--store", path, *rare, f"t{number % 3}"])
    dead = min(DEAD, bench.jobs // 20)
    with closing(sqlite3.connect(path)) as database, database:
        spread = database.execute("SELECT id FROM qctl_jobs WHERE queue = 'q' ORDER BY id")
        ids = [job for job, in spread][:: bench.jobs // dead][:dead]
        few = database.execute("SELECT id FROM qctl_jobs WHERE queue = 'rare' LIMIT 3")
        for queue, jobs in (("q", ids), ("rare", [job for job, in few])):
            _kill(database, queue, jobs)
    return path, newest.strip()


def _kill(database, queue, jobs):
    """As a worker's last failed attempt leaves them, without its history."""
    database.executemany(
        "UPDATE qctl_jobs SET state = 'dead', attempt = 1, failures = 1, started_at = run_at,"
        " finished_at = run_at + ?, bulk = NULL, error = ? WHERE id = ?",
        [(n, SHAPES[n % len(SHAPES)] % n, job) for n, job in enumerate(jobs)])
    database.execute(
        "UPDATE qctl_queues SET ready = ready - ?1, dead = dead + ?1 WHERE queue = ?2",
        (len(jobs), queue))
