"""The case of TAB: a queue's name among very many, as a process, as a shell asks for it."""

import subprocess

from report import Target
from stores import fresh_folder

QUEUES = 10_000


def completion(bench):
    """16: TAB on a queue name among 10,000, as a process."""
    lines = "".join('{"queue":"queue-%05d","type":"t"}\n' % number for number in range(QUEUES))
    subjects = {}
    for label, prefix in (("sqlite", ""), ("dir", "dir:")):
        store = prefix + str(fresh_folder(f"completion-{label}") / "queue.db")
        enqueue = [bench.workshop.qctl, "--store", store, "enqueue", "--bulk", "-", "--quiet"]

        def ask(store=store, enqueue=enqueue, words=("list", "-q", "queue-0999")):
            subprocess.run(enqueue, input=lines, text=True, check=True)
            return [bench.workshop.qctl, "__complete", "--store", store, *words]

        bench.add_qctl(subjects, f"{label}, 10 left", ask)
        if label == "sqlite":
            bench.add_qctl(subjects, "sqlite, the first 300", lambda: [*ask()[:-1], ""])
    bench.add_qctl(subjects, "qctl --version", lambda: [bench.workshop.qctl, "--version"])
    targets = [Target(label, 10) for label in subjects if label != "qctl --version"]
    yield bench.processes(16, f"TAB on a queue among {QUEUES:,}", subjects, 50, "qctl --version", targets)
