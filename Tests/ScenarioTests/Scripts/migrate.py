"""Moves a store there and back under kill -9, and compares what is exported byte for byte.

    migrate.py JOBS A B C [whole]

A, B and C are places of stores that are not there yet: A is filled, moved to B, and B to C.
With `whole` nothing is killed: that is for many jobs. $QCTL_TEST_SEED repeats the choices of a run;
the seed is printed where something fails.
"""

import json
import random
import signal
import subprocess
import sys
import time

import seeds

HOUR = 3600

jobs, stores, whole = int(sys.argv[1]), sys.argv[2:5], sys.argv[5:] == ["whole"]
seed = seeds.chosen()
chance = random.Random(seed)
problems = []


def qctl(*words, status=0, **how):
    done = subprocess.run(["qctl", *words], capture_output=True, text=True, **how)
    if done.returncode != status:
        problems.append(f"{' '.join(words)}: {done.returncode} {done.stderr[-500:]}")
    return done


def fill(store):
    """Jobs of every state, with keys, bytes that are no text, attempts, output and results."""
    lines = []
    for number in range(jobs):
        job = {"queue": f"q{number % 3}", "type": f"t{number % 2}", "priority": number % 10}
        if number % 3 == 0:
            job["payload"] = {"n": number, "text": "ä\u202e\n" * (number % 5)}
        elif number % 3 == 1:
            job["payload_text"] = f" {number}\r\n\x00"
        else:
            job["payload_b64"] = "AP8KgA=="
        if number % 50 == 0:
            job["unique_key"] = f"u{number}"
            job["idempotency_key"] = f"i{number}"
        if number % 20 == 0:
            job["tags"] = {"user": str(number)}
        if number % 40 == 0:
            job["delay_ms"] = 86_400_000
        lines.append(json.dumps(job))
    qctl("enqueue", "--bulk", "-", "--store", store, input="\n".join(lines))
    for queue, script in (("q0", "printf out; printf err >&2; exit 1"), ("q1", "exit 65"), ("q2", "cat")):
        for _ in range(8):
            qctl("work", "--once", "-q", queue, "--store", store, "--", "sh", "-c", script)
    qctl("pause", "q1", "--reason", "deploy", "--store", store)
    first = qctl("list", "--store", store, "-q", "q2", "--state", "ready", "-n", "3", "--ids").stdout.split()
    qctl("cancel", "--store", store, *first)


def body(text, *kinds):
    return [line for line in text.splitlines() if json.loads(line)["kind"] in kinds]


def exported(store, *kinds):
    return body(qctl("export", "--store", store).stdout, *kinds)


def compare(what, found, wanted):
    if found == wanted:
        return
    at = next((i for i, pair in enumerate(zip(found, wanted)) if pair[0] != pair[1]), min(len(found), len(wanted)))
    problems.append(f"{what}: {len(found)} lines against {len(wanted)}, the first other one is {at}: "
                    f"{found[at:at + 1]} against {wanted[at:at + 1]}")


def killed(words, longest):
    """Runs a command, killed at random moments until one run comes to its end."""
    kills = 0
    while True:
        process = subprocess.Popen(["qctl", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            process.communicate(timeout=longest if whole else chance.uniform(0, longest))
            return kills, process
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            kills += 1
            longest *= 1.1


def spent(words, *discard):
    """How long a command takes undisturbed, on a store that is then thrown away."""
    begin = time.monotonic()
    qctl(*words)
    for path in discard:
        subprocess.run(["rm", "-rf", path, path + "-wal", path + "-shm", path + ".qctl"])
    return time.monotonic() - begin


history = ("job", "request")
fill(stores[0])
before = exported(stores[0], *history)
log = exported(stores[0], "log")
if len(before) < jobs:
    problems.append(f"{len(before)} lines of {jobs} jobs")

# An import that is killed again and again, into a store that is not there yet.
subprocess.run("rm -rf imported.db*", shell=True, check=True)
with open("whole.ndjson", "w") as file:
    file.write(qctl("export", "--store", stores[0]).stdout)
words = ["import", "--store", "imported.db", "whole.ndjson"]
kills, process = killed(words, HOUR if whole else spent(words, "imported.db"))
if process.returncode:
    problems.append(f"import ended with {process.returncode}")
compare("imported", exported("imported.db", "queue", "job", "request", "minute", "log"),
        exported(stores[0], "queue", "job", "request", "minute", "log"))

# There and back, killed again and again.
for source, target in zip(stores, stores[1:]):
    words = ["migrate", "--from", source, "--to", target]
    kills, process = killed(words, HOUR if whole else max(0.1, jobs / 20_000))
    if process.returncode:
        problems.append(f"{' '.join(words)}: {process.returncode}")
    compare(f"moved to {target}", exported(target, *history), before)
    compare(f"log of {target}", [line for line in exported(target, "log") if line in set(log)], log)
    if qctl("queues", "--store", target, "--format", "{queue} {paused} {pause_reason}").stdout != (
            "q0 false \nq1 true deploy\nq2 false \n"):
        problems.append(f"pauses of {target}")
    if "already; nothing was changed" not in qctl(*words).stderr:
        problems.append("moved twice")
    qctl("doctor", "--store", target, "--quiet", "--ids")

if problems:
    print("\n".join(problems + [f"QCTL_TEST_SEED={seed}"]))
    sys.exit(1)
