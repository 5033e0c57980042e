"""The case of who follows a log: how soon a line is on the screen, and what waiting costs."""

import json
import queue
import subprocess
import threading
import time
from contextlib import contextmanager

from measure import Sample, require
from pickup_case import idle_share
from report import Measurement, Target
from subjects import NOT_APPLICABLE, PEER, QCTL
from workshop import Unavailable

COUNT, WARM_UP = 200, 5
PATIENCE = 60
PLAIN = "tail -F, a plain file"


@contextmanager
def followed(command):
    """A follower whose lines come with the moments at which they were read."""
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        lines = queue.Queue()

        def read():
            for _ in process.stdout:
                lines.put(time.monotonic())

        threading.Thread(target=read, daemon=True).start()
        try:
            yield process, lines
        finally:
            process.terminate()


def times(lines, act):
    """Milliseconds from the end of each act to its line; a line may come even before that."""
    taken = []
    for number in range(COUNT + WARM_UP):
        act(number)
        done = time.monotonic()
        seen = lines.get(timeout=PATIENCE)
        if number >= WARM_UP:
            taken.append(max(seen - done, 0) * 1000)
    return taken


def store_tail(bench, store):
    """Jobs that end one by one, each by a process of its own."""
    qctl = [bench.workshop.qctl, "--store", store]
    require([*qctl, "init", "--quiet"])
    bulk = "".join('{"queue":"q","type":"t"}\n' for _ in range(COUNT + WARM_UP))
    subprocess.run([*qctl, "enqueue", "--bulk", "-", "--quiet"], input=bulk, text=True, check=True)

    def end(_):
        claimed = json.loads(require([*qctl, "claim", "-q", "q", "--json"]))
        require([*qctl, "complete", claimed["id"], "--token", claimed["token"], "--quiet"])

    with followed([*qctl, "tail", "-f", "-n", "0", "--event", "completed"]) as (process, lines):
        taken = times(lines, end)
        return taken, idle_share(bench, process)


def plain_tail(path):
    """A file to which lines are added."""
    with open(path, "a") as file, followed(["tail", "-n", "0", "-F", str(path)]) as (_, lines):
        time.sleep(0.2)

        def add(number):
            file.write(f"{number}\n")
            file.flush()

        return times(lines, add)


def tail(bench):
    """15: from an event to the screen of whoever follows."""
    if bench.workshop.qctl is None:
        raise Unavailable("qctl: not built")
    folder = bench.stores.folder("tail")
    found, idle, about = {}, {}, bench.subjects(NOT_APPLICABLE)
    for label, store in (("qctl", f"sqlite:{folder}/q.db"), ("qctl, directory", f"dir:{folder}/q")):
        about.describe(label, QCTL)
        found[label], idle[label] = store_tail(bench, store)
    if PEER in bench.wanted:
        about.describe(PLAIN, PEER)
        found[PLAIN] = plain_tail(folder / "plain")
    bounds = [Target(label, 20, percentile=99) for label in idle]
    samples = {label: Sample(runs) for label, runs in found.items()}
    yield Measurement(15, "event to tail -f", "ms", samples, "", bounds, about)
    shares = {label: Sample([share]) for label, share in idle.items()}
    targets = [Target(label, 0.1) for label in idle]
    yield Measurement(15, "idle tail -f: CPU", "%", shares, "", targets, about)
