"""The place where a history happens: the store, the one way in which clients call, and its record."""

import json
import os
import random
import signal
import subprocess
import threading
import time

from record import Call, History, Start
from stage import DEADLINE, Failed, Stage, compiled, lives

QUEUES = ("a", "b", "c")
# Few, so that jobs want the same ones.
KEYS = ("u0", "u1", "u2", "u3")
# System calls at which a command can be killed, or that fail, each at its Nth time.
WRITES = ("pwrite64", "write", "fdatasync", "fsync", "ftruncate", "openat", "unlink", "flock", "fcntl",
          "rename", "renameat2", "linkat", "mkdirat", "unlinkat", "syncfs")
# No `write`: that would be the command's own output as well.
REFUSALS = ("pwrite64", "fdatasync", "fsync", "ftruncate", "renameat2", "mkdirat", "syncfs")


class Starts:
    """The file in which handlers tell that they began, read as it grows."""

    def __init__(self, path):
        self.path, self.offset = path, 0
        self.by_job, self.all = {}, []
        self.lock = threading.Lock()

    def read(self):
        """All that have begun, in order, as (job, attempt, process)."""
        with self.lock:
            if os.path.exists(self.path):
                with open(self.path) as file:
                    file.seek(self.offset)
                    text = file.read()
                for line in text[:text.rfind("\n") + 1].splitlines():
                    job, attempt, pid, _ = line.split()
                    self.all.append((job, int(attempt), int(pid)))
                    self.by_job.setdefault(job, []).append(int(pid))
                self.offset += len(text[:text.rfind("\n") + 1])
            return self.all


class Play:
    def __init__(self, name, kind, seed, attacks):
        self.seed, self.attacks = seed, attacks
        self.stage = Stage(name, kind)
        self.handler = [compiled("deed"), self.stage.folder]
        self.starts = Starts(self.stage.path("starts"))
        self.history = History(store=kind)
        self.lock = threading.Lock()
        self.numbers = 0
        self.kills = 0
        self.over = threading.Event()
        self.failure = None
        # Whether the disk is in trouble, and how often that has changed.
        self.trouble, self.troubles = False, 0
        # Held against a remount, which needs a moment without open files.
        self.gate = threading.Condition()
        self.frozen, self.calling = False, 0
        self.ids = []
        self.has_disk = os.geteuid() == 0
        if self.has_disk:
            self.disk = self.stage.path("disk")
            os.mkdir(self.disk)
            self.mount("-t", "tmpfs", "-o", f"size={24 + attacks // 10}m,mode=700", "none", self.disk)
            self.stage.put_store(self.disk)
        self.stage.qctl("init", "--quiet")

    def chance(self, who):
        return random.Random(f"{self.seed} {who}")

    def mount(self, *words):
        return subprocess.run(["mount", *words], capture_output=True).returncode == 0

    def problem(self, text):
        with self.lock:
            self.history.problems.append(text)

    def killed(self, count=1):
        with self.lock:
            self.kills += count

    # Calls of clients.

    def call(self, actor, verb, words, note=None, input=None, doom=None):
        """Runs a command, doomed or not, and records it."""
        call = Call(0, actor, verb, list(words), note=note or {})
        with self.lock:
            self.numbers += 1
            call.number = self.numbers
            self.history.calls.append(call)
        with self.gate:
            self.gate.wait_for(lambda: not self.frozen)
            self.calling += 1
        before = self.troubles, self.trouble
        try:
            self.run(call, input, doom or ())
        finally:
            with self.gate:
                self.calling -= 1
                self.gate.notify_all()
        call.troubled = before != (self.troubles, False) or "fail" in (doom or ())
        if call.status == -9:
            self.killed()
        return call

    def run(self, call, input, doom):
        words = ["qctl", *call.words]
        if "trap" in doom or "fail" in doom:
            how = "signal=SIGKILL" if "trap" in doom else f"error={doom[3]}"
            words = ["strace", "-qq", "-o", "/dev/null", "-e", f"inject={doom[1]}:{how}:when={doom[2]}", *words]
        call.begun = time.time()
        process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.stage.environment, cwd=self.stage.folder, start_new_session=True)
        timer = None
        if "kill" in doom:
            timer = threading.Timer(doom[1], process.kill)
        elif "stop" in doom:
            timer = threading.Timer(doom[1], self.suspend, (process, doom[2]))
        if timer:
            timer.start()
        try:
            out, said = process.communicate(input.encode() if input is not None else None, DEADLINE)
        except subprocess.TimeoutExpired:
            self.problem(f"{call} hangs")
            os.killpg(process.pid, signal.SIGKILL)
            out, said = process.communicate()
        if timer:
            timer.cancel()
        call.ended = time.time()
        call.out, call.said = out.decode(), said.decode(errors="replace")
        call.status = process.returncode

    def suspend(self, process, seconds):
        """Stops a process for a while; harmless where it has ended."""
        if process.poll() is None:
            process.send_signal(signal.SIGSTOP)
            time.sleep(seconds)
            process.send_signal(signal.SIGCONT)

    def doom(self, chance, share=0.25):
        """What shall happen to a command on its way, or nothing."""
        if chance.random() > share:
            return None
        way = chance.random()
        if way < 0.45:
            return "kill", chance.uniform(0, 0.012)
        if way < 0.75:
            return "trap", chance.choice(WRITES), chance.choice((1, 1, 2, 2, 3, 4, 5, 7, 10, 14, 20))
        if way < 0.9:
            return ("fail", chance.choice(REFUSALS), chance.choice((1, 1, 2, 3, 4, 6, 9)),
                    chance.choice(("ENOSPC", "EIO")))
        return "stop", chance.uniform(0, 0.01), chance.uniform(0.05, 1.5)

    def freeze(self):
        with self.gate:
            self.frozen = True
            self.gate.wait_for(lambda: self.calling == 0, DEADLINE)

    def thaw(self):
        with self.gate:
            self.frozen = False
            self.gate.notify_all()

    def remember(self, ids):
        with self.lock:
            self.ids.extend(ids)

    def some_id(self, chance):
        with self.lock:
            recent = self.ids[-300:]
        return chance.choice(recent) if recent else "0000000000001"

    def live_handlers(self, job):
        """The processes that run a job on this host."""
        self.starts.read()
        return [pid for pid in self.starts.by_job.get(job, []) if lives(pid) and self.runs(pid, job)]

    def runs(self, pid, job):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                return f"QCTL_JOB_ID={job}".encode() in file.read().split(b"\0")
        except OSError:
            return False

    # The end.

    def collect(self):
        """What the store says, now that nothing changes any more."""
        stage, h = self.stage, self.history
        read = lambda *words: [json.loads(line) for line in stage.qctl(*words, seconds=600).splitlines()]
        h.jobs = read("list", "--json")
        h.log = read("tail", "--json")
        h.absent = stage.lacks()
        h.queues = read("queues", "--json")
        h.findings = [json.loads(line) for line in stage.qctl("doctor", "--json", status=None).splitlines()]
        h.details = stage.details(job["id"] for job in h.jobs)
        for line in stage.lines("starts"):
            job, attempt, pid, at = line.split()
            h.starts.append(Start(job, int(attempt), int(pid), int(at) / 1000))
        for name, place in (("ends", h.ends), ("crashes", h.crashes)):
            for job, attempt, verb in map(str.split, stage.lines(name)):
                place[job, int(attempt)] = verb
        h.violations = stage.lines("violations")
        h.problems += stage.problems
        self.try_keys()
        return h.index()

    def try_keys(self):
        """All jobs have ended, so every key is free."""
        for queue in QUEUES:
            for key in KEYS:
                words = "enqueue", "-q", queue, "--unique-key", key, "--on-conflict", "fail", "--quiet"
                try:
                    self.stage.qctl(*words)
                except Failed:
                    self.problem(f"the key {key} of {queue} is lost: {self.stage.problems[-1:]}")

    def close(self):
        self.over.set()
        self.thaw()
        self.stage.close()
        if self.has_disk:
            subprocess.run(["umount", "-l", self.disk], capture_output=True)
