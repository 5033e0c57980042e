"""Replays a dead-letter queue while others do the same, and while somebody presses Ctrl-C."""

import fcntl
import os
import re
import signal
import subprocess
import sys
import time

scripts = os.path.dirname(os.path.realpath(__file__))


def qctl(*words):
    return subprocess.run(["qctl", *words], capture_output=True, text=True).stdout


def make_dead(queue, count):
    subprocess.run([sys.executable, f"{scripts}/dead.py", queue, str(count)], check=True)


def replay(queue):
    return subprocess.Popen(
        ["qctl", "dlq", "replay", "-q", queue, "--yes"], stderr=subprocess.PIPE, text=True,
        stdout=subprocess.PIPE)


def told(text):
    found = re.search(r"replayed (\d+)", text)
    return int(found[1]) if found else 0


def check(rule, *problems):
    wrong = [str(problem) for problem in problems if problem]
    print(f"{rule}: {'; '.join(wrong) if wrong else 'ok'}")


def differs(found, wanted):
    return "" if found == wanted else f"{found!r} instead of {wanted!r}"


def each_once(queue, count):
    replays = qctl("list", "-q", queue, "--format", "{state} {replays}").split("\n")[:-1]
    events = [line for line in qctl("tail", "-q", queue, "--json").splitlines() if '"event":"replayed"' in line]
    jobs = re.findall(r'"job_id":"(\w+)"', "\n".join(events))
    return (differs(len(replays), count), differs(set(replays), {"ready 1"}),
            differs((len(jobs), len(set(jobs))), (count, count)))


count = 3000
make_dead("two", count)
operators = [replay("two"), replay("two")]
ends = [operator.communicate() for operator in operators]
check("two operators replay the same jobs at once: each is replayed once",
      *each_once("two", count), differs(sum(told(err) for _, err in ends), count),
      *(differs(operator.returncode in (0, 3), True) for operator in operators),
      differs("".join(out for out, _ in ends), ""))

count = 60_000
make_dead("long", count)
# Whoever holds the gate slows each batch down to a second: time enough to interrupt it between two.
with open(os.environ["QCTL_STORE"] + ".qctl/gate", "rb") as gate:
    fcntl.flock(gate, fcntl.LOCK_EX)
    operator = replay("long")
    while f'"dead":{count},' in qctl("queues", "long", "--json") and operator.poll() is None:
        time.sleep(0.01)
    operator.send_signal(signal.SIGINT)
out, err = operator.communicate()
numbers = [int(number) for number in re.findall(r"\d+", err)]
dead = len(qctl("list", "-q", "long", "--state", "dead", "--ids").split())
ready = len(qctl("list", "-q", "long", "--state", "ready", "--ids").split())
check("Ctrl-C ends it between two batches, with a word on what is done and what is left",
      differs(operator.returncode, -signal.SIGINT), differs(out, ""), differs(dead + ready, count),
      "" if dead and ready else f"{dead} dead, {ready} ready: nothing was interrupted",
      "" if ready in numbers and dead in numbers else f"{ready} done and {dead} left, but it said {err!r}")
check("the same command picks up the rest", differs(told(replay("long").communicate()[1]), dead),
      *each_once("long", count))
check("the counts are true",
      *(line for line in qctl("doctor").splitlines() if line.startswith("error")),
      "" if f'"ready":{count},' in qctl("queues", "long", "--json") else qctl("queues", "long", "--json"))
