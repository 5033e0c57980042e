"""What is compared in a measurement: qctl, limits and peers, each with the durability it has."""

# A power cut loses nothing that was acknowledged; it may; nothing is written that could be lost.
FULL, NONE, NOT_APPLICABLE = "FULL", "none", "n/a"
# FULL as it is driven here, where the program by itself, or its usual setting, does less.
RAISED = "FULL, raised"

QCTL, LIMIT, PEER = "qctl", "limit", "peer"


class Subjects(dict):
    """{label: what to run}, a function or a command line; what is not wanted is left out."""

    def __init__(self, wanted=(QCTL, LIMIT, PEER), durability=NOT_APPLICABLE):
        """`durability` is that of whatever is added without its own."""
        super().__init__()
        self._wanted, self._usual = wanted, durability
        self.kinds, self.durability = {}, {}

    def qctl(self, label, run, durability=None):
        self._add(label, run, QCTL, durability)

    def limit(self, label, run, durability=None):
        self._add(label, run, LIMIT, durability)

    def peer(self, label, run, durability=None):
        self._add(label, run, PEER, durability)

    def describe(self, label, kind, durability=None):
        """For a target's subject that could not be added, and for figures gathered otherwise."""
        self.kinds[label] = kind
        self.durability[label] = self._usual if durability is None else durability

    def _add(self, label, run, kind, durability):
        self.describe(label, kind, durability)
        if kind in self._wanted:
            self[label] = run
