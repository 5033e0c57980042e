"""The cases of a worker: how many jobs it runs, and how soon it starts one."""

import subprocess
from contextlib import contextmanager

from measure import interleave, require, time_processes
from report import Measurement, Target
from stores import job_lines
from subjects import FULL, NONE, NOT_APPLICABLE
from workshop import Unavailable

SPAWN = "C spawn, 2 at a time"


def runs_per_second(command, count):
    """Jobs per second of a whole process."""
    ((time, _),) = time_processes({"worker": command}, 1).values()
    return count / (time.median / 1000)


@contextmanager
def task_spooler(bench, name, slots):
    """The start of its command line; its server, one of our own, ends with the body."""
    program, folder = bench.workshop.tool("tsp"), bench.stores.folder(name)
    settings = {"TS_SOCKET": str(folder / "socket"), "TMPDIR": str(folder)}
    command = ["/usr/bin/env", *(f"{key}={value}" for key, value in settings.items()), program]
    # The server would otherwise keep the pipes open that somebody reads to their end.
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if subprocess.run([*command, "-S", str(slots)], **quiet).returncode != 0:
        raise Unavailable("task-spooler: its server did not start")
    try:
        yield command
    finally:
        subprocess.run([*command, "-K"], **quiet)


def worker(bench):
    """9: a worker with two slots running /bin/true."""
    count = 1_000

    def qctl():
        if bench.workshop.qctl is None:
            raise Unavailable("not built")
        start = [bench.workshop.qctl, "--store", str(bench.stores.folder("worker") / "queue.db")]
        require([*start, "enqueue", "--bulk", job_lines(count)])
        handler = ["--until-empty", "--quiet", "--", "/bin/true"]
        speed = runs_per_second([*start, "work", "-q", "q", "-c", "2", *handler], count)
        done = require([*start, "list", "-q", "q", "--state", "completed", "--ids"])
        if len(done.split()) != count:
            raise Unavailable(f"work completed {len(done.split())} of {count} jobs")
        return speed

    def spooler():
        """Its queue is filled by a command for each job, while it works."""
        few = count // 4
        script = f'for n in $(seq {few}); do "$@" -n /bin/true; done; "$@" -w'
        with task_spooler(bench, "spooler", 2) as command:
            return runs_per_second(["/bin/sh", "-c", script, "sh", *command], few)

    xargs = ["/bin/sh", "-c", f"seq {count} | xargs -P2 -n1 /bin/true"]
    spawn = [bench.workshop.limit("spawn"), str(count), "2"]
    subjects = bench.subjects(NOT_APPLICABLE)
    subjects.qctl("qctl", qctl, FULL)
    subjects.limit(SPAWN, lambda: runs_per_second(spawn, count))
    subjects.peer("xargs -P2", lambda: runs_per_second(xargs, count))
    subjects.peer("task-spooler", spooler, NONE)
    samples = interleave(subjects, bench.rounds(9), bench.note)
    targets = [
        Target("qctl", 0.8, SPAWN, at_least=True),
        Target("qctl", 1.0, "xargs -P2", at_least=True),
        Target("qctl", 1.0, "task-spooler", at_least=True),
    ]
    yield Measurement(9, "work -c 2 -- /bin/true", "/s", samples, SPAWN, targets, subjects)
