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
# Seconds that an enqueue takes here, so that kills come in the middle of it on any machine.
pace = 0.005


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


def enqueue(stream):
    return start("qctl", "enqueue", "-q", "q", "--payload", "x" * chance.randrange(5000), stdout=stream)


def killed_enqueues():
    """Enqueues one after the other, each its own process; the first ends well, of others every second is killed."""
    global pace
    read, write = os.pipe()
    begun = time.monotonic()
    enqueue(write).wait()
    pace = min(time.monotonic() - begun, 0.1)
    for _ in range(chance.randrange(1, 8)):
        process = enqueue(write)
        if chance.random() < 0.5:
            time.sleep(chance.uniform(0, 1.2 * pace))
            kill(process)
        else:
            process.wait()
    os.close(write)
    with os.fdopen(read) as printed:
        acknowledged.extend(line.strip() for line in printed if line.endswith("\n"))


def killed_bulk(queue="bulk", most=500, patience=6):
    """All of it or nothing, whenever the kill comes."""
    count = chance.randrange(most // 10, most)
    tag = f"bulk-{len(acknowledged)}-{chance.randrange(1 << 30)}"
    lines = "".join(json.dumps({"queue": queue, "type": tag, "payload": n}) + "\n" for n in range(count))
    with open("lines", "w") as file:
        file.write(lines)
    process = start("qctl", "enqueue", "--bulk", "lines", stderr=subprocess.DEVNULL)
    time.sleep(chance.uniform(0, patience * pace))
    kill(process)
    found = len(qctl("list", "--ids", "-t", tag).split())
    if found not in (0, count):
        problems.append(f"{found} of {count} jobs of a bulk that was killed")


def killed_large_bulk():
    """One that is staged in several steps."""
    killed_bulk("large", 40_000, 100)


def killed_worker():
    process = start(
        "qctl", "work", "-q", "q", "-c", "2", "--lease", "2s", "--quiet", "--", "true",
        stderr=subprocess.DEVNULL)
    time.sleep(chance.uniform(pace, 10 * pace))
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
def stretches():
    database = sqlite3.connect(os.environ["QCTL_STORE"], timeout=60)
    found = database.execute("SELECT count(*) FROM qctl_bulks WHERE published = 0").fetchone()[0]
    database.close()
    return found


limit = time.monotonic() + 200
while left := stretches():
    if time.monotonic() > limit:
        problems.append(f"{left} stretches of killed bulks are left")
        break
    qctl("claim", "-q", "nothing", fails=True)

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
