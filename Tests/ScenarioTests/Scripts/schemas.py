"""Whatever qctl prints as JSON is what packaging/schemas promises, and nothing else."""

import json
import os
import sys

try:
    import jsonschema
except ImportError:
    # Debian's module is that of Debian's Python; another may come before it on the path.
    if os.path.realpath(sys.executable) == os.path.realpath("/usr/bin/python3"):
        raise
    os.execv("/usr/bin/python3", ["python3", *sys.argv])

import stage as stages

FOLDER = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../../packaging/schemas")
# The tags of our jobs, which stand in the log as further members.
TAGS = {"customer": "42", "note": "ü \x1b[31m"}


def schemas():
    found = {}
    for name in sorted(os.listdir(FOLDER)):
        with open(os.path.join(FOLDER, name)) as file:
            schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(schema)
        found[name.removesuffix(".json")] = jsonschema.Draft202012Validator(schema)
    return found


class Judge:
    """Holds every record against the schema of its kind, and keeps it."""

    def __init__(self, stage):
        self.stage, self.schemas = stage, schemas()
        self.records = {name: [] for name in self.schemas}

    def see(self, kind, *words, status=0, input=None, some=True):
        lines = self.stage.qctl(*words, status=status, input=input).splitlines()
        self.stage.check(lines or not some, f"{words} printed nothing")
        for line in lines:
            record = json.loads(line)
            self.records[kind].append(record)
            for error in self.schemas[kind].iter_errors(record):
                self.stage.check(False, f"{words}: {error.json_path}: {error.message[:200]} in {line[:300]}")
            if kind == "log":
                known = set(self.schemas[kind].schema["properties"]) | set(TAGS)
                self.stage.equal("members that are neither documented nor tags", sorted(set(record) - known), [])
        return [json.loads(line) for line in lines]


def fill(stage):
    """Jobs in every state, with all that a job can have."""
    tags = [word for name, value in TAGS.items() for word in ("--tag", f"{name}={value}")]
    with open(stage.path("binary"), "wb") as file:
        file.write(b"\xff\x00\x1b[31m")
    stage.enqueue("-q", "all", *tags, "--payload", '{"a":[1,null]}', "--unique-key", "k", "--idempotency-key", "i")
    stage.enqueue("-q", "all", *tags, "--payload", "plain", "--timeout", "5s", "--max-attempts", "1")
    stage.enqueue("-q", "all", "--payload-file", "binary", "--backoff", "fixed:1h")
    stage.enqueue("-q", "all", "--delay", "1h")
    stage.enqueue("-q", "emails", "--payload", "ready")
    stage.qctl("cancel", stage.enqueue("-q", "emails"))
    fails = stage.script("fails", 'printf "\\377 raw"; echo no >&2; exit 1\n')
    dies = stage.script("dies", "kill -9 $$\n")
    stage.qctl("work", "-q", "all", "--once", "-c", "1", "--", "true", status=None)
    stage.qctl("work", "-q", "all", "--once", "-c", "1", "--", fails, status=None)
    stage.qctl("work", "-q", "all", "--once", "-c", "1", "--", dies, status=None)
    for result in ('{"made":1}', "text", b"\xfe"):
        id = stage.enqueue("-q", "results")
        _, token = stage.qctl("claim", "-q", "results").split()
        with open(stage.path("result"), "wb") as file:
            file.write(result if isinstance(result, bytes) else result.encode())
        stage.qctl("complete", id, "--token", token, "--result-file", "result", status=None)
    stage.qctl("pause", "emails", "--until", "+1h", "--reason", "tests")


def all_that_is_printed_is_promised(stage):
    judge = Judge(stage)
    judge.see("enqueued", "enqueue", "-q", "all", "--json")
    judge.see("enqueued-bulk", "enqueue", "-q", "tied", "--bulk", "-", "--batch", "b", "--json", input="{}\n")
    judge.see("batch", "batch", "list", "--json")
    judge.see("enqueued-chain", "enqueue", "-q", "tied", "--chain", "a,b", "--json")
    judge.see("enqueued-bulk", "enqueue", "-q", "bulk", "--bulk", "-", "--json", input='{"payload":1}\n{}\n')
    judge.see("enqueued-bulk", "enqueue", "--bulk", "-", "--json", input="\n")
    fill(stage)
    jobs = judge.see("job", "list", "--json")
    states = {job["state"] for job in jobs}
    stage.check({"ready", "scheduled", "retrying", "completed", "dead", "cancelled"} <= states, f"only {states}")
    claimed = judge.see("claim", "claim", "-q", "all", "-q", "bulk", "-n", "2", "--json")
    stage.qctl("cancel", claimed[0]["id"])
    for job in judge.see("job", "list", "--json"):
        judge.see("job-detail", "show", job["id"], "--json")
    judge.see("job", "dlq", "list", "--json")
    dead = judge.see("job", "list", "--state", "dead", "--json")[0]["id"]
    judge.see("job-detail", "dlq", "show", dead, "--json")
    judge.see("queue", "queues", "--json")
    judge.see("standing", "stats", "--json")
    judge.see("standing", "stats", "--by", "type", "--json")
    judge.see("age", "stats", "--ages", "--json")
    stage.qctl("queue", "set", "emails", "--keep-dead", "forever", "--keep-completed", "90m")
    judge.see("capability", "capabilities", "--json")
    for words in ([], ["list"], ["work"], ["tail"]):
        judge.see("setting", "config", *words, "--json")
    judge.see("finding", "doctor", "--json", status=None)
    judge.see("error-group", "dlq", "groups", "--json")
    judge.see("outcome", "edit", dead, "--set", "a=1", "--json", status=None)
    ready = stage.enqueue("-q", "emails", "--payload", '{"n":1}')
    judge.see("outcome", "edit", ready, "--set", "n=2", "--reason", "tests", "--json")
    judge.see("outcome", "move", "-q", "emails", "--state", "ready", "--to", "other", "--yes", "--json")
    judge.see("job-detail", "show", ready, "--json")
    stage.qctl("queue", "set", "other", "--keep-dead", "forever")
    judge.see("queue-settings", "queue", "list", "--json")
    judge.see("queue-settings", "queue", "show", "other", "--json")
    stage.qctl("schedule", "add", "nightly", "30 2 * * *", "-t", "report", "--tag", "user_id=4", "--payload", "{}")
    stage.qctl("schedule", "add", "poll", "--every", "10m", "--unique-key", "k", "--payload", "text")
    judge.see("schedule", "schedule", "list", "--json")
    for name in ("nightly", "poll"):
        judge.see("schedule-detail", "schedule", "show", name, "--json")
    judge.see("tick", "schedule", "next", "--json")
    judge.see("tick", "schedule", "next", "@daily", "--json")
    stage.qctl("health", "set", "backlog", "depth", "-q", "all", "-w", "10", "--for", "5m")
    stage.qctl("health", "set", "dead", "dlq")
    judge.see("health-rule", "health", "list", "--json")
    judge.see("health", "health", "--json", status=None)
    judge.see("health", "health", "store", "backlog", "-vv", "--json", status=None)
    judge.see("outcome", "dlq", "replay", dead, "--json")
    judge.see("outcome", "retry", dead, "--json", status=None)
    judge.see("outcome", "cancel", "-q", "bulk", "--dry-run", "--json")
    judge.see("outcome", "cancel", "-q", "bulk", "-q", "all", "--yes", "--json", status=None)
    judge.see("outcome", "purge", jobs[-1]["id"], claimed[0]["id"], "--yes", "--json", status=None)
    stage.qctl("resume", "emails")
    judge.see("log", "tail", "--json")
    if "backup" not in stage.lacks():
        judge.see("backup", "backup", stage.path("copy"), "--json")
    judge.see("export-line", "export")
    stage.qctl("export", "--output-file", "all.ndjson")
    judge.see("rehearsed-import", "import", "all.ndjson", "--dry-run", "--json")
    judge.see("imported", "import", "all.ndjson", "--store", f"{stage.kind}:{stage.path('other')}", "--json")
    small, large = (f"{stage.kind}:{stage.path(name)}" for name in ("small", "large"))
    judge.see("enqueued", "enqueue", "--store", small, "--json")
    judge.see("migration", "migrate", "--from", small, "--to", large, "--dry-run", "--json")
    judge.see("migration", "migrate", "--from", small, "--to", large, "--json")
    for kind, records in judge.records.items():
        stage.check(records or kind == "backup", f"no {kind} was seen")
        for wrong in spoilt(kind, records[:3]):
            stage.check(not judge.schemas[kind].is_valid(wrong), f"the schema of a {kind} lets {wrong} through")


def spoilt(kind, records):
    """What no schema may take: a member too many, one too few, a value of another kind."""
    for record in records:
        yield dict(record, unheard_of=1)
        for name in record:
            if kind not in ("log", "export-line", "finding") and not name.startswith(("payload", "result")):
                yield {key: value for key, value in record.items() if key != name}
            if name not in ("payload", "result") and name not in TAGS:
                yield dict(record, **{name: {"not": "this"}} if name != "tags" else {name: {"a": 1}})
        for name in ("id", "queue"):
            if name in record and record.get("kind") != "end":
                yield dict(record, **{name: "no such name"})
    if kind == "job-detail":
        yield dict(records[0], attempts=[{"attempt": 1}])


stages.run(all_that_is_printed_is_promised)
