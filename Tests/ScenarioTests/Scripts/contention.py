"""Many processes on one store: no worker starves, nobody hears of a lock, nothing grows for ever."""

import fcntl
import itertools
import os
import signal
import sqlite3
import time

from stage import DEADLINE, has_stopped, leases, only, run, wal_size

# How many jobs flow in each part of the scene of the long reader.
FLOW = int(os.environ.get("QCTL_FLOW", 1500))
# What a log may grow beyond its limit of 1,000 pages before a checkpoint has come round.
SLACK = 8 << 20


def forever(stage, name, command):
    """A shell that repeats a command until the file `stop` is there; failures go to `failed`."""
    script = stage.script(name, f"""
while [ ! -e stop ]; do
  {command} >/dev/null 2>>"$0.said"
  status=$?
  if [ "$status" -gt 1 ]; then echo "{name}: $status" >>failed; fi
done
""")
    return stage.start(script)


def stop_all(stage, processes):
    stage.touch("stop")
    for process in processes:
        stage.ends(process, what="a loop")


def nobody_heard_of_a_lock(stage, names, workers=()):
    stage.equal("failed", stage.lines("failed"), [])
    texts = ["\n".join(stage.lines(f"{name}.said")) for name in names]
    texts += [stage.said_by(worker) for worker in workers]
    for text in texts:
        stage.check("locked" not in text and "busy" not in text, f"somebody heard of a lock: {text[-300:]}")


def nothing_was_lost(stage):
    stage.no_lease_was_lost()
    starts = [job for job, _, _ in stage.starts()]
    stage.equal("jobs started twice", len(starts) - len(set(starts)), 0)


@leases(2, 10, 50)
def heartbeats_do_not_starve(stage):
    """Trap 3: all cores spin and sixteen writers hammer the store, while one job runs for four leases."""
    handler = stage.alone(stage.script("handler", """
if [ "$QCTL_TYPE" = long ]; then while [ ! -e go ]; do sleep 0.1; done; fi
exec sleep 0.2
"""))
    long = stage.enqueue("-t", "long", "--priority", "0")
    workers = [stage.work("-c", "2", "--lease", f"{stage.lease}s", handler=handler) for _ in range(2)]
    stage.until("the long job runs", stage.starts)
    stage.enqueue_all([{"type": "short"} for _ in range(20)])
    spinners = [stage.start("sh", "-c", "while :; do :; done") for _ in range(os.cpu_count() or 1)]
    names = [f"writer-{n}" for n in range(16)]
    writers = [forever(stage, name, "qctl enqueue -t short") for name in names]
    stage.outlasts(4)
    stage.until("a hundred jobs were enqueued", lambda: len(stage.jobs()) > 100)
    stop_all(stage, writers)
    stage.touch("go")
    for process in spinners:
        process.kill()
    stage.until("the long job is completed", lambda: stage.state(long) == "completed")
    for worker in workers:
        stage.stop(worker)
    nothing_was_lost(stage)
    nobody_heard_of_a_lock(stage, names, workers)


def sixteen_processes_hear_of_no_lock(stage):
    """Trap 7: workers, enqueuers, readers and operators at once."""
    stage.qctl("enqueue", "-q", "other")
    commands = {
        "enqueue-1": "qctl enqueue", "enqueue-2": "qctl enqueue", "enqueue-3": "qctl enqueue --priority 2",
        "enqueue-4": "qctl enqueue --unique-key one", "bulk": "seq 1 50 | sed 's/.*/{}/' | qctl enqueue --bulk -",
        "list": "qctl list --json -n 500", "queues": "qctl queues", "show": 'qctl show "$(qctl list --ids -n 1)"',
        "retry": "qctl retry --state dead,retrying --yes", "tail": "qctl tail -n 100",
        "pause": "qctl pause other", "resume": "qctl resume other",
    }
    handler = stage.alone(stage.script("handler", 'test "$(printf "%s" "$QCTL_JOB_ID" | tail -c 1)" != 0\n'))
    workers = [stage.work("-c", "2", "--quiet", handler=handler) for _ in range(4)]
    loops = [forever(stage, name, command) for name, command in commands.items()]
    stage.until("500 jobs were completed", lambda: len(stage.jobs("--state", "completed")) >= 500)
    stop_all(stage, loops)
    for worker in workers:
        stage.stop(worker)
    nobody_heard_of_a_lock(stage, commands, workers)
    stage.no_lease_was_lost()
    stage.doctor()


@only("sqlite")
def a_stopped_holder_of_the_gate_blocks_nobody_for_long(stage):
    """Trap 7: the gate is an flock that any process can take, and be stopped with."""
    stage.qctl("init", "--quiet")
    handler = stage.alone("true")
    worker = stage.work(handler=handler)
    stage.until("the worker has started", lambda: stage.workers() == 1)
    with open(stage.store + ".qctl/gate", "rb") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        holder = stage.start("sleep", "600", pass_fds=[gate.fileno()])
    holder.send_signal(signal.SIGSTOP)
    stage.until("the holder is stopped", lambda: has_stopped(holder.pid))
    for _ in range(3):
        stage.enqueue()
    stage.until("the worker has completed three jobs", lambda: len(stage.jobs("--state", "completed")) == 3)
    stage.check(holder.poll() is None, "the holder has gone: this proves nothing")
    stage.stop(worker)
    nothing_was_lost(stage)
    nobody_heard_of_a_lock(stage, [], [worker])


def flow(stage):
    """A fresh lot of jobs, enqueued and completed."""
    before = len(stage.jobs("--state", "completed"))
    stage.enqueue_all([{"payload_text": "x" * 1000} for _ in range(FLOW)])
    stage.qctl("work", "-c", "4", "--until-empty", "--quiet", "--", "true", seconds=DEADLINE + FLOW)
    stage.equal("what a worker said", stage.said, "")
    stage.equal("completed", len(stage.jobs("--state", "completed")) - before, FLOW)


@only("sqlite")
def a_long_reader_does_no_lasting_harm(stage):
    """Trap 8. Nobody can begin a log anew that a reader still needs, so it grows for as long as the
    reader stays; but writers go on, and once it has gone the log is used again from its start, and what
    it had become too long is cut off. Without a reader it stays near its limit."""
    stage.qctl("init", "--quiet")
    flow(stage)
    alone = wal_size(stage)
    stage.check(alone < (4 << 20) + SLACK, f"the log has {alone} bytes without any reader")
    reader = sqlite3.connect(stage.store, isolation_level=None)
    reader.execute("BEGIN")
    seen = reader.execute("SELECT count(*) FROM qctl_jobs").fetchone()
    flow(stage)
    stage.equal("what the reader sees", reader.execute("SELECT count(*) FROM qctl_jobs").fetchone(), seen)
    beside = wal_size(stage)
    stage.check(beside > alone, f"the log did not grow behind the reader: this proves nothing ({alone}, {beside})")
    reader.execute("COMMIT")
    # It stays connected, so that the log outlives the processes.
    flow(stage)
    flow(stage)
    after = wal_size(stage)
    stage.check(after < (4 << 20) + SLACK, f"the log stayed long: {alone}, {beside}, {after} bytes")
    reader.close()
    stage.doctor()


def order(database, number, slowly):
    """One transaction of an application: its own row and a job, with the lock held for a while."""
    database.execute("BEGIN IMMEDIATE")
    database.execute("INSERT INTO orders VALUES (?)", (number,))
    database.execute("INSERT INTO qctl_enqueue(queue, type) VALUES ('default', 'order')")
    # Not synchronisation: an application that is slow within its transaction.
    if slowly:
        time.sleep(0.1)
    database.execute("COMMIT")


@only("sqlite")
def applications_and_backups_go_on_beside_workers(stage):
    """Writers that never heard of the gate, and backups taken meanwhile, by SQLite's own means."""
    stage.qctl("init", "--quiet")
    handler = stage.alone(stage.script("handler", "exec sleep 0.01\n"))
    workers = [stage.work("-c", "2", "--quiet", handler=handler) for _ in range(3)]
    loops = [forever(stage, f"enqueue-{n}", "qctl enqueue") for n in range(2)]
    database = sqlite3.connect(stage.store, isolation_level=None, timeout=DEADLINE)
    database.execute("PRAGMA wal_autocheckpoint=0")
    database.execute("CREATE TABLE orders(number INTEGER)")
    for number in range(60):
        order(database, number, number % 5 == 0)
        if number % 10 == 9:
            look_at_a_backup(stage, database, number)
    database.close()
    stop_all(stage, loops)
    stage.until("all jobs are completed", lambda: not stage.jobs("--state", "ready,active,retrying"))
    for worker in workers:
        stage.stop(worker)
    nobody_heard_of_a_lock(stage, ["enqueue-0", "enqueue-1"], workers)
    nothing_was_lost(stage)
    stage.equal("jobs of orders", len(stage.jobs("--state", "completed", "-t", "order")), 60)
    stage.doctor()


class Overtaken(Exception):
    """A backup in small steps began anew too often, since others wrote between them."""


def back_up(database, copy):
    """In steps between which others may write; where they always do, in one."""
    steps = itertools.count()

    def give_up(*_):
        if next(steps) > 20_000:
            raise Overtaken
    try:
        database.backup(copy, pages=7, progress=give_up)
    except Overtaken:
        database.backup(copy)


def look_at_a_backup(stage, database, number):
    """A backup is whole: an order has its job, whatever happened while it was taken."""
    name = f"backup-{number}.db"
    with sqlite3.connect(stage.path(name)) as copy:
        back_up(database, copy)
    stage.equal("integrity of a backup", copy.execute("PRAGMA integrity_check").fetchone(), ("ok",))
    orders = copy.execute("SELECT count(*) FROM orders").fetchone()
    jobs = copy.execute("SELECT count(*) FROM qctl_jobs WHERE type = 'order'").fetchone()
    copy.close()
    stage.equal("orders and their jobs in a backup", orders, jobs)
    os.chmod(stage.path(name), 0o600)
    stage.qctl("doctor", "--quiet", "--store", stage.path(name))


if __name__ == "__main__":
    run(heartbeats_do_not_starve, sixteen_processes_hear_of_no_lock,
        a_stopped_holder_of_the_gate_blocks_nobody_for_long,
        applications_and_backups_go_on_beside_workers, a_long_reader_does_no_lasting_harm)
