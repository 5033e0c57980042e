"""What monitoring gets from qctl health: ranges as its own plugins read them, and no status but theirs."""

import json
import os
import random
import re
import signal
import subprocess
import time

import seeds
from stage import only, run

CHECK_PROCS = "/usr/lib/nagios/plugins/check_procs"
RANGES = 200
LINES = 300

SEED = seeds.chosen()


def health(stage, *words):
    """Status and output, whatever they are."""
    done = subprocess.run(
        ["qctl", "health", *words], capture_output=True, env=stage.environment, cwd=stage.folder, timeout=200)
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr


def some_range(draw):
    number = lambda: f"{draw.randrange(-3, 8)}" + draw.choice(["", "", ".5"])
    form = draw.choice(["{0}", "{0}:", "~:{0}", "{0}:{1}", "{0}:{1}", ":{1}", "~:"])
    return draw.choice(["", "", "@"]) + form.format(number(), number())


@only("sqlite")
def ranges_as_check_procs_reads_them(stage):
    draw = random.Random(SEED)
    mark = "processes-of-" + os.path.basename(stage.folder)
    counts = range(6)
    # So many processes as there are jobs, told apart by their arguments.
    for count in counts:
        for number in range(count):
            process = subprocess.Popen([f"{mark}-{count}!", "100000"], executable="/bin/sleep", env=stage.environment)
            stage.processes.append(process)
        stage.enqueue_all([{"queue": f"q{count}"}] * count)
    stage.enqueue("-q", "q0", "--delay", "1000h")
    for _ in range(RANGES):
        count, warning, critical = draw.choice(counts), some_range(draw), some_range(draw)
        words = ["-w", warning, "-c", critical]
        theirs = subprocess.run([CHECK_PROCS, "-a", f"{mark}-{count}!", *words], capture_output=True, text=True)
        ours, said, _ = health(stage, "depth", "-q", f"q{count}", *words)
        stage.equal(f"{count} with {words} (QCTL_TEST_SEED={SEED}), {theirs.stdout} {said}", ours, theirs.returncode)


WORDS = """depth oldest-age dlq dlq-growth failure-rate duration-p99 workers schedules store -q emails -w 10 -c ~:5 @1:2
--for 5m --in 1h -t 8 -v -vv -vvv --quiet -o nagios --color never 2x 10% nope -- - --no-pager --warning=3
--critical=20:10 --store . /dev/null torn.db text.db none.db nowhere/x.db dir:. sqlite: postgres://u:p@h/d""".split()

FIRST = re.compile(
    r"QCTL (OK|WARNING|CRITICAL|UNKNOWN) - [^|\n;]+( \|( '[^'=|;\s]+'=-?[\d.]+(s|%|B|c)?(;[-@~:.\d]*){0,4})+)?")


def mangled(draw):
    words = [draw.choice(WORDS) for _ in range(draw.randrange(6))]
    for place in range(len(words)):
        if draw.randrange(5) == 0:
            bytes_ = bytearray(words[place].encode())
            bytes_.insert(draw.randrange(len(bytes_) + 1), draw.randrange(1, 256))
            words[place] = bytes(bytes_)
    return words


def only_statuses_of_plugins(stage):
    draw = random.Random(SEED)
    # One is due for some minutes, which is worth a look.
    due = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 1000))
    for when in ("+1h", due, "+2h"):
        stage.enqueue("-q", "emails", "--payload", "{}", "--at", when)
    if stage.kind == "sqlite":
        whole = open(stage.store, "rb").read()
        open(stage.path("torn.db"), "wb").write(whole[:4096] + os.urandom(4096) + whole[8192:])
    open(stage.path("text.db"), "w").write("this is no database\n" * 300)
    seen = set()
    for _ in range(LINES):
        words = mangled(draw)
        status, output, errors = health(stage, *words)
        note = f"health {words} (QCTL_TEST_SEED={SEED}): {status} {output!r} {errors!r}"
        seen.add(status)
        stage.check(status in (0, 1, 2, 3), note)
        if status == 0 and "--quiet" in words or not output.startswith("QCTL"):
            stage.check(status == 0 or output.startswith(("{", "0 ", "1 ", "2 ", "3 ")), note)
            continue
        first = output.split("\n")[0]
        stage.check(FIRST.fullmatch(first), note)
        stage.check(len(first.split("|")[0]) < 80, note)
    stage.check({0, 1, 3} <= seen, f"only {seen} were seen (QCTL_TEST_SEED={SEED})")
    for name in ("none.db", "nowhere"):
        stage.check(not os.path.exists(stage.path(name)), f"{name} was made")


def a_store_that_is_stuck_is_unknown_in_time(stage):
    """A store behind a pipe that nobody writes never answers; the time-out does."""
    stage.enqueue()
    os.mkdir(stage.path("stuck"))
    os.mkfifo(stage.path("stuck/format"))
    stuck = stage.start("python3", "-c", HOLDS % stage.store) if stage.kind == "sqlite" else None
    if stuck:
        stage.until("the store is held", lambda: os.path.exists(stage.path("held")))
        status, output, _ = health(stage, "-t", "300ms")
        stage.check(status in (0, 3), f"{status} {output}")
        stuck.kill()
    reader, writer = os.pipe()
    # A pipe that is full, and whose reader does nothing.
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x" * 65536)
    except BlockingIOError:
        os.set_blocking(writer, True)
    process = stage.start("qctl", "health", "-t", "200ms", stdout=writer)
    stage.equal("the end of one that nobody reads", stage.ends(process), 3)
    os.close(reader)
    process = stage.start("qctl", "health", stdout=writer)
    stage.check(stage.ends(process) in range(4), "a closed pipe is no signal")
    os.close(writer)
    with open("/dev/full", "w") as full:
        process = stage.start("qctl", "health", stdout=full)
        stage.equal("the status where nothing can be written", stage.ends(process), 3)


HOLDS = """
import sqlite3, time
store = sqlite3.connect(%r, isolation_level=None)
store.execute("PRAGMA locking_mode=EXCLUSIVE")
store.execute("BEGIN EXCLUSIVE")
open("held", "w")
time.sleep(100000)
"""


def workers_are_counted_by_their_queues(stage):
    """Fewer than expected is critical, and so is one that is gone without a farewell."""
    stage.qctl("queue", "set", "emails", "--workers", "2", "--quiet")
    stage.qctl("queue", "set", "reports", "--workers", "1", "--quiet")

    def state():
        status, output, _ = health(stage, "workers", "--json")
        found = json.loads(output)
        return status, {each["subject"]: each["message"] for each in found["checks"]}

    stage.equal("without a worker", state(), (2, {"emails": "0 workers (<2)", "reports": "0 workers (<1)"}))
    handler = ["sleep", "100000"]
    first = stage.work("-q", "emails", "-q", "reports", "--name", "first", handler=handler)
    second = stage.work("-q", "emails", "--name", "second", handler=handler)
    stage.until("all is well", lambda: state()[0] == 0)
    second.send_signal(signal.SIGKILL)
    second.wait()
    stage.until("a worker is lost", lambda: state()[0] == 2)
    # The other one frees its jobs, and what is left is that there are too few.
    stage.until("it was rescued", lambda: state() == (2, {"emails": "1 worker (<2)", "reports": "1 worker"}))
    third = stage.work("-q", "emails", "--name", "third", handler=handler)
    stage.until("all is well again", lambda: state()[0] == 0)
    for worker in (first, third):
        stage.stop(worker)
    stage.equal("without a worker again", state()[0], 2)


run(ranges_as_check_procs_reads_them, only_statuses_of_plugins, a_store_that_is_stuck_is_unknown_in_time,
    workers_are_counted_by_their_queues)
