"""What an operator does with many dead jobs: groups of errors, replays that are interrupted, that keep a
rate, and that two start at once; and purges that keep what they remove."""

import calendar
import hashlib
import json
import os
import pty
import random
import signal
import subprocess
import time

import stage as stages

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
# When the first job died: lately, since what is long dead expires. Ids count from 2020.
BEGUN = int(time.time()) - 3600
EPOCH = 1_577_836_800
# What differs from job to job in each: nothing else may tell them apart.
SHAPES = [
    lambda r: f"connect to 10.0.{r(255)}.{r(255)}:{1024 + r(9000)}: timed out after {r(9999)} ms",
    lambda r: f"no such file: /srv/data/{r(99)}/part-{r(9999)}.csv",
    lambda r: f'KeyError: "user_{r(9999)}"',
    lambda r: f"job {uuid(r)} refused by shard {r(64)}",
    lambda r: f"HTTP {500 + r(4)} from https://api.example.org/v{r(9)}/orders/{r(10**6)}",
    lambda r: f"segmentation fault at 0x{r(16**12):012x}",
    lambda r: f"deadlock detected: process {r(99999)} waits for transaction {r(10**9)}",
    lambda r: f"line {r(900)}: unexpected token '{ALPHABET[10 + r(20)]}{r(99)}'",
    lambda r: f"checksum {r(16**32):032x} differs",
    lambda r: f"disk quota exceeded on volume {r(12)}",
    lambda r: "payment declined",
    lambda r: f"Traceback (most recent call last):\n  File \"/app/mail.py\", line {r(400)}, in send\nOSError: [Errno 32]",
]


def uuid(r):
    digits = f"{r(16**32):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def id_of(number):
    """The id of the job with this number: a millisecond for each."""
    value = (BEGUN - EPOCH) * 1000 + number << 22
    return "".join(ALPHABET[value >> shift & 31] for shift in range(60, -1, -5))


def bury(stage, jobs):
    """Takes in dead jobs, given as dictionaries of what is not usual."""
    lines = ['{"kind":"header","format":"qctl export","version":1}\n']
    for number, job in enumerate(jobs):
        died = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(BEGUN + number // 1000))
        lines.append(json.dumps({
            "kind": "job", "id": id_of(number), "queue": "emails", "type": "t", "state": "dead", "priority": 5,
            "enqueued_at": died, "run_at": died, "started_at": died, "finished_at": died, "attempt": 1,
            "failures": 1, "max_attempts": 1, "crashes": 0, "replays": 0, "payload": number, **job}) + "\n")
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    counts = {"queue": 0, "job": len(lines) - 1, "request": 0, "minute": 0, "log": 0}
    lines.append(json.dumps({"kind": "end", **counts, "sha256": digest}) + "\n")
    with open(stage.path("dead.ndjson"), "w") as file:
        file.writelines(lines)
    stage.qctl("init")
    stage.qctl("import", "--quiet", "dead.ndjson")


def groups(stage, *words):
    return [json.loads(line) for line in stage.qctl("dlq", "groups", "--json", *words).splitlines()]


def replays(stage):
    """Job and actor of each replay, in order, by the log."""
    return [(event["job_id"], event["actor"]) for event in stage.events("replayed")]


def interrupted(stage, *words):
    """Presses Ctrl-C in the middle of a command that prints ids: those, and what it said.

    Nobody reads from its pipe, which is small, so it waits within its first batches.
    """
    process = subprocess.Popen(
        ["qctl", *words], env=stage.environment, cwd=stage.folder, bufsize=0, pipesize=4096,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    stage.processes.append(process)
    first = process.stdout.read(1)
    process.send_signal(signal.SIGINT)
    rest, said = process.communicate(timeout=stages.DEADLINE)
    stage.equal("the end of what was interrupted", process.returncode, -signal.SIGINT)
    return (first + rest).split(), said.decode()


def counted(said):
    """How many jobs a message says were replayed, and how many remain."""
    words = said.replace(";", "").split()
    done = int(words[words.index("replayed") + 1]) if "replayed" in words else 0
    left = int(words[words.index("remain.") - 3]) if "remain." in words else 0
    return done, left


def twelve_groups_and_a_replay_that_is_interrupted(stage):
    # Half of the jobs are of the first group, so that it takes many batches. A bulk through plain
    # files takes its time.
    count = 50_000 if stage.kind == "sqlite" else 5_000
    draw = random.Random(5)
    kinds = [0 if number % 2 else 1 + number // 2 % 11 for number in range(count)]
    bury(stage, [{"error": SHAPES[kind](draw.randrange)} for kind in kinds])

    found = groups(stage)
    stage.equal("groups", [group["count"] for group in found],
                sorted((kinds.count(kind) for kind in range(12)), reverse=True))
    name, size = found[0]["group"], found[0]["count"]

    words = ["--error-group", name, "--yes", "--ids"]
    printed, said = interrupted(stage, "dlq", "replay", *words, "--reason", "first")
    done, left = counted(said)
    stage.check(0 < done < size, f"nothing was interrupted: {said}")
    stage.equal("done and left, by what it said", done + left, size)
    stage.equal("ids printed of what was done", len(printed), done)
    stage.equal("ready", len(stage.qctl("list", "--state", "ready", "--ids").split()), done)

    stage.qctl("dlq", "replay", *words, "--reason", "second")
    stage.equal("what the same command said", counted(stage.said), (left, 0))
    stage.equal("replays by the log", len(replays(stage)), size)
    stage.equal("jobs replayed by the log", len(set(replays(stage))), size)
    stage.equal("jobs with another number of replays",
                stage.qctl("list", "--error-group", name, "--replays", "2..", "--ids"), "")
    stage.equal("dead of other groups", len(stage.qctl("dlq", "list", "--replays", "0", "--ids").split()),
                count - size)
    stage.equal("groups that are left", [group["count"] for group in groups(stage)],
                [group["count"] for group in found[1:]])
    kept = [[record.get(key) for key in ("verb", "reason", "filter", "planned", "changed", "queue")]
            for record in stage.events("operation")]
    asked = f"--error-group {name}"
    stage.equal("what the log keeps of the commands", kept, [
        ["dlq replay", "first", asked, size, done, "emails"],
        ["dlq replay", "second", asked, left, left, "emails"]])
    stage.doctor()


def in_milliseconds(moment):
    seconds, _, rest = moment.rstrip("Z").partition(".")
    return calendar_seconds(seconds) * 1000 + int((rest or "0").ljust(3, "0")[:3])


def calendar_seconds(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%S"))


def crowds(times, count, window):
    """The places where more than `count` moments lie within a window."""
    times = sorted(times)
    return [place for place in range(len(times) - count) if times[place + count] - times[place] < window]


def a_rate_is_kept_by_the_store(stage):
    """Never more than 20 begin in any second, by the log, with workers that compete for them.

    The store can only say when a job is due: a worker that stands still takes it late, and with it the
    next. Then the round is played again.
    """
    for round in range(6):
        queue = f"round{round}"
        bury(stage, [{"queue": queue, "id": id_of(round * 1000 + number)} for number in range(200)])
        workers = [stage.work("-q", queue, "-c", "2", handler=["true"]) for _ in range(4)]
        stage.until("the workers are there", lambda: stage.workers() == 4 * (round + 1))
        stage.qctl("dlq", "replay", "-q", queue, "--yes", "--rate", "20/s")
        stage.check("the last comes in" in stage.said, stage.said)
        stage.until("all are done", lambda: '"completed":200,' in stage.qctl("queues", queue, "--json"))
        for worker in workers:
            stage.stop(worker)
        due = {job["id"]: in_milliseconds(job["run_at"]) for job in stage.jobs("-q", queue)}
        stage.equal("more than 20 due within 1.1 s", crowds(due.values(), 20, 1100), [])
        starts = {event["job_id"]: in_milliseconds(event["timestamp"]) - event["duration_ms"]
                  for event in stage.events("completed") if event["queue"] == queue}
        stage.equal("jobs that ran", len(starts), 200)
        stage.equal("jobs that ran before they were due", [job for job in due if starts[job] < due[job]], [])
        if not crowds(starts.values(), 20, 1000):
            return
        late = max(starts[job] - due[job] for job in due)
        if not stage.check(late > 100, f"more than 20 began in a second, and none was late: {late} ms at most"):
            return
    stage.check(False, "workers were late in every round")


def two_operators_replay_each_job_once(stage):
    """Both have frozen the same plan; workers let the jobs die again as fast as they come."""
    count = 1000
    bury(stage, [{"error": f"no answer after {number} ms"} for number in range(count)])
    name = groups(stage)[0]["group"]
    workers = [stage.work("-q", "emails", "-c", "4", handler=["false"]) for _ in range(2)]
    stage.until("the workers are there", lambda: stage.workers() == 2)
    operators, said, terminals = [], [], []
    for actor in ("anna", "bela"):
        terminal, input = pty.openpty()
        terminals.append(terminal)
        operators.append(subprocess.Popen(
            ["qctl", "dlq", "replay", "--error-group", name], cwd=stage.folder, text=True, stdin=input,
            env=dict(stage.environment, QCTL_ACTOR=actor), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
        stage.processes.append(operators[-1])
        os.close(input)
    for operator in operators:
        text = ""
        while not text.endswith("[y/N] ") and (more := operator.stderr.read(1)):
            text += more
        stage.check(f"Replay {count} dead jobs? [y/N]" in text, text)
    for terminal in terminals:
        os.write(terminal, b"y\n")
    for operator in operators:
        said.append(operator.communicate(timeout=stages.DEADLINE)[1])
        stage.check(operator.returncode in (0, 1, 3), f"ended with {operator.returncode}: {said[-1][-300:]}")
    for terminal in terminals:
        os.close(terminal)
    told = [counted(text.splitlines()[-1])[0] for text in said]
    seen = replays(stage)
    stage.equal("jobs replayed by the log", (len(seen), len(set(job for job, _ in seen))), (count, count))
    stage.equal("what each operator says that it did", told,
                [sum(who == actor for _, who in seen) for actor in ("anna", "bela")])
    kept = {event["actor"]: (event["planned"], event["changed"]) for event in stage.events("operation")}
    stage.equal("what the log keeps", kept, {"anna": (count, told[0]), "bela": (count, told[1])})
    stage.until("all have died again", lambda: f'"dead":{count},' in stage.qctl("queues", "emails", "--json"))
    stage.equal("replays", {job["replays"] for job in stage.jobs()}, {1})
    for worker in workers:
        stage.stop(worker)
    stage.no_lease_was_lost()


def what_is_purged_is_kept(stage):
    """An export and a purge of the same jobs, stopped in the middle, and brought back whole."""
    count = 3000
    bury(stage, [{"error": f"no answer after {number} ms"} for number in range(count)])
    before = stage.qctl("dlq", "export").splitlines()[1:-1]
    purge = ["dlq", "purge", "--error", "answer", "--yes", "--export"]
    printed, said = interrupted(stage, *purge, "kept.ndjson", "--ids")
    gone = len(printed)
    stage.check(0 < gone < count, f"nothing was interrupted: {said}")
    stage.check(f"{count - gone} dead jobs remain" in said and "another file for --export" in said, said)
    with open(stage.path("kept.ndjson")) as file:
        stage.equal("jobs in the file", len(file.read().splitlines()), count + 2)
    stage.equal("left", len(stage.qctl("dlq", "list", "--ids").split()), count - gone)
    # The first file is never replaced, and then nothing is purged.
    stage.qctl(*purge, "kept.ndjson", status=73)
    stage.equal("left", len(stage.qctl("dlq", "list", "--ids").split()), count - gone)
    stage.qctl(*purge, "rest.ndjson")
    stage.equal("left in the end", stage.qctl("dlq", "list", "--ids"), "")
    stage.qctl("import", "--quiet", "kept.ndjson")
    stage.equal("what came back", stage.qctl("dlq", "export").splitlines()[1:-1] == before, True)
    stage.doctor()


def a_page_costs_the_same_among_many(stage):
    """Trap 21: the first page of 20,000 jobs is no more work than that of 2,000, call for call."""
    commands = [["list", "-n", "50", "--json"], ["dlq", "list", "-n", "50", "--json"], ["queues"],
                ["show", id_of(7)], ["list", "-q", "emails", "--state", "dead", "-n", "50"],
                ["dlq", "list", "-n", "50", "--replays", "0", "--error", "no answer"]]
    found = []
    for count in (2_000, 20_000):
        place = stage.path(str(count))
        os.mkdir(place)
        stage.put_store(place)
        bury(stage, [{"error": f"no answer after {number} ms"} for number in range(count)])
        found.append([calls(stage, words) for words in commands])
    for words, few, many in zip(commands, *found):
        stage.check(many <= few * 1.5 + 30, f"{' '.join(words)}: {many} calls among many, {few} among few")


def calls(stage, words):
    """How often a command opens, reads or asks about files; names in folders are read by the thousand."""
    trace = stage.path("trace")
    stage.equal(f"status of {words}", subprocess.run(
        ["strace", "-f", "-qq", "-o", trace, "-e", "trace=file,read,pread64,readv,preadv,fstat,statx", "qctl", *words],
        env=stage.environment, cwd=stage.folder, stdout=subprocess.DEVNULL).returncode, 0)
    with open(trace, errors="replace") as file:
        return sum(1 for _ in file)


if __name__ == "__main__":
    stages.run(
        twelve_groups_and_a_replay_that_is_interrupted, a_rate_is_kept_by_the_store,
        two_operators_replay_each_job_once, what_is_purged_is_kept, a_page_costs_the_same_among_many)
