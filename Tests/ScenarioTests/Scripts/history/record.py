"""What a history is: what clients asked and heard, what handlers did, and what the store says in the end."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime

LIVE = ("ready", "active", "scheduled", "retrying", "blocked")
TERMINAL = ("completed", "dead", "cancelled")
STATES = LIVE + TERMINAL


@dataclass
class Call:
    """One command of one client; times are seconds of the wall clock, which qctl reads too."""

    number: int
    actor: str
    verb: str
    words: list
    begun: float = 0.0
    ended: float = 0.0
    # What it exited with; minus a signal; None where nobody waited for it.
    status: int = None
    out: str = ""
    said: str = ""
    # What the rules must know of it: type, count, key, job, attempt …
    note: dict = field(default_factory=dict)
    # Whether a fault of the disk may have hit it.
    troubled: bool = False

    @property
    def acknowledged(self):
        """Whether it ended well, or said before it was killed that all was done."""
        said = self.verb == "enqueue" and self.objects() or self.verb == "bulk" and "enqueued" in self.said
        return self.status == 0 or self.status == -9 and bool(said)

    @property
    def refused(self):
        """Whether it said that nothing was changed; one that was killed, or in doubt, did not."""
        if self.verb in ("retry", "replay", "cancel", "purge"):
            # What was done in batches before any trouble is done.
            return self.status in (1, 2)
        return self.status is not None and self.status > 0 and "may or may not" not in self.said \
            and not self.printed_in_vain

    @property
    def printed_in_vain(self):
        """Whether all was done, and only its output could not be written."""
        return self.status == 74 and "standard output" in self.said

    def objects(self):
        """What it printed as JSON, as far as that is whole."""
        lines = self.out.split("\n")[:-1]
        return [json.loads(line) for line in lines if line.startswith("{")]

    def __str__(self):
        how = "killed" if self.status == -9 else f"status {self.status}"
        return f"call {self.number} of {self.actor} ({' '.join(self.words)[:200]}: {how})"


@dataclass
class Start:
    """A handler that began: when, in seconds."""

    job: str
    attempt: int
    pid: int
    at: float


@dataclass
class History:
    store: str = "sqlite"
    # What the store declares that it cannot do.
    absent: list = field(default_factory=list)
    calls: list = field(default_factory=list)
    # Workers that ended: name, status, words, whether the disk had trouble, whether it was told to.
    workers: list = field(default_factory=list)
    starts: list = field(default_factory=list)
    # (job, attempt) → verb: handlers that ended by themselves, and those that killed their worker.
    ends: dict = field(default_factory=dict)
    crashes: dict = field(default_factory=dict)
    # Handlers that were killed from outside.
    killed: set = field(default_factory=set)
    violations: list = field(default_factory=list)
    # What the store says in the end.
    log: list = field(default_factory=list)
    jobs: list = field(default_factory=list)
    details: dict = field(default_factory=dict)
    queues: list = field(default_factory=list)
    findings: list = field(default_factory=list)
    # What went wrong in playing itself.
    problems: list = field(default_factory=list)

    def __post_init__(self):
        self.index()

    def index(self):
        """What the rules look up again and again; after any change by hand it must be made anew."""
        self.by_verb = {}
        for call in self.calls:
            self.by_verb.setdefault(call.verb, []).append(call)
        self.job = {job["id"]: job for job in self.jobs}
        self.records = {}
        for record in self.log:
            if "job_id" in record:
                self.records.setdefault(record["job_id"], []).append(record)
        self.purged = {record["job_id"] for record in self.log if record["event"] == "purged"}
        self.made = {}
        for id, type in ([(job["id"], job["type"]) for job in self.jobs]
                         + [(r["job_id"], r["job_type"]) for r in self.log if "job_type" in r]):
            self.made.setdefault(type, set()).add(id)
        self.begun = {}
        for start in self.starts:
            self.begun.setdefault((start.job, start.attempt), []).append(start)
        return self

    def of(self, *verbs):
        return [call for verb in verbs for call in self.by_verb.get(verb, ())]

    @property
    def tells_all(self):
        """Whether the log has every change, in their order: else it may lack what somebody did who died."""
        return "durable_log" not in self.absent

    def doubtful_purges(self, id, queue):
        """How many jobs like this one may have been purged without a word in the log."""
        if self.tells_all:
            return 0
        return sum(1 if id in call.words else int(call.words[-1]) if queue in call.words else 0
                   for call in self.of("purge") if call.status != 0 and not call.refused)

    # A file, so that a history can be judged again.

    def save(self, path):
        data = {name: value for name, value in self.__dict__.items() if name in self.__dataclass_fields__}
        data.update(
            calls=[asdict(call) for call in self.calls], starts=[asdict(start) for start in self.starts],
            ends=[[*key, verb] for key, verb in self.ends.items()],
            crashes=[[*key, verb] for key, verb in self.crashes.items()], killed=sorted(self.killed))
        with open(path, "w") as file:
            json.dump(data, file)

    @staticmethod
    def load(path):
        with open(path) as file:
            data = json.load(file)
        data.update(
            calls=[Call(**call) for call in data["calls"]], starts=[Start(**start) for start in data["starts"]],
            ends={(job, attempt): verb for job, attempt, verb in data["ends"]},
            crashes={(job, attempt): verb for job, attempt, verb in data["crashes"]},
            killed={tuple(each) for each in data["killed"]})
        return History(**data)

    def life(self, job):
        """All that is known of one job, to read."""
        type = next((type for type, ids in self.made.items() if job in ids), "?")
        told = [f"  {r['timestamp']} {r['event']} attempt {r.get('attempt')} → {r.get('status')} "
                f"by {r.get('worker') or r.get('actor')} {r.get('error') or ''} {r.get('reason') or ''}"
                for r in self.records.get(job, [])]
        told += [f"  started at {start.at:.3f}, attempt {start.attempt}, process {start.pid}"
                 for start in self.starts if start.job == job]
        told += [f"  {call.begun:.3f} to {call.ended:.3f} {call} {call.note} {call.said.strip()[:200]}"
                 for call in self.calls if job in " ".join(call.words) or job in call.out[:100_000]
                 or call.note.get("type") == type]
        told.append(f"  in the end: {self.details.get(job) or self.job.get(job)}")
        return "\n".join(told)


def instant(text):
    """A time as qctl writes it, in seconds."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
