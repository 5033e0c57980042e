"""Where scenes of workers under attack are played.

A scene is a function that takes a Stage: a store in a folder of its own, and processes that are all
ended when the scene is, however it ends. A script calls run() with its scenes; the command line
names those to play. What went wrong is printed; nothing is, where all is well.

The machine may be slow, busy, or stand still for seconds, so no scene sleeps or measures: it waits for
what must come, and holds back by a file (`while [ ! -e go ]`) what must not come yet. Where a lease has
to last, see leases().
"""

import concurrent.futures
import itertools
import json
import os
import signal
import subprocess
import sys
import time
import uuid

SCRIPTS = os.path.dirname(os.path.realpath(__file__))
# The stores that scenes are played on, unless the command line or the scene says otherwise.
STORES = ["sqlite", "dir"]
# What the store is called in the scene's folder.
NAMES = {"sqlite": "queue.db", "dir": "queue"}
# Seconds after which something counts as hanging; no promise of ours, and never to be come near to.
DEADLINE = 200


class Failed(Exception):
    """The scene cannot go on."""


class LeaseLost(Exception):
    """A worker that lives lost a lease: it, or the machine, stood still for too long."""


def only(*stores):
    """For a scene of what the other stores have not."""
    def mark(scene):
        scene.stores = stores
        return scene
    return mark


def leases(*seconds):
    """For a scene in which no lease may be lost: its stage has a `lease`, at first the shortest.

    A machine that stands still for longer than a lease takes it away rightly, and no scene can tell.
    Then the scene is played again with a longer one; what is lost with the longest counts.
    """
    def mark(scene):
        scene.leases = seconds
        return scene
    return mark


class Stage:
    def __init__(self, name, kind="sqlite", lease=None):
        self.kind, self.lease = kind, lease
        self.folder = os.path.abspath(name)
        os.mkdir(self.folder)
        os.mkdir(self.path("locks"))
        self.problems = []
        self.leftovers = []
        self.processes = []
        self.numbers = itertools.count()
        self.mark = f"QCTL_STAGE={uuid.uuid4()}"
        key, value = self.mark.split("=")
        self.environment = dict(os.environ, **{key: value})
        self.put_store(self.folder)

    def put_store(self, folder):
        """Says where the store shall be."""
        self.store = os.path.join(folder, NAMES[self.kind])
        self.environment["QCTL_STORE"] = f"{self.kind}:{self.store}"

    def path(self, name):
        return os.path.join(self.folder, name)

    # What went wrong.

    def check(self, holds, problem):
        if not holds:
            self.problems.append(str(problem))
        return holds

    def equal(self, what, found, wanted):
        return self.check(found == wanted, f"{what}: {short(found)} instead of {short(wanted)}")

    def until(self, what, condition, seconds=DEADLINE):
        """Waits until a condition holds; the deadline is only there so that nothing hangs."""
        limit = time.monotonic() + seconds
        while True:
            begun = time.monotonic()
            found = condition()
            if found:
                return found
            now = time.monotonic()
            if now > limit:
                self.problems.append(f"not within {seconds} s: {what}")
                raise Failed
            # To look takes no more than half of a busy machine.
            time.sleep(max(0.01, min(now - begun, 1)))

    def outlasts(self, count):
        """Waits until so many leases have passed from now."""
        end = time.monotonic() + count * self.lease
        self.until(f"{count} leases have passed", lambda: time.monotonic() > end, count * self.lease + DEADLINE)

    # Processes.

    def qctl(self, *words, status=0, input=None, seconds=DEADLINE):
        """Standard output of a qctl that must end with a status (None: with any), and say nothing of locks."""
        try:
            done = subprocess.run(
                ["qctl", *words], capture_output=True, text=True, input=input,
                env=self.environment, cwd=self.folder, timeout=seconds)
        except subprocess.TimeoutExpired:
            self.problems.append(f"qctl {' '.join(words)} took over {seconds} s")
            raise Failed from None
        self.said = done.stderr
        if status is not None and done.returncode != status:
            self.problems.append(f"qctl {' '.join(words)} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def start(self, *words, environment=None, **more):
        """Starts a program in the background; what it says goes to a file."""
        errors = self.path(f"said-{next(self.numbers)}")
        with open(errors, "wb") as file:
            process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=more.pop("stdout", subprocess.DEVNULL), stderr=file,
                env=dict(self.environment, **(environment or {})), cwd=self.folder, **more)
        process.errors = errors
        self.processes.append(process)
        return process

    def work(self, *words, handler, program="qctl", **more):
        return self.start(program, "work", *words, "--", *handler, **more)

    def said_by(self, process):
        with open(process.errors, errors="replace") as file:
            return file.read()

    def ends(self, process, seconds=DEADLINE, what="a process"):
        """The status that a process ends with."""
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.problems.append(f"not within {seconds} s: the end of {what}; it said: {self.said_by(process)[-300:]}")
            raise Failed from None

    def stop(self, process):
        process.terminate()
        return self.equal("a worker that was stopped", self.ends(process, what="a stopped worker"), 0)

    def touch(self, name):
        """Makes the file that somebody waits for."""
        open(self.path(name), "w").close()

    def script(self, name, text):
        """Makes a shell script that may be a handler; its path."""
        path = self.path(name)
        with open(path, "w") as file:
            file.write("#!/bin/sh\n" + text)
        os.chmod(path, 0o700)
        return path

    def alone(self, *command):
        """A handler that no other run of the same job may meet, as words; see alone.c."""
        return [compiled("alone"), self.folder, *command]

    def alone_in_lines(self, *words):
        """The same for a handler that is told its jobs in lines; see alone_lines.c."""
        return [compiled("alone_lines"), self.folder, *words]

    # What is known.

    def lines(self, name):
        """The lines of a file that handlers write."""
        try:
            with open(self.path(name)) as file:
                return file.read().splitlines()
        except FileNotFoundError:
            return []

    def starts(self):
        """Job, attempt and process of each start of a handler, in order."""
        return [(job, int(attempt), int(pid)) for job, attempt, pid, _ in map(str.split, self.lines("starts"))]

    def nothing_overlapped(self):
        self.equal("runs of a job while another run of it lived", self.lines("violations"), [])

    def enqueue(self, *words):
        return self.qctl("enqueue", *words).strip()

    def enqueue_all(self, jobs):
        self.qctl("enqueue", "--bulk", "-", "--quiet", input="".join(json.dumps(job) + "\n" for job in jobs))

    def jobs(self, *filters):
        return [json.loads(line) for line in self.qctl("list", "--json", *filters).splitlines()]

    def job(self, id):
        return json.loads(self.qctl("show", "--json", id))

    def details(self, ids):
        """Everything known of many jobs, by id."""
        ids = list(ids)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            return dict(zip(ids, pool.map(self.job, ids)))

    def state(self, id):
        return self.job(id)["state"]

    def events(self, *names):
        records = map(json.loads, self.qctl("tail", "--json").splitlines())
        return [record for record in records if record["event"] in names]

    def workers(self):
        """How many workers have started."""
        return len(self.events("worker_started"))

    def no_lease_was_lost(self):
        # A worker that hears of it before its rescuer is done gives its jobs back itself.
        lost = [record for record in self.events("lease_lost", "rescued", "released")
                if record["event"] != "released" or record.get("reason") == "declared lost"]
        if lost and self.lease:
            raise LeaseLost(f"lost with leases of {self.lease} s: {short(lost)}")
        self.equal("leases lost, and rescues", lost, [])

    def lacks(self):
        """What the store declares that it cannot do."""
        found = map(json.loads, self.qctl("capabilities", "--json").splitlines())
        return [each["capability"] for each in found if each["support"] == "none"]

    def doctor(self):
        """It finds nothing, but that the disk of a scene is a small one."""
        for finding in map(json.loads, self.qctl("doctor", "--json", status=None).splitlines()):
            self.check(finding["check"] == "disk" or finding["grade"] in ("ok", "note"), f"doctor: {finding}")

    def close(self):
        """Kills what is left, handlers of dead workers too: whatever has our mark in its environment."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        while marked := [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if self.is_ours(pid)]:
            for pid in marked:
                kill(pid, signal.SIGKILL)
            time.sleep(0.01)
        for path in filter(os.path.exists, self.leftovers):
            os.remove(path)

    def is_ours(self, pid):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                return self.mark.encode() in file.read().split(b"\0") and lives(pid)
        except OSError:
            return False


def compiled(name):
    """A program of ours, made at its first use."""
    program = os.path.abspath(name)
    if not os.path.exists(program):
        subprocess.run(["cc", "-O1", "-o", program + ".new", os.path.join(SCRIPTS, name + ".c")], check=True)
        os.rename(program + ".new", program)
    return program


def short(value):
    text = repr(value)
    return text if len(text) <= 300 else text[:300] + "…"


def kill(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def state_of(pid):
    """The kernel's letter for a process: T is stopped, Z a zombie, empty where there is none."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def lives(pid):
    return state_of(pid) not in ("", "Z", "X")


def has_stopped(pid):
    """Whether SIGSTOP has reached every thread."""
    try:
        threads = os.listdir(f"/proc/{pid}/task")
        return all(state_of(f"{pid}/task/{thread}") == "T" for thread in threads)
    except FileNotFoundError:
        return False


def wal_size(stage):
    try:
        return os.path.getsize(stage.store + "-wal")
    except FileNotFoundError:
        return 0


def play(scene, name, kind):
    """Plays a scene, and again with a longer lease where one was lost; says what went wrong."""
    *shorter, longest = getattr(scene, "leases", [None])
    for lease in shorter:
        try:
            return problems_of(scene, Stage(f"{name}-{kind}-{lease}", kind, lease))
        except LeaseLost:
            pass
    try:
        return problems_of(scene, Stage(f"{name}-{kind}", kind, longest))
    except LeaseLost as problem:
        return [problem]


def problems_of(scene, stage):
    lost = None
    try:
        scene(stage)
    except Failed:
        pass
    except LeaseLost as problem:
        lost = problem
    finally:
        stage.close()
    # Not even a lost lease excuses that.
    stage.nothing_overlapped()
    if lost and not stage.problems:
        raise lost
    return stage.problems


def run(*scenes, others=(), stores=STORES):
    """Plays the scenes that the command line names, or all, on the stores that it names, or all.

    `others` are played only where they are named; `stores` are those that the scenes are about.
    """
    known = {scene.__name__.replace("_", "-"): scene for scene in [*scenes, *others]}
    words = sys.argv[1:]
    wanted = [word for word in words if word not in NAMES] or list(known)[: len(scenes)]
    stores = [word for word in words if word in NAMES] or stores
    failed = False
    for name in wanted:
        for kind in stores:
            if kind not in getattr(known[name], "stores", stores):
                continue
            for problem in play(known[name], name, kind):
                failed = True
                print(f"{name} on {kind}: {problem}")
    sys.exit(failed)
