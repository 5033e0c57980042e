"""What the cases share: the workshop, filled stores, subjects, and what could not be measured."""

from measure import rate, require, time_processes
from report import Measurement
from stores import Stores
from subjects import FULL, LIMIT, PEER, QCTL, RAISED, Subjects
from workshop import PEERS, Unavailable

FULL_PEERS = tuple(PEERS)
SMALL = 10_000


class Bench:
    """One run of the benchmarks, or one side of a comparison.

    `passes` is how often all of it is run: the rounds of each measurement are divided among them.
    """

    def __init__(self, workshop, jobs, big, wanted=(QCTL, LIMIT, PEER), passes=1, side="here"):
        self.workshop = workshop
        self.stores = Stores(workshop, side)
        self.jobs, self.big = jobs, big
        self.wanted, self.passes = wanted, passes
        self.notes = []
        self._made = {}

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

    def once(self, name, make):
        """The value of `make`, which is called the first time only."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    def rounds(self, usual):
        return max(usual // self.passes, 1)

    def subjects(self, durability):
        return Subjects(self.wanted, durability)

    def add_qctl(self, subjects, label, make, highest=0, durability=None):
        """Adds a command line of qctl, once it has been seen to work: a no-op would be fast."""
        subjects.describe(label, QCTL, durability)
        if self.workshop.qctl is None:
            self.note("qctl: not built")
            return
        command = self.attempt(make)
        output = self.attempt(lambda: require(command, highest)) if command else None
        if output:
            subjects.qctl(label, command, durability)
        elif output == "":
            self.note(f"{label}, {command[-1]}: printed nothing, so it isn't measured")

    def add_tool(self, subjects, label, name, *arguments, durability=None):
        path = self.attempt(lambda: self.workshop.tool(name))
        if path:
            subjects.peer(label, [path, *arguments], durability)

    def processes(self, case, title, subjects, rounds, limit, targets, highest=0):
        """Wall times of whole processes, in ms."""
        samples = {}
        if subjects:
            timed = time_processes(subjects, self.rounds(rounds), highest)
            samples = {label: time for label, (time, _) in timed.items()}
        return Measurement(case, title, "ms", samples, limit, targets, subjects)


def in_process(bench, work, count, limit_command, batch=None, peers=FULL_PEERS):
    """Subjects that time themselves, each on a store of its own, made anew every round."""

    def on_fresh_store(name, command, file="queue.db", tail=()):
        return lambda: rate([*command, str(bench.stores.folder(name) / file), *tail])

    subjects = bench.subjects(FULL)
    if bench.workshop.qctl_bench:
        tail = [str(batch)] if batch else []
        start = [bench.workshop.qctl_bench, work, str(count)]
        subjects.qctl("qctl", on_fresh_store("qctl", start, tail=tail))
    else:
        bench.note("qctl-bench: not built")
    for label, command in limit_command.items():
        subjects.limit(label, on_fresh_store("limit", command))
    for name in peers if PEER in bench.wanted else ():
        start = bench.attempt(lambda: bench.workshop.peer_command(name))
        if start:
            raised = RAISED if name == "litequeue" else FULL
            subjects.peer(name, on_fresh_store("peer", [*start, work, str(count)], ""), raised)
    return subjects
