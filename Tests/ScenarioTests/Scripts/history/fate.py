"""Keeps workers alive, and kills, stops and drains them; fills the disk, and makes it read-only."""

import os
import signal
import threading
import time

from play import QUEUES, WRITES
from stage import kill, lives

WORKERS = 3
# Lease times of workers; the long one needs their sign of life to be looked after.
LEASES = (1, 1, 2, 60)


class Fate:
    def __init__(self, play):
        self.play = play
        self.chance = play.chance("fate")
        self.workers = [None] * WORKERS

    # Workers.

    def start(self, place):
        chance = self.chance
        words = ["-q", ",".join(chance.sample(QUEUES, len(QUEUES))), "-c", str(chance.randint(1, 4)), "--quiet",
                 "--lease", f"{chance.choice(LEASES)}s", "--poll", "200ms", "--kill-after", "200ms",
                 "--grace", f"{chance.choice((0, 200, 2000))}ms", "--prefetch", str(chance.choice((1, 4, 16)))]
        worker = self.play.stage.work(*words, handler=self.play.handler)
        worker.told, worker.words, worker.trouble = False, words, (self.play.troubles, self.play.trouble)
        self.workers[place] = worker

    def ended(self, worker):
        """Writes down how a worker ended."""
        play = self.play
        troubled = worker.trouble != (play.troubles, False)
        play.history.workers.append({
            "words": worker.words, "status": worker.returncode, "told": worker.told, "troubled": troubled,
            "said": play.stage.said_by(worker)[-2000:]})
        play.stage.processes.remove(worker)
        os.remove(worker.errors)
        if worker.returncode == -9:
            play.killed()

    def keep(self):
        """Starts anew what has ended."""
        for place, worker in enumerate(self.workers):
            if worker is None or worker.poll() is not None:
                if worker:
                    self.ended(worker)
                self.start(place)

    def some(self):
        return self.chance.choice([worker for worker in self.workers if worker])

    # Attacks.

    def attack(self):
        ways = {self.kill_one: 30, self.kill_young: 6, self.kill_several: 6, self.stop_one: 12, self.suspend_all: 4,
                self.drain_one: 8, self.kill_handler: 8, self.stop_handler: 4, self.trap_worker: 10}
        if self.play.has_disk:
            ways.update({self.fill_disk: 4, self.make_read_only: 3})
        self.chance.choices(list(ways), list(ways.values()))[0]()

    def kill_worker(self, worker):
        worker.kill()
        worker.wait()

    def kill_one(self):
        self.kill_worker(self.some())

    def kill_young(self):
        place = self.chance.randrange(WORKERS)
        self.kill_worker(self.workers[place])
        self.keep()
        time.sleep(self.chance.uniform(0, 0.03))
        self.kill_worker(self.workers[place])

    def kill_several(self):
        for worker in self.chance.sample(self.workers, self.chance.randint(2, WORKERS)):
            self.kill_worker(worker)

    def stop_one(self):
        """For longer than its lease, unless that is a long one."""
        self.stop(self.some().pid, self.chance.uniform(0.1, 4))

    def stop(self, pid, seconds):
        kill(pid, signal.SIGSTOP)
        threading.Timer(seconds, kill, (pid, signal.SIGCONT)).start()

    def suspend_all(self):
        """As a machine that sleeps: a worker and what it runs."""
        worker = self.some()
        seconds = self.chance.uniform(0.1, 3)
        for pid in [worker.pid, *(pid for _, _, pid in self.handlers() if parent(pid) == worker.pid)]:
            self.stop(pid, seconds)

    def drain_one(self):
        worker = self.some()
        worker.told = True
        worker.terminate()
        if self.chance.random() < 0.3:
            worker.terminate()

    def handlers(self):
        """Those that live, of the last ones that began."""
        return [(job, attempt, pid) for job, attempt, pid in self.play.starts.read()[-60:]
                if lives(pid) and self.play.runs(pid, job)]

    def kill_handler(self):
        handlers = self.handlers()
        if handlers:
            job, attempt, pid = self.chance.choice(handlers)
            self.play.history.killed.add((job, attempt))
            kill(pid, signal.SIGKILL)

    def stop_handler(self):
        handlers = self.handlers()
        if handlers:
            self.stop(self.chance.choice(handlers)[2], self.chance.uniform(0.1, 1))

    def trap_worker(self):
        """A worker that is killed at the Nth system call of a kind, or does one job."""
        doom = "trap", self.chance.choice(WRITES), self.chance.choice((1, 2, 3, 4, 6, 9, 13, 20, 30))
        self.play.call("trapped", "work", ["work", "-q", ",".join(QUEUES), "--once", "--quiet", "--", *self.play.handler],
                       doom=doom)

    # The disk.

    def fill_disk(self):
        self.trouble(True)
        try:
            with open(self.filler, "wb", buffering=0) as file:
                while file.write(bytes(1 << 16)):
                    pass
        except OSError:
            pass
        time.sleep(self.chance.choice((0.1, 0.5, 2)))
        self.keep()
        os.remove(self.filler)
        self.trouble(False)

    @property
    def filler(self):
        return os.path.join(self.play.disk, "filler")

    def make_read_only(self):
        """`mount` refuses while a file is open for writing, so everything dies first."""
        self.play.freeze()
        for worker in self.workers:
            self.kill_worker(worker)
        self.trouble(True)
        limit = time.monotonic() + 5
        while not (done := self.play.mount("-o", "remount,ro", self.play.disk)) and time.monotonic() < limit:
            time.sleep(0.01)
        self.play.thaw()
        if done:
            time.sleep(self.chance.choice((0.1, 0.5, 1)))
            self.keep()
            time.sleep(0.1)
            self.heal()
        self.trouble(False)

    def heal(self):
        if not self.play.mount("-o", "remount,rw", self.play.disk):
            self.play.problem("the disk cannot be made writable again")

    def trouble(self, begins):
        # Once more at its end: whoever was under way meanwhile was hit.
        self.play.troubles += 1
        self.play.trouble = begins

    # The whole.

    def step(self):
        self.keep()
        time.sleep(self.chance.uniform(0, 0.25))
        self.attack()
        self.keep()

    def end(self):
        """Tells all workers to end, and waits until they have; what was stopped goes on by itself."""
        for worker in self.workers:
            if worker.poll() is None:
                worker.told = True
                worker.terminate()
        for worker in self.workers:
            self.play.stage.ends(worker, what="a worker that was told to end")
            self.ended(worker)

    def drain(self):
        """Clean workers finish what there is. Poison kills some; each takes at most four with it."""
        stage = self.play.stage
        stage.qctl("resume", *QUEUES)
        for _ in range(10_000):
            # What was snoozed, or enqueued for later, does not have to wait for its time.
            stage.qctl("retry", "--state", "scheduled,retrying", "--yes", "--quiet", status=None)
            worker = stage.work("-q", ",".join(QUEUES), "-c", "4", "--quiet", "--poll", "100ms", "--until-settled",
                                handler=self.play.handler)
            worker.told, worker.words, worker.trouble = False, ["last"], (self.play.troubles, False)
            stage.ends(worker, what="the last worker")
            self.ended(worker)
            if worker.returncode not in (0, -9):
                self.play.problem(f"the last worker ended with {worker.returncode}")
                return
            if not stage.qctl("list", "--ids", "--state", "!completed,!dead,!cancelled", "-n", "1"):
                return


def parent(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return int(file.read().rpartition(")")[2].split()[1])
    except OSError:
        return 0
