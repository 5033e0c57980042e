"""Many processes want one unique key at once, while workers are killed."""

import json
import os
import random
import signal
import time

import seeds
from stage import DEADLINE, kill, only, run

# How many requests each process makes, and how many processes there are.
REQUESTS = int(os.environ.get("QCTL_REQUESTS", 12))
PROCESSES = 8
SEED = seeds.chosen()


def producer(stage, number, chance, rules):
    """A shell that makes requests, each by a rule of its own; what is answered goes to a file."""
    lines = []
    for _ in range(REQUESTS):
        rule = chance.choice(rules)
        lines.append(f"""
qctl enqueue -q q --backoff fixed:10ms --unique-key one --on-conflict {rule} --json >>answers-{number} 2>>said-by-{number}
status=$?
if [ $status -ne 0 ] && [ $status -ne 4 ]; then echo "{rule}: $status" >>failed; fi
""")
    return stage.start(stage.script(f"producer-{number}", "".join(lines)))


def the_key_has_one_holder_and_no_job_is_lost(stage):
    race(stage, ["ignore", "replace", "fail"])


# In a directory somebody may take the key before the job that waits for it, which then runs without, as
# it does where the one that it waits for is replaced: two at once, and rightly.
@only("sqlite")
def followers_run_one_after_the_other(stage):
    race(stage, ["ignore", "after", "fail"])


def race(stage, rules):
    chance = random.Random(f"{SEED} {stage.kind}")
    stage.qctl("init", "--quiet")
    run_one = stage.script("handler", """
flock -n -E 77 key.lock sleep 0.03
status=$?
if [ $status -eq 77 ]; then echo "$QCTL_JOB_ID" >>overlaps; fi
exit $status
""")
    words = ["-q", "q", "-c", "2", "--quiet"]
    workers = [stage.work(*words, handler=stage.alone(run_one)) for _ in range(2)]
    producers = [producer(stage, number, chance, rules) for number in range(PROCESSES)]
    kills = 0
    end = time.monotonic() + DEADLINE
    while any(process.poll() is None for process in producers):
        if time.monotonic() > end:
            stage.check(False, "the producers never end")
            return
        time.sleep(chance.uniform(0.05, 0.4))
        victim = chance.randrange(len(workers))
        kill(workers[victim].pid, signal.SIGKILL)
        workers[victim].wait()
        kills += 1
        workers[victim] = stage.work(*words, handler=stage.alone(run_one))
        holders = [job for job in exported(stage) if job.get("holds_unique_key")]
        stage.check(stage.kind != "sqlite" or len(holders) < 2, f"two holders: {holders}")
    for worker in workers:
        # One that was started a moment ago may be ended before it hears signals.
        worker.terminate()
        stage.check(stage.ends(worker, what="a stopped worker") in (0, -signal.SIGTERM), "a worker failed")
    stage.qctl("work", *words, "--until-settled", "--", "true")
    answered(stage)
    stage.equal("failed", stage.lines("failed"), [])
    stage.equal("two with the key ran at once", stage.lines("overlaps"), [])
    stage.check(kills > 0, "no worker was killed: this proves little")
    stage.doctor()
    stage.check(not stage.problems, f"repeat with QCTL_TEST_SEED={SEED}")


def answered(stage):
    """Every job that was accepted is there, and has run or given way to another that is there."""
    jobs = {job["id"]: job for job in exported(stage)}
    outcomes = set()
    for number in range(PROCESSES):
        for line in stage.lines(f"answers-{number}"):
            answer = json.loads(line)
            outcomes.add(answer["outcome"])
            job = jobs.get(answer["id"])
            if not stage.check(job, f"lost: {answer}"):
                continue
            if job["state"] == "completed":
                continue
            reasons = [action.get("reason") or "" for action in job.get("actions", [])]
            by = [reason.removeprefix("replaced by ") for reason in reasons]
            stage.check(job["state"] == "cancelled" and by and by[-1] in jobs, f"neither run nor replaced: {job}")
    stage.check(outcomes >= {"created", "existing"}, f"this proves little: {outcomes}")


def exported(stage):
    lines = map(json.loads, stage.qctl("export", "--quiet").splitlines())
    return [line for line in lines if line.get("kind", line.get("record")) == "job"]


run(the_key_has_one_holder_and_no_job_is_lost, followers_run_one_after_the_other)
