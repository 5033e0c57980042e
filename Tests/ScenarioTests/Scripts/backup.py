"""Copies and repairs of a store that is in use, and that are killed in the middle."""

import json
import os
import random
import sqlite3
import struct
import subprocess
import threading
import time

import seeds
from stage import run

seed = seeds.chosen()
chance = random.Random(seed)


class Producer(threading.Thread):
    """Enqueues one job after the other, and keeps what was acknowledged."""

    def __init__(self, stage):
        super().__init__()
        self.stage, self.ids, self.is_over = stage, [], False

    def run(self):
        while not self.is_over:
            self.ids.append(self.stage.enqueue("--payload", "x" * 500))

    def end(self):
        self.is_over = True
        self.join()


def backup(stage, name, **more):
    """Makes a copy; what the command prints of it."""
    return json.loads(stage.qctl("backup", "--json", stage.path(name), **more))


def listed(stage, name):
    return set(stage.qctl("list", "--ids", "--store", stage.path(name)).split())


def a_backup_while_all_goes_on(stage):
    stage.enqueue_all([{"payload": "y" * 2000} for _ in range(3000)])
    go = stage.path("go")
    handler = stage.script("handler", f'test -e "{go}" || sleep 1000\n')
    first = stage.work("--quiet", handler=[handler])
    stage.until("a job runs", lambda: stage.jobs("--state", "active"))
    open(go, "w").close()
    others = [stage.work("--quiet", "-c", "2", handler=["true"]) for _ in range(2)]
    producer = Producer(stage)
    producer.start()
    for number in range(5):
        stage.until("more was enqueued", lambda: len(producer.ids) > 10 * number)
        known = set(producer.ids)
        report = backup(stage, f"copy-{number}.db")
        found = listed(stage, f"copy-{number}.db")
        stage.equal("jobs in the report", report["jobs"], len(found))
        stage.equal("acknowledged jobs that are not in the copy", known - found, set())
        stage.equal("status of doctor over the copy", subprocess.run(
            ["qctl", "doctor", "--store", stage.path(f"copy-{number}.db")], stdout=subprocess.DEVNULL).returncode, 0)
    producer.end()
    stage.equal("jobs in the last copy that the store has not", found - listed(stage, "queue.db"), set())
    for worker in [first, *others]:
        worker.kill()
        worker.wait()
    the_copy_is_worked_to_its_end(stage)
    # The store itself went on all the time.
    stage.qctl("work", "-c", "2", "--until-settled", "--quiet", "--", "true", seconds=120)
    stage.doctor()


def the_copy_is_worked_to_its_end(stage):
    """Jobs that ran when the copy was made are taken over on it, a minute after they were missed."""
    stage.environment["QCTL_STORE"] = copy = stage.path("copy-0.db")
    stage.check(stage.jobs("--state", "active"), "no job of the copy is active: this proves nothing")
    stage.check("any worker frees them" in stage.qctl("doctor"), "doctor says nothing of them")
    worker = stage.work("-c", "2", "--until-settled", "--quiet", handler=["true"])
    stage.until("those missed have had their minute", lambda: hurry(copy + ".qctl/workers") or worker.poll() is not None)
    while worker.poll() is None:
        hurry(copy + ".qctl/workers")
        time.sleep(0.05)
    stage.equal("the worker on the copy", worker.returncode, 0)
    stage.equal("jobs of the copy that are not completed", stage.jobs("--state", "!completed"), [])
    stage.environment["QCTL_STORE"] = stage.path("queue.db")


def hurry(folder):
    """Lets the minute of those who are missing be over; the offsets are told in PresenceLayout.swift."""
    found = 0
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        if name.startswith("."):
            continue
        try:
            with open(os.path.join(folder, name), "r+b") as file:
                header = file.read(256)
                if len(header) == 256 and struct.unpack_from("=q", header, 72) == (2,):
                    file.seek(56)
                    file.write(struct.pack("=q", 1))
                    found += 1
        except FileNotFoundError:
            pass
    return found


def a_backup_that_is_killed(stage):
    """What has the name of the copy is whole; what has not is recognised."""
    stage.enqueue_all([{"payload": "z" * 3000} for _ in range(5000)])
    everything = listed(stage, "queue.db")
    begin = time.monotonic()
    backup(stage, "whole.db")
    length = time.monotonic() - begin
    told = 0
    for number in range(20):
        name = f"copy-{number}.db"
        process = stage.start("qctl", "backup", "--quiet", stage.path(name))
        time.sleep(chance.uniform(0, length))
        process.kill()
        process.wait()
        left = [file for file in os.listdir(stage.folder) if file.startswith(name)]
        if name in left:
            stage.equal("files of a copy that is whole", left, [name])
        else:
            stage.check(
                all(file.endswith((".qctl-partial", ".qctl-partial-journal")) for file in left),
                f"what is left: {left}")
            backup(stage, name)
            partial = [file for file in left if file.endswith(".qctl-partial")]
            told += len(partial)
            stage.check(all(file in stage.said for file in partial), f"nothing was said of {partial}: {stage.said}")
        stage.equal("jobs of the copy", listed(stage, name), everything)
    stage.check(told > 0, f"no copy was killed in the middle: this proves nothing (seed {seed})")
    stage.doctor()


def a_repair_that_is_killed(stage):
    """Whoever goes on with it finds every job either in its place or in the quarantine."""
    stage.enqueue_all([{"payload": n} for n in range(6000)])
    everything = listed(stage, "queue.db")
    store = sqlite3.connect(stage.path("queue.db"), timeout=30)
    lost = store.execute("DELETE FROM qctl_payloads WHERE id % 3 = 0").rowcount
    store.execute("UPDATE qctl_jobs SET ord = 0 WHERE id % 3 = 1")
    store.execute("UPDATE qctl_queues SET ready = 1, dead = 7")
    store.commit()
    worker = stage.work("--quiet", handler=["true"])
    kills = 0
    while True:
        process = stage.start("qctl", "doctor", "--repair", "--quiet")
        try:
            status = process.wait(chance.uniform(0, 0.1) * (1 + kills / 20))
            stage.equal("the repair that was not killed", status, 0)
            break
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
    stage.check(kills > 3, f"only {kills} repairs were killed: this proves little (seed {seed})")
    stage.qctl("work", "--until-settled", "--quiet", "-c", "2", "--", "true", seconds=120)
    stage.stop(worker)
    stage.doctor()
    put_away = store.execute("SELECT job_id FROM qctl_quarantine WHERE content LIKE 'INSERT INTO qctl_jobs(%'").fetchall()
    stage.equal("jobs in the quarantine", len(put_away), len(set(put_away)))
    # A worker that took some of them first ran them without their payload, as it would have before.
    stage.check(0 < len(put_away) <= lost, f"{len(put_away)} of {lost} jobs are in the quarantine")
    stage.equal("jobs that are nowhere", len(everything) - len(listed(stage, "queue.db")) - len(put_away), 0)


if __name__ == "__main__":
    run(a_backup_while_all_goes_on, a_backup_that_is_killed, a_repair_that_is_killed, stores=["sqlite"])
