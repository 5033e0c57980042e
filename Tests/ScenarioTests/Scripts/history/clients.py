"""Those who call the tool: producers, scripts that are workers, and operators; each with its own dice."""

import json
import threading
import time

from play import KEYS, QUEUES
from record import instant


class Client(threading.Thread):
    """Does one thing after another until the history is over; what it does depends on the seed only."""

    pause = 0.15

    def __init__(self, play, name):
        super().__init__(daemon=True)
        self.play, self.called = play, name
        self.chance = play.chance(name)

    def run(self):
        try:
            while not self.play.over.wait(self.chance.uniform(0, self.pause)):
                self.act()
        except Exception as error:
            self.play.problem(f"{self.called} broke: {error!r}")

    def call(self, verb, *words, note=None, input=None, share=0.25):
        return self.play.call(self.called, verb, words, note, input, self.play.doom(self.chance, share))

    def among(self, **weights):
        return self.chance.choices(list(weights), list(weights.values()))[0]


class Producer(Client):
    serial = 0

    def act(self):
        self.serial += 1
        kind = self.among(plain=45, later=12, key=13, unique=20, bulk=10)
        queue = self.chance.choice(QUEUES)
        note = {"type": f"{self.called}-{self.serial}", "queue": queue}
        if kind == "bulk":
            return self.bulk(note)
        note["payload"] = self.payload()
        extra = []
        if kind == "later":
            extra = ["--delay", f"{self.chance.randint(1, 1500)}ms"]
        elif kind == "key":
            # The same request of both producers, whole: the key says what is in it.
            note.update(self.request(self.chance.randrange(1 + self.serial // 3)))
            extra = ["--idempotency-key", note["key"]]
        elif kind == "unique":
            note["unique"] = self.chance.choice(KEYS)
            note["conflict"] = self.among(ignore=20, replace=40, after=30, fail=10)
            # What is delayed is still there to be replaced.
            late = ["--delay", f"{self.chance.randint(1, 1500)}ms"] if self.chance.random() < 0.4 else []
            extra = ["--unique-key", note["unique"], "--on-conflict", note["conflict"], *late]
        call = self.call("enqueue", "enqueue", "-q", note["queue"], "-t", note["type"], "--json",
                         "--payload", json.dumps(note["payload"], separators=(",", ":")),
                         *self.limits(note), *extra, note=note)
        if call.acknowledged:
            self.play.remember(answer["id"] for answer in call.objects())

    def request(self, number):
        queue = QUEUES[number % len(QUEUES)]
        return {"key": f"k{number}", "type": f"key-{number}", "queue": queue,
                "payload": {"deed": "ok", "until": 0, "ms": number % 30}}

    def payload(self):
        deed = self.among(ok=60, fail=14, reject=4, hang=3, snooze=6, stubborn=4, crash=2, long=7)
        milliseconds = self.chance.choice((0, 0, 1, 5, 20, 60))
        if deed == "long":
            deed, milliseconds = "ok", self.chance.randint(300, 1500)
        until = {"fail": self.chance.choice((1, 2, 99)), "hang": self.chance.choice((1, 99)), "reject": 99,
                 "crash": self.chance.choice((1, 2, 99))}.get(deed, 2)
        return {"deed": deed, "until": until, "ms": milliseconds}

    def limits(self, note):
        return ["--backoff", f"fixed:{self.chance.choice((0, 20, 200))}ms", "--max-attempts",
                str(self.chance.randint(1, 5)), "--timeout", "4s" if note["payload"]["deed"] != "hang" else "300ms",
                "--priority", str(self.chance.randrange(10))] if "key" not in note else ["--backoff", "fixed:20ms"]

    def bulk(self, note):
        note["count"] = self.chance.choice((2, 5, 20, 60, 60, 200))
        lines = [f'{{"payload":{{"deed":"ok","until":0,"ms":{n % 3}}}}}' for n in range(note["count"])]
        if self.chance.random() < 0.1:
            # One bad line, and there must be nothing.
            lines[self.chance.randrange(len(lines))] = '{"priority":17}'
            note["count"] = 0
        self.call("bulk", "enqueue", "--bulk", "-", "-q", note["queue"], "-t", note["type"], "--backoff", "fixed:50ms",
                  note=note, input="\n".join(lines) + "\n", share=0.4)


class Script(Client):
    """A worker that calls `claim`, `renew`, `complete` and `fail`, at times too late or never."""

    pause = 0.3

    def act(self):
        lease = self.chance.choice((1.0, 1.0, 1.0, 3.0))
        queues = ",".join(self.chance.sample(QUEUES, self.chance.randint(1, 3)))
        call = self.call("claim", "claim", "--json", "-q", queues, "-n", str(self.chance.choice((1, 1, 1, 3))),
                         "--lease", f"{int(lease * 1000)}ms", "--worker", self.called)
        if not call.acknowledged:
            return
        for job in call.objects():
            # Who else runs it, while it surely is ours?
            alive = self.play.live_handlers(job["id"])
            if alive and time.time() < instant(job["lease_until"]):
                call.note.setdefault("alive", {})[job["id"]] = alive
        for job in call.objects():
            self.settle(job, lease)

    def settle(self, job, lease):
        note = {"job": job["id"], "attempt": job["attempt"], "token": job["token"]}
        words = job["id"], "--token", job["token"]
        way = self.among(complete=45, renew=15, late=12, fail=12, dead=4, abandon=12)
        self.play.over.wait(self.chance.uniform(0, 0.05))
        if way == "abandon":
            return
        if way == "renew":
            self.call("renew", "renew", *words, "--lease", f"{int(lease * 1000)}ms", note=dict(note, lease=lease))
        if way == "late":
            self.play.over.wait(lease * self.chance.uniform(0.8, 1.5))
        if way == "fail":
            self.repeat("fail", "fail", *words, "--error", "a script failed", note=note)
        elif way == "dead":
            self.repeat("fail", "fail", *words, "--error", "a script gave up", "--permanent", note=note)
        else:
            self.repeat("complete", "complete", *words, note=note)

    def repeat(self, verb, *words, note):
        """Says it until it is heard, or too late."""
        for _ in range(self.chance.randint(1, 4)):
            if self.call(verb, *words, note=dict(note)).status in (0, 5):
                return


class Operator(Client):
    pause = 0.4

    def act(self):
        queue, id = self.chance.choice(QUEUES), self.play.some_id(self.chance)
        few = str(self.chance.randint(1, 5))
        match self.among(retry=12, waiting=8, cancel=10, some=8, purge=6, old=6, pause=8, resume=8, replay=15, look=20):
            case "retry":
                self.call("retry", "retry", id)
            case "waiting":
                self.call("retry", "retry", "-q", queue, "--state", "scheduled,retrying", "--yes", "-n", few)
            case "cancel":
                self.call("cancel", "cancel", id)
            case "some":
                self.call("cancel", "cancel", "-q", queue, "--state", self.chance.choice(("ready", "active", "scheduled")),
                          "--yes", "-n", few)
            case "purge":
                self.call("purge", "purge", id, "--yes")
            case "old":
                self.call("purge", "purge", "-q", queue, "--state", self.chance.choice(("completed", "dead", "cancelled")),
                          "--yes", "-n", few)
            case "pause":
                until = self.chance.choice((["--until", "+1s"], []))
                self.call("pause", "pause", queue, *until)
            case "resume":
                self.call("resume", "resume", *QUEUES)
            case "replay":
                self.call("replay", "dlq", "replay", "-q", queue, "--yes", "-n", few)
            case "look":
                self.look(queue, id)

    def look(self, queue, id):
        words = self.chance.choice((
            ("list", "--json", "-n", "50"), ("queues", "--json"), ("show", "--json", id), ("tail", "-n", "50"),
            ("dlq", "list"), ("doctor", "--json")))
        call = self.call("look", *words, share=0.1)
        if words[0] == "doctor" and not call.troubled and call.status in (0, 1):
            for finding in call.objects():
                if finding["grade"] == "error":
                    self.play.problem(f"doctor, on the way: {finding}")
