"""Kills enqueues and workers at random moments, and looks for what was lost.

    killed.py ROUNDS

The store is $QCTL_STORE. $QCTL_TEST_SEED repeats a run; the seed is printed where something fails.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

rounds = int(sys.argv[1])
seed = int(os.environ.get("QCTL_TEST_SEED", random.randrange(1 << 32)))
chance = random.Random(seed)
problems = []
acknowledged = []


def qctl(*words, fails=False):
    done = subprocess.run(["qctl", *words], capture_output=True, text=True)
    if done.returncode and not fails:
        problems.append(f"{' '.join(words)} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def start(*words, **streams):
    return subprocess.Popen(words, start_new_session=True, **streams)


def kill(process):
    """Kills the one process: whatever it started must be dealt with by those who come after."""
    try:
        os.kill(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def killed_enqueues():
    """A loop of enqueues, each its own process; the one at work is killed."""
    read, write = os.pipe()
    until = time.monotonic() + chance.uniform(0.02, 0.08)
    while time.monotonic() < until:
        process = start("qctl", "enqueue", "-q", "q", "--payload", "x" * chance.randrange(5000), stdout=write)
        if chance.random() < 0.5:
            time.sleep(chance.uniform(0, 0.006))
            kill(process)
        else:
            process.wait()
    os.close(write)
    with os.fdopen(read) as printed:
        acknowledged.extend(line.strip() for line in printed if line.endswith("\n"))


def killed_bulk(queue="bulk", most=500, patience=0.03):
    """All of it or nothing, whenever the kill comes."""
    count = chance.randrange(most // 10, most)
    tag = f"bulk-{len(acknowledged)}-{chance.randrange(1 << 30)}"
    lines = "".join(json.dumps({"queue": queue, "type": tag, "payload": n}) + "\n" for n in range(count))
    with open("lines", "w") as file:
        file.write(lines)
    process = start("qctl", "enqueue", "--bulk", "lines", stderr=subprocess.DEVNULL)
    time.sleep(chance.uniform(0, patience))
    kill(process)
    found = len(qctl("list", "--ids", "-t", tag).split())
    if found not in (0, count):
        problems.append(f"{found} of {count} jobs of a bulk that was killed")


def killed_large_bulk():
    """One that is staged in several steps."""
    killed_bulk("large", 40_000, 0.5)


def killed_worker():
    process = start(
        "qctl", "work", "-q", "q", "-c", "2", "--lease", "2s", "--quiet", "--", "true",
        stderr=subprocess.DEVNULL)
    time.sleep(chance.uniform(0.005, 0.08))
    kill(process)


qctl("init", "--quiet")
for _ in range(rounds):
    killed_enqueues()
    chance.choice((killed_bulk, killed_worker, killed_worker))()
for _ in range(3):
    killed_large_bulk()

known = set(qctl("list", "--ids").split())
lost = [job for job in acknowledged if job not in known]
if lost:
    problems.append(f"{len(lost)} of {len(acknowledged)} acknowledged jobs are gone: {lost[:3]}")
if len(acknowledged) < rounds:
    problems.append(f"only {len(acknowledged)} jobs were acknowledged: this proves little")
check = sqlite3.connect(os.environ["QCTL_STORE"]).execute("PRAGMA integrity_check").fetchall()
if check != [("ok",)]:
    problems.append(f"integrity_check: {check}")
for finding in map(json.loads, qctl("doctor", "--json", fails=True).splitlines()):
    if finding["grade"] == "error":
        problems.append(f"doctor: {finding}")

# Whoever claims next removes what was staged and never published, a fraction of a second each.
for _ in range(50):
    qctl("claim", "-q", "nothing", fails=True)
    staged = sqlite3.connect(os.environ["QCTL_STORE"]).execute(
        "SELECT count(*) FROM qctl_bulks WHERE published = 0").fetchall()
    if staged == [(0,)]:
        break
else:
    problems.append(f"{staged} stretches of killed bulks are left")

# Whoever comes next finishes everything: nothing is stuck, and nothing counts as a failure of its own.
qctl("work", "-q", "q,bulk", "-c", "2", "--until-settled", "--quiet", "--", "true")
left = [line for line in qctl("list", "-q", "q,bulk", "--state", "!completed", "--format", "{id} {state} {failures} {error}").splitlines()]
if left:
    problems.append(f"{len(left)} jobs were not completed: {left[:3]}")
# (A worker may die while a marked job runs alone in it: that is a crash, and no other failure.)
counts = [line.split() for line in qctl("list", "--format", "{id} {failures} {crashes}").splitlines()]
blamed = [" ".join(job) for job in counts if job[1] != job[2]]
if blamed:
    problems.append(f"{len(blamed)} jobs were charged with a failure: {blamed[:3]}")

for problem in problems:
    print(problem)
if problems:
    print(f"repeat with QCTL_TEST_SEED={seed}")
