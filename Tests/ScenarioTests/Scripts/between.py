"""Kills qctl just before each of its steps, in turn, and looks at what it leaves.

    between.py [SCENE…]

A step is a system call that anybody else could see (killat.c). A scene makes a store and names a
command. The command is run once in peace, which tells its steps and what it changes; then once for
each step, always on a copy of that store, killed just before the step. After each kill:

- doctor finds nothing but notes;
- what was acknowledged is there in full; otherwise it is there in full or not at all (of a verb that
  works in batches: each job for itself), the log of events and the counts included;
- the same command, run again, does what is left, where it can be repeated;
- the next worker finds every job that is left and completes it, and the store ends up just as it
  does after a run in peace.

$QCTL_POINTS is the number of kills in a scene, if it has more steps; "all" is no limit. Those at which
another file or another kind of call comes are taken first, the rest at random; the seed is printed
where something fails, and QCTL_TEST_SEED repeats it. How many kills there were is printed at the end.
"""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile

import seeds
from stage import DEADLINE, SCRIPTS, Failed, run

POINTS = os.environ.get("QCTL_POINTS", "25")
SEED = seeds.chosen()
kills = 0
# What the jobs of these scenes hold; a handler that finds another payload fails for good.
PAYLOAD, BIG = "the payload of ", 250_000
HANDLER = ["sh", "-c", f"""case $QCTL_TYPE in
  big*) test "$(wc -c)" -eq {BIG} ;;
  *) test "$(cat)" = "{PAYLOAD}$QCTL_TYPE" ;;
esac || exit 65"""]
# Fields of jobs and of the log that differ from run to run.
VOLATILE = ("enqueued_at", "run_at", "started_at", "finished_at", "lease_until", "worker", "timestamp",
            "duration_ms", "oldest_ready_at", "oldest_ready_age_ms")


class Attack:
    """One command, killed at each of its steps.

    - batches: it works in batches, so each job counts for itself.
    - again: the statuses with which the same command may end when it is run once more; None where that
      would do another thing.
    - drain: whether a worker is to complete what is left in the queue q.
    - beside: prepares a connection that stays open beside the command.
    """

    # Checks of doctor's that may warn.
    accepted = ()
    program = ["qctl"]

    def __init__(self, stage, *words, batches=False, again=None, drain=True, beside=None):
        self.stage, self.words = stage, words
        self.batches, self.again, self.drain, self.beside = batches, again, drain, beside
        self.chance = random.Random(f"{SEED} {stage.folder}")
        self.store, self.first, self.list = (stage.path(name) for name in ("store", "first", "steps"))
        self.connection = None
        # What may be there where nothing was acknowledged.
        self.harmless = []
        self.in_peace = []

    # Preparing.

    def restore(self):
        self.close()
        shutil.rmtree(self.store)
        shutil.copytree(self.first, self.store)
        if self.beside:
            self.connection = sqlite3.connect(self.stage.path("store/queue.db"), isolation_level=None)
            self.beside(self.connection)

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    def kill_at(self, step):
        """Runs the command; whether it was killed, and how it ended."""
        global kills
        done = subprocess.run(
            [killat(), str(step), self.list, self.store, *self.program, *self.words],
            capture_output=True, text=True, env=self.stage.environment, cwd=self.stage.folder, timeout=DEADLINE)
        killed = done.returncode == 137
        kills += killed
        self.stage.check(killed or done.returncode == 0, f"not killed: {done.returncode}, {done.stderr.strip()}")
        return killed, done

    def steps(self):
        with open(self.list) as file:
            return file.read().splitlines()

    # Seeing.

    def seen(self):
        """All that can be seen: jobs with their records of the log, and everything else."""
        records = {}
        for record in map(json.loads, self.stage.qctl("tail", "--json", "-n", "100000").splitlines()):
            # A token that is presented twice changes nothing, and that is told.
            # The end of a command is told after its last batch, and may be missing after a kill.
            if record["event"] not in ("lease_lost", "operation"):
                records.setdefault(record.pop("job_id", None), []).append(plain(record))
        entries = {job.pop("id"): job for job in self.stage.jobs()}
        entries = {id: [plain(job), records.pop(id, [])] for id, job in entries.items()}
        return {
            "jobs": {id: entry for id, entry in entries.items() if id in self.known},
            "new": sorted((entry for id, entry in entries.items() if id not in self.known), key=json.dumps),
            "others": records.pop(None, []),
            "gone": records,
            "queues": [plain(json.loads(line)) for line in self.stage.qctl("queues", "--json").splitlines()],
        }

    def examine(self):
        """What doctor finds is fine; whether a part of a bulk waits to be removed."""
        done = subprocess.run(
            ["qctl", "doctor", "--json"], capture_output=True, text=True, env=self.stage.environment)
        self.stage.check(done.returncode in (0, 1) and done.stdout, f"doctor: {done.returncode}, {done.stderr}")
        isPending = False
        for found in map(json.loads, done.stdout.splitlines()):
            isFine = found["grade"] in ("ok", "note") or found["check"] in self.accepted
            self.stage.check(isFine, f"doctor: {found}")
            isPending = isPending or found["check"] == "bulk"
        return isPending

    def collect(self):
        """What a bulk left unpublished is removed by whoever claims, a fraction of a second each."""
        for _ in range(50):
            if not self.examine():
                return
            self.stage.qctl("claim", "-q", "nothing", status=None)
        self.stage.check(False, "a part of a bulk is never removed")

    def finish(self):
        """What is there after the next worker."""
        if self.drain:
            self.stage.qctl("work", "-q", "q", "--until-settled", "--quiet", "--prefetch", "1", "--", *HANDLER)
            self.collect()
        else:
            self.examine()
        seen = self.seen()
        if self.drain:
            left = [job for job, _ in [*seen["jobs"].values(), *seen["new"]]
                    if job["queue"] == "q" and job["state"] not in ("completed", "dead", "cancelled")]
            self.stage.equal("jobs that no worker finished", left, [])
        # Of workers' starts and stops there are more where more was to do.
        return dict(seen, others=[record for record in seen["others"] if "worker" not in record["event"]])

    def ids(self):
        return set(self.stage.qctl("list", "--ids").split())

    def takes(self, call, file):
        """Says so where the command takes no such step: then the scene is not what it says."""
        wanted = f"{call} {self.stage.path('store')}/{file}"
        return self.stage.check(wanted in self.in_peace, f"there was no {wanted}: this proves little")

    # The attack.

    def run(self):
        if not os.path.exists(self.first):
            shutil.copytree(self.store, self.first)
        self.known = set()
        self.restore()
        self.known = self.ids()
        self.before = self.seen()
        self.harmless.append(self.before)
        self.end_before = self.finish()
        self.restore()
        self.kill_at(0)
        steps = self.in_peace = self.steps()
        self.after = self.seen()
        self.end_after = self.finish()
        self.stage.check(self.before != self.after, "the command changes nothing: this proves nothing")
        for step in self.chosen(steps):
            self.attack(step)
            if self.stage.problems:
                told = steps[step - 1] if step <= len(steps) else "the end"
                self.stage.problems.append(f"killed before step {step} of {len(steps)}, {told}; "
                                           f"repeat with QCTL_TEST_SEED={SEED}")
                raise Failed
        self.close()

    def chosen(self, steps):
        """Numbers of steps; those first at which something else begins."""
        numbers = range(1, len(steps) + 1)
        if POINTS == "all" or len(steps) <= int(POINTS):
            return numbers
        turns = [n for n in numbers if n == 1 or steps[n - 1] != steps[n - 2]]
        others = sorted(set(numbers) - set(turns))
        self.chance.shuffle(turns)
        self.chance.shuffle(others)
        most = int(POINTS)
        return sorted((turns[:most - most // 3] + others + turns)[:most])

    def attack(self, step):
        self.restore()
        killed, done = self.kill_at(step)
        self.examine()
        found = self.seen()
        acknowledged = not killed or bool(done.stdout.strip())
        whole = found == self.after
        if self.batches:
            self.check_batches(found)
        elif not whole:
            self.stage.check(not acknowledged, f"acknowledged, and not there: {found}")
            self.stage.check(found in self.harmless, f"not acknowledged, and there by half: {found}")
        if self.again is not None:
            self.repeat()
            whole = True
        ended = self.finish()
        if whole or not self.batches:
            self.same("in the end", ended, self.end_after if whole else self.end_before)

    def same(self, when, found, wanted):
        for part in wanted:
            if found[part] == wanted[part]:
                continue
            one, other = (seen[part] for seen in (found, wanted))
            if isinstance(other, list):
                one, other = [x for x in one if x not in other], [x for x in other if x not in one]
            self.stage.check(False, f"{when}, {part}: {len(found[part])} {one} instead of {len(wanted[part])} {other}")

    def repeat(self):
        done = subprocess.run(["qctl", *self.words], capture_output=True, text=True, env=self.stage.environment)
        self.stage.check(done.returncode in self.again, f"again: {done.returncode}, {done.stderr}")
        self.same("after the same command again", self.seen(), self.after)

    def check_batches(self, found):
        for id in self.known:
            was, now, will = (self.entry(seen, id) for seen in (self.before, found, self.after))
            self.stage.check(now in (was, will), f"a job is neither as it was nor done: {now}")

    def entry(self, seen, id):
        """A job and its records, which outlive it."""
        return seen["jobs"].get(id) or seen["gone"].get(id)


def plain(record):
    if (record.get("reason") or "").startswith("replaced by "):
        record = dict(record, reason="replaced")
    return {key: value for key, value in record.items() if key not in VOLATILE}


def killat():
    program = os.path.abspath("killat")
    if not os.path.exists(program):
        subprocess.run(["cc", "-O1", "-o", program, os.path.join(SCRIPTS, "killat.c")], check=True)
    return program


def prepare(stage, *types):
    """A store in a folder of its own, which can be copied, with a job of each type."""
    os.mkdir(stage.path("store"))
    stage.environment["QCTL_STORE"] = stage.path("store/queue.db")
    stage.qctl("init", "--quiet")
    for type in types:
        stage.enqueue("-q", "q", "-t", type, "--payload", PAYLOAD + type, "--backoff", "fixed:10ms")


def one(type="new", *more):
    return ("enqueue", "-q", "q", "-t", type, "--payload", PAYLOAD + type, *more)


def bulk(stage, count, queue="q", **more):
    jobs = [{"queue": queue, "type": f"t{n}", "payload_text": f"{PAYLOAD}t{n}"} for n in range(count)]
    return bulk_of(stage, [dict(job, **more) for job in jobs])


def bulk_of(stage, jobs):
    with open(stage.path("bulk"), "w") as file:
        file.writelines(json.dumps(job) + "\n" for job in jobs)
    return "enqueue", "--bulk", stage.path("bulk"), "--json"


def claimed(stage):
    """Id and token of a job that somebody holds, in a queue that nobody drains."""
    stage.enqueue("-q", "mine", "-t", "mine", "--backoff", "fixed:1h")
    return stage.qctl("claim", "-q", "mine", "--lease", "1h").split()


def long_log(stage, pages, reads=False):
    """A store whose log holds so many pages, or a few more; to be recovered by whoever comes first.

    A log of over 1,000 pages needs somebody who reads."""
    connection = sqlite3.connect(stage.path("store/queue.db"), isolation_level=None)
    leave_open(connection)
    if reads:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM qctl_jobs").fetchone()
    while (missing := pages - (os.path.getsize(stage.path("store/queue.db-wal")) - 32) // 4120) > 0:
        stage.qctl("enqueue", "-q", "mine", "--payload-file", "-", input="x" * (200_000 if missing > 60 else 1))
    # Not by ourselves: to close a copied file would drop the connection's locks.
    subprocess.run(["cp", "-r", stage.path("store"), stage.path("first")], check=True)
    os.remove(stage.path("first/queue.db-shm"))
    connection.close()


def leave_open(connection):
    """Somebody else who has the store open, so that the command's end does not fold the log in."""
    connection.execute("PRAGMA wal_autocheckpoint=0")
    connection.execute("SELECT count(*) FROM qctl_jobs").fetchone()


# Enqueues.


def enqueue(stage):
    prepare(stage, "old")
    Attack(stage, *one()).run()


def enqueue_beside_others(stage):
    prepare(stage, "old")
    Attack(stage, *one(), beside=leave_open).run()


def enqueue_with_keys(stage):
    prepare(stage, "old")
    Attack(stage, *one("new", "--unique-key", "u", "--idempotency-key", "i"), again=[0]).run()


def enqueue_in_the_place_of_another(stage):
    """Whoever is killed leaves the old job, the new one, or both: never none."""
    prepare(stage, "old")
    stage.enqueue("-q", "q", "-t", "old", "--unique-key", "u")
    Attack(stage, *one("new", "--unique-key", "u", "--on-conflict", "replace")).run()


def enqueue_in_bulk(stage):
    prepare(stage, "old")
    Attack(stage, *bulk(stage, 8)).run()


def enqueue_in_a_staged_bulk(stage):
    prepare(stage, "old")
    words = bulk(stage, 36, type="big", payload_text="x" * BIG)
    Attack(stage, *words).run()


def enqueue_in_a_staged_bulk_with_keys(stage):
    """Whoever is killed between publishing and taking the keys has enqueued all the same."""
    prepare(stage, "old")
    jobs = [{"queue": "q", "type": "big", "payload_text": "x" * BIG, "unique_key": f"u{n}"} for n in range(36)]
    Attack(stage, *bulk_of(stage, jobs), again=[0]).run()


# What is left of a bulk whose process was killed.


def half_a_bulk(stage, call, file, place=-1):
    """A store in which a staged bulk was killed, before the last such step or one before."""
    prepare(stage, "old")
    attack = Attack(stage, *bulk(stage, 36, type="big", payload_text="x" * BIG))
    shutil.copytree(attack.store, attack.first)
    attack.kill_at(0)
    places = [n for n, step in enumerate(attack.steps(), 1) if step.startswith(call) and step.endswith(file)]
    attack.restore()
    attack.kill_at(places[place])
    shutil.rmtree(attack.first)


def collect_half_a_bulk(stage):
    """Whoever claims next removes what was never published."""
    # The last two enter and leave the gate to publish.
    half_a_bulk(stage, "flock", "gate", -2)
    stage.equal("jobs", len(stage.jobs()), 1)
    stage.check(any(found["check"] == "bulk" for found in findings(stage)), "nothing is staged: this proves nothing")
    stage.enqueue("-q", "mine")
    Attack(stage, "claim", "-q", "mine", "--lease", "1h").run()


def work_on_a_published_bulk(stage):
    """Workers promote what was published."""
    half_a_bulk(stage, "exit_group", "")
    stage.equal("jobs", len(stage.jobs()), 37)
    stage.check(any(found["check"] == "bulk" for found in findings(stage)), "all is promoted: this proves nothing")
    Shift(stage, "work", "-q", "q", "--until-empty", "--", *stage.alone(*HANDLER)).run()


def findings(stage):
    return [json.loads(line) for line in stage.qctl("doctor", "--json", status=None).splitlines()]


# What is done to a job.


def claim(stage):
    prepare(stage, "old")
    stage.enqueue("-q", "mine")
    Attack(stage, "claim", "-q", "mine", "--lease", "1h").run()


def complete(stage):
    prepare(stage, "old")
    id, token = claimed(stage)
    Attack(stage, "complete", id, "--token", token, "--result", "1", again=[0, 5]).run()


def fail(stage):
    prepare(stage, "old")
    id, token = claimed(stage)
    Attack(stage, "fail", id, "--token", token, "--error", "no", again=[0, 5]).run()


def fail_for_good(stage):
    prepare(stage, "old")
    id, token = claimed(stage)
    Attack(stage, "fail", id, "--token", token, "--permanent", beside=leave_open, again=[0, 5]).run()


def retry(stage):
    prepare(stage, "old")
    id, token = claimed(stage)
    stage.qctl("fail", id, "--token", token)
    Attack(stage, "retry", id, again=[0, 1, 3]).run()


def cancel(stage):
    prepare(stage, "old", "other")
    Attack(stage, "cancel", "--all", "--yes", again=[0, 1, 3]).run()


# Many at once, in batches of 200.


def purge_of_many(stage):
    prepare(stage, "old")
    stage.qctl(*bulk(stage, 450, "mine"))
    stage.qctl("cancel", "-q", "mine", "--yes", "--quiet")
    Attack(stage, "purge", "--state", "cancelled", "--confirm", "all", "--all", "--yes", batches=True, again=[0, 1]).run()


def replay_of_many(stage):
    prepare(stage, "old")
    stage.qctl(*bulk(stage, 450, "mine"))
    stage.qctl("work", "-q", "mine", "--until-empty", "--quiet", "-c", "2", "--", "sh", "-c", "exit 65", seconds=300)
    Attack(stage, "dlq", "replay", "--all", "--yes", batches=True, again=[0, 1]).run()


# What is done to a queue.


def pause(stage):
    prepare(stage, "old")
    stage.enqueue("-q", "mine")
    Attack(stage, "pause", "mine", "--reason", "tests", again=[0]).run()


def resume(stage):
    prepare(stage, "old")
    stage.enqueue("-q", "mine")
    stage.qctl("pause", "mine")
    Attack(stage, "resume", "mine", again=[0]).run()


# The log.


def checkpoint(stage):
    """The command's commit is the one after which the log is folded in, while others have it open."""
    prepare(stage, "old")
    long_log(stage, 996)
    attack = Attack(stage, *one(), beside=leave_open)
    attack.run()
    attack.takes("pwrite64", "queue.db")


def log_begun_anew(stage):
    """All is folded in: the command's commit begins the log anew, and cuts off what is too long."""
    def folded(connection):
        leave_open(connection)
        stage.equal("folding", connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[0], 0)

    prepare(stage, "old")
    long_log(stage, 2100, reads=True)
    attack = Attack(stage, *one(), beside=folded)
    attack.run()
    attack.takes("ftruncate", "queue.db-wal")


# Stores that come to be.


class Creation(Attack):
    """A command that makes the store; half of it is a store without jobs, or what is none yet."""

    nothing = {"jobs": {}, "new": [], "others": [], "gone": {}, "queues": []}

    def is_there(self):
        done = subprocess.run(["qctl", "list"], capture_output=True, env=self.stage.environment)
        return done.returncode != 69

    def ids(self):
        return super().ids() if self.is_there() else set()

    def seen(self):
        isThere = self.is_there()
        return dict(super().seen() if isThere else self.nothing, isThere=isThere)

    def examine(self):
        return self.is_there() and super().examine()

    def run(self):
        self.harmless.append(dict(self.nothing, isThere=True))
        super().run()


def first_enqueue(stage):
    os.mkdir(stage.path("store"))
    stage.environment["QCTL_STORE"] = stage.path("store/new/folder/queue.db")
    Creation(stage, *one()).run()


def init(stage):
    os.mkdir(stage.path("store"))
    stage.environment["QCTL_STORE"] = stage.path("store/queue.db")
    Creation(stage, "init", again=[0]).run()


# Inside an application's database, without a log.


class Adoption(Creation):
    """The application's own rows stay as they are."""

    accepted = ("journal",)

    def finish(self):
        ended = super().finish()
        application = sqlite3.connect(self.stage.path("store/queue.db"))
        rows = application.execute("SELECT number FROM orders").fetchall()
        application.close()
        self.stage.equal("rows of the application", rows, [(7,)])
        return ended


def application(stage):
    """An application's database, not yet ours."""
    os.mkdir(stage.path("store"))
    path = stage.environment["QCTL_STORE"] = stage.path("store/queue.db")
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE orders AS SELECT 7 AS number")
    database.close()
    os.chmod(path, 0o600)


def init_in_an_application(stage):
    application(stage)
    Adoption(stage, "init", again=[0], drain=False).run()


def adopted(stage):
    """The same with a queue and a job in it."""
    application(stage)
    stage.qctl("init", "--quiet")
    stage.qctl(*one("old"))


def enqueue_without_a_log(stage):
    adopted(stage)
    Adoption(stage, *one()).run()


def complete_without_a_log(stage):
    adopted(stage)
    id, token = claimed(stage)
    Adoption(stage, "complete", id, "--token", token, again=[0, 5]).run()


# Workers.


class Shift(Attack):
    """A worker: what it told of is done for good, and nothing else is lost or runs beside itself."""

    def __init__(self, stage, *words):
        super().__init__(stage, *words)
        self.handler = stage.alone(*HANDLER)

    def seen(self):
        return self.stage.qctl("list", "--format", "{id} {state}").split("\n")

    def attack(self, step):
        self.restore()
        before = len(self.stage.starts())
        _, done = self.kill_at(step)
        told = {line.split()[1] for line in done.stderr.splitlines() if " completed " in line}
        self.examine()
        for job in self.stage.jobs():
            self.stage.check(job["state"] in ("ready", "active", "completed"), job)
            self.stage.check(job["state"] == "completed" or job["id"] not in told, f"told of, and not there: {job}")
        self.finish()
        completed = self.stage.events("completed")
        self.stage.equal("completed", sorted(record["job_id"] for record in completed), sorted(self.known))
        for job in self.stage.jobs():
            self.stage.equal(f"failures and crashes of {job}", (job["failures"], job["crashes"]), (0, 0))
        runs = [job for job, _, _ in self.stage.starts()[before:]]
        self.stage.equal("runs after the end", [id for id in told if runs.count(id) != 1], [])
        self.stage.nothing_overlapped()

    def finish(self):
        self.stage.qctl("work", "-q", "q", "--until-settled", "--quiet", "--", *self.handler)
        self.examine()
        return self.seen()


def work(stage):
    prepare(stage, "a", "b", "c")
    Shift(stage, "work", "-q", "q", "-c", "2", "--until-empty", "--", *stage.alone(*HANDLER)).run()


def work_on_short_jobs(stage):
    """Claimed ahead, and settled in groups."""
    prepare(stage, *(f"t{n}" for n in range(12)))
    Shift(stage, "work", "-q", "q", "--until-empty", "--", *stage.alone("true")).run()


# What breaks its promises is found out; not among the scenes that are played unasked.


def liar(stage, script):
    prepare(stage, "old")
    with open(stage.path("liar"), "w") as file:
        file.write("import os, sqlite3, sys\n"
                   "store = sqlite3.connect(os.environ['QCTL_STORE'], isolation_level=None)\n"
                   "job = 'INSERT INTO qctl_enqueue(queue) VALUES (\"q\")'\n" + script)
    attack = Attack(stage, drain=False)
    attack.program = [sys.executable, "-S", stage.path("liar")]
    attack.run()


def liar_by_halves(stage):
    liar(stage, "store.execute(job); store.execute(job)")


def liar_too_early(stage):
    liar(stage, "os.write(1, b'done'); store.execute(job)")


SCENES = [
    enqueue, enqueue_beside_others, enqueue_with_keys, enqueue_in_the_place_of_another, enqueue_in_bulk,
    enqueue_in_a_staged_bulk,
    enqueue_in_a_staged_bulk_with_keys, collect_half_a_bulk, work_on_a_published_bulk, claim, complete,
    fail, fail_for_good, retry, cancel, purge_of_many, replay_of_many, pause, resume, checkpoint, log_begun_anew,
    first_enqueue, init, init_in_an_application, enqueue_without_a_log, complete_without_a_log, work,
    work_on_short_jobs]


def memory():
    """A folder in memory with room for stores, in which programs may be run; None where there is none."""
    path = "/dev/shm"
    if not os.access(path, os.W_OK):
        return None
    volume = os.statvfs(path)
    fits = volume.f_bavail * volume.f_frsize > 256 << 20
    return path if fits and not volume.f_flag & os.ST_NOEXEC else None


if __name__ == "__main__":
    # In memory, if it may be: a kill needs no disk, and syncs would cost more than all the rest.
    with tempfile.TemporaryDirectory(dir=memory()) as folder:
        os.chdir(folder)
        try:
            run(*SCENES, others=[liar_by_halves, liar_too_early], stores=["sqlite"])
        finally:
            print(f"{kills} kills")
