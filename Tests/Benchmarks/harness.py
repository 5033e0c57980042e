"""What the cases share: the workshop, filled stores, subjects, and what could not be measured."""

from measure import rate, require, time_processes
from report import Measurement
from stores import Stores, fresh_folder
from workshop import PEERS, Unavailable

FULL_PEERS = tuple(PEERS)
SMALL = 10_000


class Bench:
    """One run of the benchmarks."""

    def __init__(self, workshop, jobs, big):
        self.workshop = workshop
        self.stores = Stores(workshop)
        self.jobs, self.big = jobs, big
        self.notes = []

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)

    def attempt(self, make):
        """The value of `make`, or None with a note where something isn't available."""
        try:
            return make()
        except Unavailable as reason:
            self.note(str(reason))
            return None

    def add_qctl(self, subjects, label, make):
        """Adds a command line of qctl, once it has been seen to work: a no-op would be fast."""
        if self.workshop.qctl is None:
            self.note("qctl: not built")
            return
        command = self.attempt(make)
        output = self.attempt(lambda: require(command)) if command else None
        if output:
            subjects[label] = command
        elif output == "":
            self.note(f"{label}, {command[-1]}: printed nothing, so it isn't measured")

    def add_tool(self, subjects, label, name, *arguments):
        path = self.attempt(lambda: self.workshop.tool(name))
        if path:
            subjects[label] = [path, *arguments]

    def processes(self, case, title, subjects, rounds, limit, targets):
        timed = time_processes(subjects, rounds)
        samples = {label: time for label, (time, _) in timed.items()}
        return Measurement(case, title, "ms", samples, limit, targets)


def in_process(bench, work, count, limit_command, batch=None, peers=FULL_PEERS):
    """Subjects that time themselves, each on a store of its own, made anew every round."""

    def on_fresh_store(name, command, file="queue.db", tail=()):
        return lambda: rate([*command, str(fresh_folder(name) / file), *tail])

    subjects = {}
    if bench.workshop.qctl_bench:
        tail = [str(batch)] if batch else []
        start = [bench.workshop.qctl_bench, work, str(count)]
        subjects["qctl"] = on_fresh_store("qctl", start, tail=tail)
    else:
        bench.note("qctl-bench: not built")
    for label, command in limit_command.items():
        subjects[label] = on_fresh_store("limit", command)
    for name in peers:
        start = bench.attempt(lambda: bench.workshop.peer_command(name))
        if start:
            subjects[name] = on_fresh_store("peer", [*start, work, str(count)], "")
    return subjects
