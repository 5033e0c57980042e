"""Kills enqueues and workers at random moments, and looks for what was lost.

    killed.py ROUNDS [STORE…]

$QCTL_TEST_SEED repeats a run; the seed is printed where something fails.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import seeds
from stage import DEADLINE, STORES, Failed, Stage, kill


class Killing:
    def __init__(self, stage, chance):
        self.stage, self.chance = stage, chance
        self.acknowledged = []
        # Seconds that an enqueue takes here, so that kills come in the middle of it on any machine.
        self.pace = 0.005

    def start(self, *words, **streams):
        return subprocess.Popen(
            words, start_new_session=True, env=self.stage.environment, cwd=self.stage.folder, **streams)

    def end(self, process):
        """Kills the one process: whatever it started must be dealt with by those who come after."""
        kill(process.pid, signal.SIGKILL)
        process.wait()

    def enqueue(self, stream):
        payload = "x" * self.chance.randrange(5000)
        return self.start("qctl", "enqueue", "-q", "q", "--payload", payload, stdout=stream)

    def enqueues(self):
        """Enqueues one after the other, each its own process; the first ends well, of others every second is killed."""
        read, write = os.pipe()
        begun = time.monotonic()
        self.enqueue(write).wait()
        self.pace = min(time.monotonic() - begun, 0.1)
        for _ in range(self.chance.randrange(1, 8)):
            process = self.enqueue(write)
            if self.chance.random() < 0.5:
                time.sleep(self.chance.uniform(0, 1.2 * self.pace))
                self.end(process)
            else:
                process.wait()
        os.close(write)
        with os.fdopen(read) as printed:
            self.acknowledged.extend(line.strip() for line in printed if line.endswith("\n"))

    def bulk(self, queue="bulk", most=500, patience=6):
        """All of it or nothing, whenever the kill comes."""
        count = self.chance.randrange(most // 10, most)
        tag = f"bulk-{len(self.acknowledged)}-{self.chance.randrange(1 << 30)}"
        with open(self.stage.path("lines"), "w") as file:
            file.writelines(json.dumps({"queue": queue, "type": tag, "payload": n}) + "\n" for n in range(count))
        process = self.start("qctl", "enqueue", "--bulk", "lines", stderr=subprocess.DEVNULL)
        time.sleep(self.chance.uniform(0, patience * self.pace))
        self.end(process)
        found = len(self.stage.qctl("list", "--ids", "-t", tag).split())
        self.stage.check(found in (0, count), f"{found} of {count} jobs of a bulk that was killed")

    def large_bulk(self):
        """One that is staged in several steps."""
        self.bulk("large", 40_000, 100)

    def worker(self):
        process = self.start(
            "qctl", "work", "-q", "q", "-c", "2", "--lease", "2s", "--quiet", "--", "true",
            stderr=subprocess.DEVNULL)
        time.sleep(self.chance.uniform(self.pace, 10 * self.pace))
        self.end(process)

    def run(self, rounds):
        self.stage.qctl("init", "--quiet")
        for _ in range(rounds):
            self.enqueues()
            self.chance.choice((self.bulk, self.worker, self.worker))()
        for _ in range(3):
            self.large_bulk()

    # What must be true.

    def examine(self, rounds):
        stage = self.stage
        known = set(stage.qctl("list", "--ids").split())
        lost = [job for job in self.acknowledged if job not in known]
        stage.check(not lost, f"{len(lost)} of {len(self.acknowledged)} acknowledged jobs are gone: {lost[:3]}")
        stage.check(len(self.acknowledged) >= rounds,
                    f"only {len(self.acknowledged)} jobs were acknowledged: this proves little")
        for finding in map(json.loads, stage.qctl("doctor", "--json", status=None).splitlines()):
            stage.check(finding["grade"] != "error", f"doctor: {finding}")
        if stage.kind == "sqlite":
            self.examine_database()
        # Whoever comes next finishes everything: nothing is stuck, and nothing counts as a failure of its own.
        stage.qctl("work", "-q", "q,bulk", "-c", "2", "--until-settled", "--quiet", "--", "true")
        # Of all large bulks perhaps none was accepted; then nobody knows the queue.
        queues = ",".join({"q", "bulk"} & set(stage.qctl("queues", "--ids").split()))
        left = stage.qctl("list", "-q", queues, "--state", "!completed", "--format", "{id} {state} {error}").splitlines()
        stage.check(not left, f"{len(left)} jobs were not completed: {left[:3]}")
        # (A worker may die while a marked job runs alone in it: that is a crash, and no other failure.)
        counts = [line.split() for line in stage.qctl("list", "--format", "{id} {failures} {crashes}").splitlines()]
        blamed = [" ".join(job) for job in counts if job[1] != job[2]]
        stage.check(not blamed, f"{len(blamed)} jobs were charged with a failure: {blamed[:3]}")

    def examine_database(self):
        """The file is whole; and claims remove what was staged and never published, for a while each."""
        database = sqlite3.connect(self.stage.store, timeout=DEADLINE)
        self.stage.equal("integrity_check", database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        database.close()
        self.stage.until("no stretch of a killed bulk is left", self.has_no_stretch)

    def has_no_stretch(self):
        self.stage.qctl("claim", "-q", "nothing", status=None)
        database = sqlite3.connect(self.stage.store, timeout=DEADLINE)
        found = database.execute("SELECT count(*) FROM qctl_bulks WHERE published = 0").fetchone()[0]
        database.close()
        return found == 0


def main():
    rounds, stores = int(sys.argv[1]), sys.argv[2:] or STORES
    seed = seeds.chosen()
    failed = False
    for kind in stores:
        stage = Stage(f"killed-{kind}", kind)
        try:
            killing = Killing(stage, random.Random(f"{seed} {kind}"))
            killing.run(rounds)
            killing.examine(rounds)
        except Failed:
            pass
        finally:
            stage.close()
        for problem in stage.problems:
            print(f"{kind}: {problem}")
        failed = failed or stage.problems
    if failed:
        print(f"repeat with QCTL_TEST_SEED={seed}")


if __name__ == "__main__":
    main()
