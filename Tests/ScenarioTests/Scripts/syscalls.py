"""What the system calls of a qctl must look like; see trace.py for how they are recorded.

- POSIX drops all locks that a process has on a file as soon as it closes any descriptor of that
  file (sqlite.org/howtocorrupt.html, 2.2): no descriptor of the database or its -shm may be closed
  while the process has locks on it.
- Before anything is acknowledged, all that was written for it must have been synced: the
  write-ahead log, or without one the database; and each name that leads there: new files, new
  folders above them, and in rollback mode the removal of the journal, which is the commit.
  Acknowledged is what is printed on standard output, what a worker says of a job, and that the
  process ends. (A claim needs no sync, design.md section 4: don't ask for it.)
- The log is synced before anything of it goes to the database, and the database before the log
  begins anew or is removed.
"""

import collections
import os
import re

CALL = re.compile(r"^(\w+)\((.*)\) += +(-?\d+|\?)")
LOCK = re.compile(r"l_type=(\w+), l_whence=SEEK_SET, l_start=(\d+), l_len=(\d+)")
TOLD = re.compile(r" [0-9a-hjkmnp-tv-z]{13} ")

# Times: the order among all beginnings and ends of calls. Where a call has not returned when the
# trace ends, its result is "?".
Call = collections.namedtuple("Call", "process name arguments result begun ended")


def calls(text):
    """All calls in the order in which they ended; threads under their process."""
    leader, pending = {}, {}
    lines = text.splitlines()
    for time, line in enumerate(lines):
        thread, _, rest = line.partition(" ")
        rest = rest.strip()
        if rest.endswith("<unfinished ...>"):
            pending[thread] = time, rest.removesuffix("<unfinished ...>")
            continue
        begun = time
        if rest.startswith("<... "):
            begun, start = pending.pop(thread, (time, ""))
            rest = start + rest.partition("resumed>")[2]
        match = CALL.match(rest)
        if not match:
            continue
        name, arguments, result = match.groups()
        if name in ("clone", "clone3") and "CLONE_THREAD" in arguments and result != "-1":
            leader[result] = leader.get(thread, thread)
        yield Call(leader.get(thread, thread), name, arguments, result, begun, time)
    for thread, (begun, start) in pending.items():
        name, _, arguments = start.partition("(")
        yield Call(leader.get(thread, thread), name, arguments, "?", begun, len(lines))


def subtract(ranges, start, end):
    left = set()
    for low, high in ranges:
        if low < min(start, high):
            left.add((low, min(start, high)))
        if max(end, low) < high:
            left.add((max(end, low), high))
    return left


def locking(trace, path):
    locks, opened = {}, {}
    for call in trace:
        pid, arguments = call.process, call.arguments
        if call.result == "-1":
            continue
        if call.name == "openat" and f'"{path}"' in arguments:
            opened[pid] = opened.get(pid, 0) + ("O_EXCL" not in arguments)
        for file in (path, path + "-shm"):
            # A file that was removed belongs to nobody else any more.
            if f"<{file}>" not in arguments:
                continue
            held = locks.setdefault((pid, file), set())
            lock = LOCK.search(arguments)
            if call.name == "fcntl" and lock and "F_SETLK" in arguments:
                start = int(lock[2])
                end = start + int(lock[3]) if int(lock[3]) else 1 << 63
                held = subtract(held, start, end)
                locks[pid, file] = held | ({(start, end)} if lock[1] != "F_UNLCK" else set())
            # SQLite closes its shared memory with the "dead man's switch" on byte 128 still held.
            held = subtract(held, 128, 129) if file.endswith("-shm") else held
            if call.name == "close" and held:
                yield f"{os.path.basename(file)} was closed while locked at {sorted(held)}"
    for pid, count in opened.items():
        if count > 2:
            yield f"the database was opened {count} times in one process"


class Disk:
    """What of a store is not on the disk yet, as far as one program knows."""

    def __init__(self, path, existing):
        self.path, self.log, self.journal = path, path + "-wal", path + "-journal"
        self.existing = set(existing)
        self.written = collections.Counter()
        self.synced = collections.Counter()
        self.names = {}

    def dirty(self, file):
        return self.written[file] > self.synced[file]

    def lacking(self):
        """What an acknowledgement would have to wait for, in words."""
        file = self.log if self.written[self.log] or self.log in self.existing else self.path
        found = [os.path.basename(file)] if self.dirty(file) else []
        return found + [f"the name {os.path.basename(name)}" for name in sorted(self.names)]

    def write(self, file, time):
        self.written[file] = time

    def sync(self, file, begun):
        """A sync covers what had been written, and the names that were there, when it began."""
        self.synced[file] = max(self.synced[file], begun)
        self.names = {name: time for name, time in self.names.items()
                      if os.path.dirname(name) != file or time > begun}

    def make(self, name, time):
        if name in self.existing:
            return
        self.existing.add(name)
        if name in (self.path, self.log) or self.path.startswith(name + "/"):
            self.names[name] = time

    def remove(self, name, time):
        self.existing.discard(name)
        self.names.pop(name, None)
        self.synced[name] = self.written[name]
        if name == self.journal:
            self.names[name] = time


def durability(trace, path, words=(), existing=(), spawns=False):
    """Complaints about what was acknowledged too early; `spawns` if a spawn acknowledges too."""
    disk, program, written = Disk(path, existing), None, 0
    steps = []
    for call in trace:
        # Handlers come and go meanwhile.
        program = program or call.process
        if call.process == program:
            # Nothing counts before it is done, but an acknowledgement from its beginning.
            steps.append((call.begun if is_told(call, words, spawns) else call.ended, call))
    for time, call in sorted(steps, key=lambda step: step[0]):
        file = re.match(r"\d+<(.*?)>", call.arguments)
        file = file and file[1]
        name = re.search(r'"(.*?)"', call.arguments)
        name = name and name[1]
        if is_told(call, words, spawns):
            for lack in disk.lacking():
                yield f"acknowledged before {lack} was synced: {call.name}({call.arguments[:60]}"
        elif call.result == "-1":
            continue
        elif call.name.startswith("pwrite"):
            if file == disk.path and disk.dirty(disk.log):
                yield "wrote to the database what was not safe in the log"
            if file == disk.log and call.arguments.endswith(", 0") and disk.dirty(disk.path):
                yield "began the log anew before the database was synced"
            written += file in (disk.log, disk.path)
            disk.write(file, time)
        elif call.name == "ftruncate":
            disk.write(file, time)
        elif call.name in ("fsync", "fdatasync") and call.result == "0":
            disk.sync(file, call.begun)
        elif call.name == "openat" and "O_CREAT" in call.arguments:
            disk.make(name, time)
        elif call.name.startswith("mkdir"):
            disk.make(name, time)
        elif call.name.startswith("unlink"):
            if name == disk.log and disk.dirty(disk.path):
                yield "removed the log before the database was synced"
            disk.remove(name, time)
    if not written:
        yield "nothing was written to the store: this proves nothing"


def is_told(call, words, spawns):
    """Whether a call acknowledges something."""
    works = "work" in words
    if call.name == "write":
        return call.arguments.startswith("1<") or (
            works and call.arguments.startswith("2<") and TOLD.search(call.arguments))
    if call.name == "clone":
        return spawns and "CLONE_VFORK" in call.arguments
    # The last that a worker writes is that it stopped: a log record that nobody waits for.
    return call.name == "exit_group" and not works
