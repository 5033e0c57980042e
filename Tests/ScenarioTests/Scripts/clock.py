"""Clocks that are stepped while jobs run: nothing is rescued, and nothing runs twice.

The debug build runs under the library of faketime, which gives it a wall clock of its own; the
clocks that only count on stay true.
"""

import glob
import os

from stage import run

HOUR = 3600


def fake(stage):
    """What a program needs in its environment to have a clock that ``step`` moves."""
    libraries = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1") + glob.glob("/usr/lib/faketime/libfaketimeMT.so.1")
    return {
        "LD_PRELOAD": libraries[0], "FAKETIME_TIMESTAMP_FILE": stage.path("clock"), "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1"}


def step(stage, seconds):
    with open(stage.path("new-clock"), "w") as file:
        file.write(f"{seconds:+d}\n")
    os.rename(stage.path("new-clock"), stage.path("clock"))


def stepped_worker(stage, handler, *words):
    # The library adds to the environment of the first program that has it, which moves it to another
    # place; Swift then finds no arguments beside it. So `env` is the first.
    worker = stage.start(
        "env", os.environ["DEBUG_BUILD"], "work", "--name", "stepped", *words, "--",
        "env", "-u", "LD_PRELOAD", *handler, environment=fake(stage))
    # Whoever is killed leaves these behind.
    stage.leftovers += [f"/dev/shm/faketime_shm_{worker.pid}", f"/dev/shm/sem.faketime_sem_{worker.pid}"]
    return worker


def completed(stage):
    return len(stage.jobs("--state", "completed"))


def nothing_ran_twice(stage, count):
    stage.equal("rescues, and leases lost", stage.events("rescued", "lease_lost"), [])
    starts = [job for job, _, _ in stage.starts()]
    stage.equal("starts, and jobs started", (len(starts), len(set(starts))), (count, count))
    stage.equal("jobs not completed, or charged", [
        (job["id"], job["state"], job["failures"]) for job in stage.jobs()
        if (job["state"], job["failures"]) != ("completed", 0)], [])


# A job whose payload names a file runs until it is there; others end at once.
HANDLER = 'name=$(cat)\nwhile [ -n "$name" ] && [ ! -e "$name" ]; do sleep 0.05; done\n'


def steps_of_a_running_worker(stage):
    """An hour on, and two back, while it and a worker with the true clock run long and short jobs."""
    handler = stage.alone(stage.script("handler", HANDLER))
    step(stage, 0)
    stage.enqueue_all([{"payload_text": f"end-{n}", "priority": 0} for n in range(2)])
    stepped = stepped_worker(stage, handler, "-c", "2")
    stage.until("its long jobs run", lambda: len(stage.starts()) == 2)
    stage.enqueue_all([{"payload_text": "end-2", "priority": 0}])
    true = stage.work("--name", "true", "-c", "2", handler=handler)
    stage.until("the other's long job runs", lambda: len(stage.starts()) == 3)
    for number, hours in enumerate((1, -1, 0)):
        step(stage, hours * HOUR)
        stage.enqueue_all([{} for _ in range(10)])
        stage.touch(f"end-{number}")
        wanted = 11 * (number + 1)
        stage.until(f"{wanted} jobs are completed, the clock at {hours} h", lambda: completed(stage) == wanted)
    nothing_ran_twice(stage, 33)
    logged = {record["worker"] for record in stage.events("completed")}
    stage.equal("workers that completed jobs", logged, {"stepped", "true"})
    for worker in (stepped, true):
        stage.stop(worker)


def workers_that_start_with_a_wrong_clock(stage):
    """Whoever comes with the clock an hour ahead, or behind, takes nobody's jobs."""
    handler = stage.alone(stage.script("handler", HANDLER))
    stage.enqueue_all([{"payload_text": "end"} for _ in range(2)])
    true = stage.work("-c", "2", handler=handler)
    stage.until("both jobs run", lambda: len(stage.starts()) == 2)
    for number, hours in enumerate((1, -1), 1):
        step(stage, hours * HOUR)
        stage.enqueue()
        wrong = stepped_worker(stage, handler)
        stage.until("it has run what was free", lambda: completed(stage) == number)
        stage.stop(wrong)
    wrong = stepped_worker(stage, handler)
    stage.until("it has started", lambda: stage.workers() == 4)
    stage.touch("end")
    stage.until("both jobs are completed", lambda: completed(stage) == 4)
    nothing_ran_twice(stage, 4)
    for worker in (wrong, true):
        stage.stop(worker)


if __name__ == "__main__":
    run(steps_of_a_running_worker, workers_that_start_with_a_wrong_clock)
