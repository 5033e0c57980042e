"""Scratch stores for the benchmarks: fresh ones, and filled ones shared by the cases of a run."""

import shutil
from pathlib import Path

from measure import require, time_processes
from workshop import SCRATCH, Unavailable


def fresh_folder(name):
    """An empty folder on the real disk; what an earlier run left there is removed."""
    folder = SCRATCH / "stores" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def remove_all():
    shutil.rmtree(SCRATCH / "stores", ignore_errors=True)


def job_lines(count):
    """A file of `count` jobs for `enqueue --bulk`, all due at once on the queue `q`."""
    path = SCRATCH / f"jobs-{count}.ndjson"
    if not path.exists():
        part = path.with_suffix(".part")
        with part.open("w") as lines:
            for n in range(count):
                lines.write('{"queue":"q","type":"t","payload":{"n":%d}}\n' % (1_000_000 + n))
        part.rename(path)
    return str(path)


class Stores:
    def __init__(self, workshop):
        self.workshop = workshop
        self._lean, self._qctl = {}, {}

    def lean(self, count):
        """A database of the C limits with `count` ready jobs, and an id in its middle."""
        if count not in self._lean:
            path = str(fresh_folder(f"lean-{count}") / "jobs.db")
            require([self.workshop.limit("bulk"), str(count), path])
            self._lean[count] = (path, str(count // 2))
        return self._lean[count]

    def qctl(self, count):
        """A store of qctl with `count` jobs, the id of one, and how the filling went."""
        if self.workshop.qctl is None:
            raise Unavailable("qctl: not built")
        if count not in self._qctl:
            self._qctl[count] = self.fill_qctl(f"qctl-{count}", count)
        return self._qctl[count]

    def fill_qctl(self, name, count):
        """Fills a fresh store; (path, id, jobs per second, peak MiB)."""
        path = str(fresh_folder(name) / "queue.db")
        command = [self.workshop.qctl, "--store", path, "enqueue"]
        ((time, memory),) = time_processes(
            {"fill": [*command, "--bulk", job_lines(count)]}, 1
        ).values()
        identifier = require([*command, "-q", "q", "-t", "bench", "--payload", "{}"]).strip()
        if not identifier:
            raise Unavailable("qctl enqueue: printed no id")
        return path, identifier, count / (time.median / 1000), memory.median

    @staticmethod
    def remove(path):
        shutil.rmtree(Path(path).parent, ignore_errors=True)
