"""Long readers and backups beside workers and enqueuers: the log may grow behind them, nothing else.

SQLite cannot begin a log anew that a reader still needs. So while it reads, the log grows by just what
is written: each commit's pages once. Once it has gone, the next commit folds all in, the one after it
begins the log anew, and cuts off what is longer than 8 MB.
"""

import json
import os
import sqlite3
import subprocess
import threading
import time

from stage import Failed, run, wal_size

# How many jobs each enqueuer adds at least while the reader reads, and again after it.
FLOW = int(os.environ.get("QCTL_FLOW", 400))
# What is kept of a log that begins anew, and what a log may grow by until it is folded in.
LIMIT = (8 << 20) + (8 << 20)
PAGE = 4096 + 24
# Pages that one job writes to the log at most: three commits (enqueue, claim, settle) of a dozen.
PAGES = 3 * 12


class Enqueuer(threading.Thread):
    """Adds jobs one by one and in bulks, until told to stop; keeps what was acknowledged, and the longest wait."""

    def __init__(self, stage, number):
        super().__init__(daemon=True)
        self.stage, self.number, self.enough = stage, number, threading.Event()
        self.acknowledged, self.count, self.longest, self.said = [], 0, 0, []

    def run(self):
        lines = "".join('{"type":"bulk","payload_text":"%s"}\n' % ("x" * 500) for _ in range(100))
        while not self.enough.is_set() and not self.said:
            for _ in range(5):
                self.acknowledged.append(self.enqueue("--payload", "x" * 1000))
                self.count += 1
            if self.enqueue("--bulk", "-", "--quiet", input=lines):
                self.count += 100

    def enqueue(self, *words, **more):
        begun = time.monotonic()
        done = subprocess.run(
            ["qctl", "enqueue", *words], capture_output=True, text=True, env=self.stage.environment, **more)
        self.longest = max(self.longest, time.monotonic() - begun)
        if done.returncode or done.stderr:
            self.said.append(f"an enqueue ended with {done.returncode}: {done.stderr}")
        return done.returncode == 0 and (done.stdout.strip() or True)

    def reach(self, more):
        """Waits until so many more jobs are acknowledged."""
        wanted = self.count + more
        self.stage.until(f"{more} jobs more", lambda: self.said or self.count >= wanted, 240)


class Backups(threading.Thread):
    """One copy after the other, a few pages at a time, by SQLite's own means; each must be whole."""

    def __init__(self, stage):
        super().__init__(daemon=True)
        self.stage, self.enough = stage, threading.Event()
        self.count, self.problems = 0, []

    def run(self):
        while not self.enough.is_set() or self.count < 2:
            path = self.stage.path(f"backup-{self.count}")
            # One of another process that copies in one go; one that holds its snapshot while it copies
            # in small steps; and one that begins anew whenever somebody writes, until nobody does.
            if self.count % 2:
                done = subprocess.run(
                    ["sqlite3", "-cmd", ".timeout 30000", self.stage.path("queue.db"), f".backup {path}"],
                    capture_output=True, text=True)
                if done.returncode or done.stderr:
                    self.problems.append(f"a backup ended with {done.returncode}: {done.stderr}")
            else:
                self.copy(path)
            self.look(path)
            self.count += 1

    def copy(self, path):
        source = sqlite3.connect(self.stage.path("queue.db"), isolation_level=None, timeout=30)
        target = sqlite3.connect(path)
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM qctl_jobs").fetchone()
        source.backup(target, pages=20, progress=lambda *_: time.sleep(0.001))
        source.execute("COMMIT")
        target.close()
        source.close()

    def look(self, path):
        os.chmod(path, 0o600)
        done = subprocess.run(
            ["qctl", "doctor", "--json", "--store", path], capture_output=True, text=True)
        for found in map(json.loads, done.stdout.splitlines()):
            if found["grade"] == "error":
                self.problems.append(f"doctor of a backup: {found}")
        if done.returncode not in (0, 1):
            self.problems.append(f"doctor of a backup: {done.stderr}")
        os.remove(path)


def log_beside_readers(stage):
    """Two workers, two enqueuers, one backup after the other, and a reader that reads for long."""
    stage.qctl("init", "--quiet")
    handler = stage.alone("true")
    workers = [stage.work("-c", "2", "--quiet", handler=handler) for _ in range(2)]
    enqueuers = [Enqueuer(stage, n) for n in range(2)]
    backups = Backups(stage)
    for thread in [*enqueuers, backups]:
        thread.start()
    enqueuers[0].reach(200)
    # In a process of its own: to close a copy of the file here would drop the locks of this one.
    reader = stage.start(
        "sqlite3", stage.path("queue.db"), "BEGIN; SELECT count(*) FROM qctl_jobs;",
        f".shell echo >{stage.path('reads')}; while [ ! -e {stage.path('enough')} ]; do sleep 0.1; done",
        "COMMIT;")
    stage.until("the reader reads", lambda: os.path.exists(stage.path("reads")))
    before, jobs = wal_size(stage), sum(enqueuer.count for enqueuer in enqueuers)
    for enqueuer in enqueuers:
        enqueuer.reach(FLOW)
    stage.until("the log is long", lambda: wal_size(stage) > LIMIT, 240)
    beside = wal_size(stage)
    # Jobs that were there before may have been claimed and settled since.
    jobs = sum(enqueuer.count for enqueuer in enqueuers)
    stage.check(beside < LIMIT + jobs * PAGES * PAGE, f"the log grew by more than was written: {before}, {beside}, {jobs} jobs")
    stage.check(reader.poll() is None, f"the reader ended: {stage.said_by(reader)}")
    open(stage.path("enough"), "w").close()
    stage.ends(reader, 60, "the reader")
    for enqueuer in enqueuers:
        enqueuer.reach(FLOW // 2)
    # Copies are readers too, of a second or so.
    backups.enough.set()
    backups.join(240)
    stage.until("the log is short again", lambda: wal_size(stage) < LIMIT, 240)
    for enqueuer in enqueuers:
        enqueuer.enough.set()
        enqueuer.join(240)
    stage.until("all is completed", lambda: not stage.jobs("--state", "!completed", "-n", "1"), 240)
    stage.check(wal_size(stage) < LIMIT, f"the log is long: {wal_size(stage)}")
    for worker in workers:
        stage.stop(worker)
    nothing_was_lost(stage, enqueuers, backups, workers)


def nothing_was_lost(stage, enqueuers, backups, workers):
    known = set(stage.qctl("list", "--ids").split())
    for enqueuer in enqueuers:
        stage.equal("acknowledged, and not there", [id for id in enqueuer.acknowledged if id not in known], [])
        stage.equal("what enqueuers said", enqueuer.said, [])
        # On a machine that does nothing else it is some 50 ms.
        stage.check(enqueuer.longest < 30, f"an enqueue took {enqueuer.longest:.1f} s")
    stage.equal("copies", backups.problems, [])
    stage.check(backups.count >= 2, f"{backups.count} copies: this proves little")
    stage.equal("jobs", len(known), sum(enqueuer.count for enqueuer in enqueuers))
    stage.equal("what workers said", [text for worker in workers if (text := stage.said_by(worker))], [])
    stage.equal("leases lost, and rescues", stage.events("lease_lost", "rescued"), [])
    stage.equal("starts", len(stage.starts()), len(known))
    stage.doctor()


def doctor_names_the_lag(stage):
    """A log of over 64 MB behind a reader; two commits after it has gone, all is well."""
    stage.enqueue()
    reader = sqlite3.connect(stage.path("queue.db"), isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM qctl_jobs").fetchone()
    stage.enqueue_all([{"payload_text": "x" * 250_000} for _ in range(280)])
    stage.check(wal_size(stage) > 64 << 20, f"the log has {wal_size(stage)} bytes: this proves nothing")
    found = lag(stage)
    stage.equal("grade of the log", found["grade"], "warning")
    stage.check("long-running reader" in found["message"], found)
    reader.execute("COMMIT")
    stage.enqueue()
    stage.enqueue()
    stage.equal("grade of the log", lag(stage)["grade"], "ok")
    stage.check(wal_size(stage) < LIMIT, f"the log stayed long: {wal_size(stage)} bytes")
    reader.close()


def lag(stage):
    findings = map(json.loads, stage.qctl("doctor", "--json", status=None).splitlines())
    return next(found for found in findings if found["check"] == "wal")


if __name__ == "__main__":
    run(log_beside_readers, doctor_names_the_lag, stores=["sqlite"])
