"""The case of TAB: a queue's name among very many, as a process, as a shell asks for it."""

import subprocess

from report import Target
from subjects import NOT_APPLICABLE

QUEUES = 10_000


def completion(bench):
    """14: TAB on a queue name among 10,000, as a process."""
    store = str(bench.stores.folder("completion") / "queue.db")
    qctl = [bench.workshop.qctl, "--store", store]

    def fill():
        lines = "".join('{"queue":"queue-%05d","type":"t"}\n' % number for number in range(QUEUES))
        subprocess.run([*qctl, "enqueue", "--bulk", "-", "--quiet"], input=lines, text=True, check=True)

    def ask(beginning):
        return lambda: [bench.workshop.qctl, "__complete", "--store", store, "list", "-q", beginning]

    if bench.workshop.qctl:
        fill()
    subjects = bench.subjects(NOT_APPLICABLE)
    bench.add_qctl(subjects, "10 of them left", ask("queue-0999"))
    bench.add_qctl(subjects, "the first 300", ask(""))
    targets = [Target(label, 10) for label in subjects.kinds]
    bench.add_qctl(subjects, "qctl --version", lambda: [bench.workshop.qctl, "--version"])
    title = f"TAB on a queue name among {QUEUES:,}"
    yield bench.processes(14, title, subjects, 50, "qctl --version", targets)
