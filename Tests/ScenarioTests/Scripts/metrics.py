"""What Prometheus reads: strictly by the format, counters that never fall, files that are whole."""

import json
import os
import re
import subprocess

from stage import compiled, only, run

SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)')
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}
COUNTED = {"qctl_jobs_enqueued_total", "qctl_job_attempts_total", "qctl_job_wait_seconds", "qctl_job_run_seconds"}
OTHERS = {"qctl_jobs", "qctl_queue_latency_seconds", "qctl_queue_oldest_ready_timestamp_seconds", "qctl_queue_paused",
          "qctl_workers", "qctl_workers_busy", "qctl_schedule_last_success_timestamp_seconds", "qctl_build_info"}


class Wrong(Exception):
    """The text breaks the format."""


def require(holds, problem):
    if not holds:
        raise Wrong(problem)


def labels_of(text):
    """The labels of a sample, in their order."""
    found, place = [], 0
    while place < len(text or ""):
        match = LABEL.match(text, place)
        require(match, f"labels: {text}")
        found.append(match.groups())
        place = match.end()
    require(len(dict(found)) == len(found), f"a label twice: {text}")
    return tuple(found)


def parse(text):
    """Every sample of the text format by name and labels, with the kinds of families; strict."""
    require(text.endswith("\n") and "\r" not in text, "line ends")
    helped, kinds, samples, family = set(), {}, {}, None
    for line in text[:-1].split("\n"):
        words = line.split(" ", 3)
        if line.startswith("# HELP "):
            family = words[2]
            require(family not in helped and len(words) == 4, f"HELP: {line}")
            helped.add(family)
        elif line.startswith("# TYPE "):
            require(words[2] == family and family not in kinds and words[3] in SUFFIXES, f"TYPE: {line}")
            kinds[family] = words[3]
        else:
            # One number at the end: a second one would be a timestamp, for which a whole file is skipped.
            match = SAMPLE.match(line)
            require(match, f"no sample: {line}")
            name, labels, value = match[1], labels_of(match[2]), float(match[3])
            require(name in [family + suffix for suffix in SUFFIXES[kinds[family]]], f"{name} among {family}")
            require((name, labels) not in samples, f"twice: {line}")
            samples[name, labels] = value
    for family, kind in kinds.items():
        require((kind == "counter") == family.endswith("_total"), f"the name of {family}")
        if kind == "histogram":
            buckets(family, samples)
    return kinds, samples


def buckets(family, samples):
    rows = {}
    for (name, labels), value in samples.items():
        if name == family + "_bucket":
            require(labels[-1][0] == "le", f"{family}: le is not last")
            rows.setdefault(labels[:-1], []).append((labels[-1][1], value))
    for labels, row in rows.items():
        bounds = [float(bound) for bound, _ in row]
        require(bounds == sorted(set(bounds)) and row[-1][0] == "+Inf", f"{family}{labels}: bounds {bounds}")
        counts = [count for _, count in row]
        require(counts == sorted(counts), f"{family}{labels}: not cumulative")
        require(counts[-1] == samples[family + "_count", labels], f"{family}{labels}: +Inf is not the count")
        require((family + "_sum", labels) in samples, f"{family}{labels}: no sum")


def metrics(stage, *words):
    text = stage.qctl("metrics", *words)
    try:
        kinds, samples = parse(text)
    except Wrong as problem:
        stage.check(False, problem)
        return text, {}, {}
    return text, kinds, samples


def fill(stage):
    """Jobs in every state, and a schedule that has succeeded."""
    fails = stage.script("fails", "exit 1\n")
    for queue in ("mail", "reports.A_b-1"):
        for _ in range(5):
            stage.enqueue("-q", queue, "--max-attempts", "1")
        stage.work("-q", queue, "--once", "--quiet", handler=["true"]).wait()
        stage.work("-q", queue, "--once", "--quiet", handler=[fails]).wait()
    stage.enqueue("-q", "mail", "--delay", "1h")
    stage.qctl("pause", "reports.A_b-1")
    stage.qctl("claim", "-q", "mail")
    stage.qctl("schedule", "add", "often", "--every", "1s", "-q", "ticks")
    stage.qctl("queue", "set", "ticks", "--keep-completed", "1d", "--quiet")
    stage.until("a tick", lambda: stage.qctl("schedule", "tick", "--quiet") or stage.jobs("-q", "ticks"))
    stage.qctl("schedule", "pause", "often")
    stage.qctl("work", "-q", "ticks", "--until-empty", "--quiet", "--", "true")


def promtool(stage, text):
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    stage.equal("promtool check metrics", (done.returncode, done.stdout + done.stderr), (0, ""))


def promtool_finds_nothing(stage):
    stage.qctl("init", "--quiet")
    promtool(stage, metrics(stage)[0])
    fill(stage)
    counts = "minutes" not in stage.lacks()
    text, kinds, samples = metrics(stage)
    stage.equal("families", set(kinds), OTHERS | COUNTED if counts else OTHERS)
    stage.equal("the note on standard error", "left out" in stage.said, not counts)
    promtool(stage, text)
    again = metrics(stage, "--quiet")[0]
    stage.equal("the note with --quiet", stage.said, "")
    stage.equal("the order of samples", [line.split(" ")[0] for line in again.splitlines()],
                [line.split(" ")[0] for line in text.splitlines()])
    stage.equal("ready in mail", samples["qctl_jobs", (("queue", "mail"), ("state", "ready"))], 2)
    stage.equal("paused", samples["qctl_queue_paused", (("queue", "reports.A_b-1"),)], 1)
    if counts:
        stage.equal("accepted by mail", samples["qctl_jobs_enqueued_total", (("queue", "mail"),)], 6)
        for outcome, count in (("success", 1), ("retry", 0), ("dead", 1)):
            stage.equal(outcome, samples["qctl_job_attempts_total", (("queue", "mail"), ("outcome", outcome))], count)
    openmetrics(stage, text)


def openmetrics(stage, text):
    """It says the same, but for how families are declared and that it ends."""
    found = stage.qctl("metrics", "--quiet", "-o", "openmetrics")
    stage.check(found.endswith("\n# EOF\n") and found.count("# EOF") == 1, "no end")
    declared = re.findall(r"# TYPE (\S+) counter", found)
    stage.check(not [name for name in declared if name.endswith("_total")], f"counters are called {declared}")
    for bound in re.findall(r'[{,]le="([^"]*)"', found):
        stage.check(bound == "+Inf" or "." in bound, f"le {bound} is no float")
    names = lambda lines: [re.sub(r'([{,])le="[^"]*"', r"\1le", line).split(" ")[0] for line in lines.splitlines() if line[0] != "#"]
    stage.equal("samples of both formats", names(found), names(text))


@only("sqlite")
def counters_never_fall(stage):
    fill(stage)
    before = metrics(stage)[2]
    stage.check(before["qctl_job_attempts_total", (("queue", "mail"), ("outcome", "dead"))] == 1, "nothing is counted")

    def rose(what):
        nonlocal before
        now = metrics(stage)[2]
        for (name, labels), value in before.items():
            if not name.endswith(("_total", "_bucket", "_sum", "_count")):
                continue
            stage.check(now.get((name, labels), -1) >= value, f"{what}: {name}{labels} fell from {value}")
        before = now

    stage.qctl("purge", "--state", "completed", "--yes", "--quiet")
    rose("purge")
    stage.qctl("dlq", "purge", "--all", "--yes", "--confirm", "all", "--quiet", status=None)
    rose("dlq purge")
    for queue in ("mail", "reports.A_b-1", "ticks"):
        stage.qctl("queue", "set", queue, "--keep-completed", "1s", "--keep-dead", "1s", "--quiet")
    done = stage.enqueue("-q", "mail")
    stage.qctl("work", "-q", "mail", "--until-empty", "--quiet", "--", "true")
    rose("work")
    worker = stage.work("-q", "nothing", "--quiet", handler=["true"])
    stage.until("it is tidied away", lambda: done not in stage.qctl("list", "--ids"))
    stage.stop(worker)
    rose("tidying")
    copy = stage.path("copy.db")
    stage.qctl("backup", copy, "--quiet")
    stage.environment["QCTL_STORE"] = copy
    rose("another file")
    stage.qctl("doctor", "--repair", "--yes", "--quiet", status=None)
    rose("doctor")


def workers_are_counted_while_they_live(stage):
    stage.enqueue("-q", "mail")
    handler = stage.script("waits", f'while [ ! -e "{stage.path("go")}" ]; do sleep 0.05; done\n')

    def workers(queue):
        samples = metrics(stage, "--quiet")[2]
        return [samples.get((name, (("queue", queue),))) for name in ("qctl_workers", "qctl_workers_busy")]

    stage.equal("workers before there are any", workers("mail"), [0, 0])
    worker = stage.work("-q", "mail,news", handler=[handler])
    stage.until("it is busy", lambda: workers("mail") == [1, 1])
    stage.equal("the workers of its other queue", workers("news"), [1, 1])
    row = json.loads(stage.qctl("stats", "mail", "--json"))
    stage.equal("in stats", (row["workers"], row["workers_busy"]), (1, 1))
    stage.touch("go")
    stage.until("it is idle", lambda: workers("mail") == [1, 0])
    stage.stop(worker)
    stage.equal("workers when it has gone", workers("mail"), [0, 0])
    worker = stage.work("-q", "mail", handler=["true"])
    stage.until("another lives", lambda: workers("mail")[0] == 1)
    worker.kill()
    worker.wait()
    stage.equal("workers when it was killed", workers("mail"), [0, 0])


def the_file_is_the_old_or_the_new_one(stage):
    """Killed before each step that anybody else could see."""
    folder = stage.path("collector")
    os.mkdir(folder)
    path = os.path.join(folder, "qctl.prom")
    stage.enqueue("-q", "mail")
    stage.qctl("metrics", "--quiet", "--output-file", path)
    killat, number, kills = compiled("killat"), 0, 0
    while True:
        number += 1
        stage.enqueue("-q", "mail")
        status = subprocess.run(
            [killat, str(number), stage.path("list"), folder, "qctl", "metrics", "--quiet", "--output-file", path],
            env=stage.environment, cwd=stage.folder, stderr=subprocess.DEVNULL).returncode
        with open(path) as file:
            text = file.read()
        try:
            ready = parse(text)[1]["qctl_jobs", (("queue", "mail"), ("state", "ready"))]
        except Wrong as problem:
            return stage.check(False, f"killed at step {number}: {problem}")
        stage.check(ready in range(1, number + 2), f"killed at step {number}: {ready} jobs")
        stage.equal("its mode", os.stat(path).st_mode & 0o7777, 0o644)
        read = [name for name in os.listdir(folder) if name.endswith(".prom")]
        stage.equal("files that a collector reads", read, ["qctl.prom"])
        kills += status != 0
        if status == 0:
            break
    stage.check(kills >= 4, f"only {kills} kills: this proves nothing")
    stage.equal("jobs in the new file", ready, number + 1)
    # What fails leaves the file as it is.
    stage.qctl("metrics", "--output-file", path, "--store", stage.path("none"), status=69)
    stage.qctl("metrics", "--output-file", os.path.join(folder, "none", "qctl.prom"), status=73)
    with open(path) as file:
        stage.equal("the file after failures", file.read(), text)


run(promtool_finds_nothing, counters_never_fall, workers_are_counted_while_they_live, the_file_is_the_old_or_the_new_one)
