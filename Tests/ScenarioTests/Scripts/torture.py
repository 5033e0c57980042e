"""Kills workers and enqueuers with kill -9 at random while jobs flow; then nothing may be lost.

    torture.py [--lines] WORKERS ENQUEUERS KILLS JOBS [STORE…]

Every killed worker is started again at once; a killed enqueuer repeats the step of which it does not
know how it ended, under the same idempotency keys. Jobs flow until the last kill. Then every job must
have been completed, once, by one valid token; no run of a job may have met another; and everything
that is counted must be true. With --lines the handlers live on and are told their jobs in lines, some
several at once, and they are killed, too, which the job that they have at the time is charged with.
$QCTL_TORTURE_SEED repeats the choices of a run; its seed is printed.
"""

import json
import os
import random
import signal
import sys
import threading
import time

import seeds
from stage import DEADLINE, STORES, Failed, Stage

# Mean seconds between two kills.
PAUSE = 0.2


class Enqueuer(threading.Thread):
    """Enqueues its share in steps; each step is a process, and repeated until one has ended well."""

    def __init__(self, stage, number, seed, numbers, kills):
        super().__init__(daemon=True)
        self.stage, self.kills = stage, kills
        self.chance = random.Random(f"{seed} enqueuer {number}")
        self.file = stage.path(f"step-{number}")
        self.steps = []
        while numbers:
            count = min(self.chance.choice((1, 1, 1, 5, 20, 60)), len(numbers))
            self.steps.append(numbers[:count])
            numbers = numbers[count:]
        self.victim = threading.Event()
        self.failure = None
        self.said = ""

    def run(self):
        try:
            for index, step in enumerate(self.steps):
                self.kills.wait_for(index / len(self.steps), self)
                self.take(step)
            self.kills.wait_for(1, self)
        except Exception as error:
            self.failure = error

    def take(self, step):
        while (status := self.attempt(step)) != 0:
            if status != -signal.SIGKILL:
                raise RuntimeError(f"an enqueue ended with {status}: {self.said}")

    def attempt(self, step):
        """Enqueues once; kills it on the way, if this enqueuer is to be killed."""
        jobs = [{"queue": f"q{n % 3}", "type": "t", "payload": n, "backoff": "fixed:100ms", "priority": n % 10,
                 "idempotency_key": f"job-{n}"} for n in step]
        if len(jobs) == 1:
            job = jobs[0]
            words = [word for name in ("queue", "type", "backoff", "priority", "idempotency_key")
                     for word in (f"--{name.replace('_', '-')}", str(job[name]))] + ["--payload", str(job["payload"])]
        else:
            with open(self.file, "w") as file:
                file.writelines(json.dumps(job) + "\n" for job in jobs)
            words = ["--bulk", self.file, "--quiet"]
        process = self.stage.start("qctl", "enqueue", *words)
        if not self.victim.is_set():
            process.wait()
            self.said = self.stage.said_by(process)
            return process.returncode
        time.sleep(self.chance.uniform(0, 0.008))
        process.kill()
        status = process.wait()
        if status == -signal.SIGKILL:
            self.victim.clear()
            self.kills.done()
        self.said = self.stage.said_by(process)
        return status

    def spare_step(self):
        """Enqueues what may be there already, so that there is something to kill."""
        self.take(self.chance.choice(self.steps))


class Kills:
    """Counts kills, so that jobs flow as long as there are any to come: a share comes with each."""

    def __init__(self, wanted):
        self.wanted, self.count, self.announced = wanted, 0, 0
        self.changed = threading.Condition()

    def announce(self):
        """Lets the jobs come that the next kill is to meet."""
        with self.changed:
            self.announced = self.count + 1
            self.changed.notify_all()

    def done(self):
        with self.changed:
            self.count += 1
            self.announced = max(self.announced, self.count)
            self.changed.notify_all()

    def wait_for(self, share, enqueuer):
        """Waits until that share of all kills is done; an enqueuer that waits can still be killed."""
        while True:
            with self.changed:
                self.changed.wait_for(
                    lambda: self.announced >= self.wanted * share or enqueuer.victim.is_set())
                if self.announced >= self.wanted * share:
                    return
            enqueuer.spare_step()

    def more(self, victim):
        with self.changed:
            victim.victim.set()
            before = self.count
            self.changed.notify_all()
            return self.changed.wait_for(lambda: self.count > before or victim.failure, DEADLINE)


class Torture:
    def __init__(self, stage, seed, workers, enqueuers, kills, jobs):
        self.stage, self.jobs = stage, jobs
        self.chance = random.Random(seed)
        self.kills = Kills(kills)
        self.handler = stage.alone()
        self.said = ""
        stage.qctl("init", "--quiet")
        self.workers = [self.worker() for _ in range(workers)]
        self.enqueuers = [
            Enqueuer(stage, n, seed, range(n, jobs, enqueuers), self.kills) for n in range(enqueuers)]

    def worker(self):
        return self.stage.work("-q", "q0,q1,q2", "-c", "3", "--quiet", handler=self.handler)

    manner = ()
    charged = staticmethod(lambda job: job["failures"] - job["crashes"])
    outcomes = {"completed", "lost", "released"}

    def kill_worker(self, place):
        worker = self.workers[place]
        if worker.poll() is not None:
            self.stage.check(False, f"a worker ended by itself with {worker.returncode}: {self.stage.said_by(worker)}")
        self.meet_job()
        worker.kill()
        worker.wait()
        self.said += self.stage.said_by(worker)
        self.workers[place] = self.worker()
        self.kills.done()

    def meet_job(self):
        """Most kills should meet a job; where none starts, an idle worker is killed."""
        known = len(self.stage.starts())
        self.kills.announce()
        until = time.monotonic() + PAUSE
        while len(self.stage.starts()) == known and time.monotonic() < until:
            time.sleep(0.001)

    def kill_some(self):
        """One kill mostly; at times several workers at once, or one that has only just come up."""
        way = self.chance.random()
        if way < 0.3:
            self.stage.check(self.kills.more(self.chance.choice(self.enqueuers)), "an enqueuer hangs")
        elif way < 0.35:
            for place in self.chance.sample(range(len(self.workers)), self.chance.randint(2, len(self.workers))):
                if self.kills.count < self.kills.wanted:
                    self.kill_worker(place)
        elif way < 0.45 and self.kills.count + 2 <= self.kills.wanted:
            place = self.chance.randrange(len(self.workers))
            self.kill_worker(place)
            time.sleep(self.chance.uniform(0, 0.03))
            self.kill_worker(place)
        else:
            self.kill_worker(self.chance.randrange(len(self.workers)))

    def run(self):
        for enqueuer in self.enqueuers:
            enqueuer.start()
        while self.kills.count < self.kills.wanted and not self.stage.problems:
            time.sleep(self.chance.uniform(0, 2 * PAUSE))
            self.kill_some()
            for enqueuer in self.enqueuers:
                self.stage.check(not enqueuer.failure, enqueuer.failure)
        if self.stage.problems:
            raise Failed
        for enqueuer in self.enqueuers:
            enqueuer.join(DEADLINE)
            self.stage.check(not enqueuer.is_alive() and not enqueuer.failure, enqueuer.failure or "an enqueuer hangs")
        # One more worker tells when all is done.
        last = self.stage.work("-q", "q0,q1,q2", "--until-settled", "--quiet", *self.manner, handler=self.handler)
        self.stage.equal("the last worker", self.stage.ends(last, what="the last worker"), 0)
        for worker in self.workers:
            self.stage.stop(worker)
        self.said += "".join(self.stage.said_by(worker) for worker in self.workers + [last])

    # What must be true.

    def examine(self):
        stage = self.stage
        stage.nothing_overlapped()
        jobs = {job["id"]: job for job in stage.jobs()}
        stage.equal("jobs", len(jobs), self.jobs)
        keys = {job["idempotency_key"] for job in jobs.values()}
        stage.equal("different jobs", len(keys), self.jobs)
        # A kill may have met the same job three times while it ran alone (trap 4).
        flown = {id: job for id, job in jobs.items() if (job["state"], job["crashes"]) != ("dead", 3)}
        self.few("jobs not completed", [
            (job["id"], job["state"]) for job in flown.values() if job["state"] != "completed"])
        self.few("jobs charged with what was no crash", [
            (job["id"], job["failures"], job["crashes"]) for job in jobs.values() if self.charged(job)])
        self.examine_completions(flown)
        self.examine_counts(jobs)
        stage.doctor()
        for word in ("locked", "busy", "corrupt", "lease was lost"):
            stage.check(word not in self.said, f"a worker said '{word}': {self.said[-500:]}")

    def examine_completions(self, jobs):
        """One event, one attempt, the job's last one, and a handler was started for it."""
        events = [record["job_id"] for record in self.stage.events("completed")]
        # Where the log is not durable, whoever is killed may not have told what was done.
        untold = set() if "durable_log" in self.stage.lacks() else jobs.keys() - set(events)
        self.few("completed twice in the log, or by nobody", set(events) - jobs.keys(), len(events) - len(set(events)))
        self.few("completed without a word in the log", untold)
        attempts = self.attempts(jobs)
        completed = {job: [number for number, outcome in found if outcome == "completed"]
                     for job, found in attempts.items()}
        self.few("not completed by exactly its last attempt", [
            (id, completed.get(id)) for id, job in jobs.items() if completed.get(id) != [job["attempt"]]])
        started = {start[:2] for start in self.stage.starts()}
        self.few("completed without a run", [
            id for id, numbers in completed.items() if not {(id, number) for number in numbers} <= started])
        outcomes = [outcome for found in attempts.values() for _, outcome in found]
        self.few("unexpected outcomes", set(outcomes) - self.outcomes)
        lost = outcomes.count("lost")
        self.stage.check(lost, "no attempt was lost: this proves little")
        self.told = (f"{lost} attempts lost, {len(self.stage.events('rescued'))} rescues, "
                     f"{sum(job['crashes'] for job in jobs.values())} crashes counted")

    def attempts(self, jobs):
        """All attempts, by job, as (number, outcome)."""
        return {id: [(each["attempt"], each["outcome"]) for each in job["attempts"]]
                for id, job in self.stage.details(jobs).items()}

    def examine_counts(self, jobs):
        for queue in map(json.loads, self.stage.qctl("queues", "--json").splitlines()):
            for state in ("ready", "active", "scheduled", "retrying", "blocked", "dead", "completed", "cancelled"):
                truth = sum(job["queue"] == queue["queue"] and job["state"] == state for job in jobs.values())
                self.stage.equal(f"{state} of {queue['queue']}", queue[state], truth)

    def few(self, what, found, more=0):
        found = list(found)
        self.stage.check(not found and not more, f"{what}: {len(found) or more}, such as {found[:3]}")


class TortureInLines(Torture):
    """The same with handlers that live on."""

    manner = ("--persistent",)
    charged = staticmethod(lambda job: job["failures"] < job["crashes"])
    outcomes = {"completed", "lost", "released", "failed"}

    def __init__(self, stage, *rest):
        stage.alone = stage.alone_in_lines
        super().__init__(stage, *rest)

    def worker(self):
        ways = (["--persistent"], ["--persistent", "--batch", "4"], ["--batch", "4", "--batch-wait", "20ms"])
        return self.stage.work(
            "-q", "q0,q1,q2", "-c", "3", "--quiet", *self.chance.choice(ways), handler=self.handler)

    def kill_some(self):
        if self.chance.random() < 0.6:
            return super().kill_some()
        alive = {pid for _, _, pid in self.stage.starts()[-20:]}
        for pid in self.chance.sample(sorted(alive), min(len(alive), 2)):
            self.kill_handler(pid)

    def kill_handler(self, pid):
        """Only what is still a handler of this stage: the number may be another's by now."""
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as words:
                if self.stage.folder.encode() not in words.read().split(b"\0"):
                    return
            os.kill(pid, signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            pass


def main():
    kinds = {True: TortureInLines, False: Torture}
    torture_class = kinds["--lines" in sys.argv]
    sys.argv = [word for word in sys.argv if word != "--lines"]
    workers, enqueuers, kills, jobs = map(int, sys.argv[1:5])
    seed = seeds.chosen("QCTL_TORTURE_SEED")
    failed = False
    for kind in sys.argv[5:] or STORES:
        failed = torture(torture_class, kind, seed, workers, enqueuers, kills, jobs) or failed
    print(f"repeat with QCTL_TORTURE_SEED={seed}")
    sys.exit(failed)


def torture(torture_class, kind, seed, workers, enqueuers, kills, jobs):
    stage, begun = Stage(f"{torture_class.__name__}-{kind}", kind), time.monotonic()
    told = ""
    try:
        torture = torture_class(stage, seed, workers, enqueuers, kills, jobs)
        torture.run()
        torture.examine()
        told = torture.told
    except Failed:
        pass
    finally:
        stage.close()
    for problem in stage.problems:
        print(f"{kind}: {problem}")
    print(f"{kind}: {kills} kills, {jobs} jobs, {time.monotonic() - begun:.0f} s; {told}", flush=True)
    return bool(stage.problems)


if __name__ == "__main__":
    main()
