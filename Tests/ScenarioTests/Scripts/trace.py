"""Reads what strace saw of qctl, and says what breaks SQLite's rules or our promises.

    trace.py DATABASE -- WORDS…

Runs `qctl WORDS…` under strace. While it runs, another connection is open, so that closing the
database does not checkpoint it, which would sync the log whether or not we had. Prints what is
wrong, or nothing:

- POSIX drops all locks that a process has on a file as soon as it closes any descriptor of that
  file (sqlite.org/howtocorrupt.html, 2.2): no descriptor of the database or its -shm may be closed
  while the process has locks on it.
- Whatever was written to the write-ahead log must be synced before anything is printed on
  standard output, before a worker tells that a job is completed, and before the process ends.
"""

import os
import re
import sqlite3
import subprocess
import sys

path = os.path.realpath(sys.argv[1])
words = sys.argv[3:]
CALL = re.compile(r"^(\d+) +(\w+)\((.*)\) += +(-?\d+|\?)")
LOCK = re.compile(r"l_type=(\w+), l_whence=SEEK_SET, l_start=(\d+), l_len=(\d+)")


def calls(text):
    """Process, name, arguments and result of each call, in order; threads under their process."""
    leader, pending = {}, {}
    for line in text.splitlines():
        pid, _, rest = line.partition(" ")
        rest = rest.strip()
        if rest.endswith("<unfinished ...>"):
            pending[pid] = rest.removesuffix("<unfinished ...>")
            continue
        if rest.startswith("<... "):
            rest = pending.pop(pid, "") + rest.partition("resumed>")[2]
        match = CALL.match(f"{pid} {rest}")
        if not match:
            continue
        _, name, arguments, result = match.groups()
        if name in ("clone", "clone3") and "CLONE_THREAD" in arguments and result != "-1":
            leader[result] = leader.get(pid, pid)
        yield leader.get(pid, pid), name, arguments, result


def subtract(ranges, start, end):
    left = set()
    for low, high in ranges:
        if low < min(start, high):
            left.add((low, min(start, high)))
        if max(end, low) < high:
            left.add((max(end, low), high))
    return left


def locking(trace):
    locks, opened = {}, {}
    for pid, name, arguments, result in trace:
        if result == "-1":
            continue
        if name == "openat" and f'"{path}"' in arguments:
            opened[pid] = opened.get(pid, 0) + ("O_EXCL" not in arguments)
        for file in (path, path + "-shm"):
            if f"<{file}>" not in arguments:
                continue
            held = locks.setdefault((pid, file), set())
            lock = LOCK.search(arguments)
            if name == "fcntl" and lock and "F_SETLK" in arguments:
                start = int(lock[2])
                end = start + int(lock[3]) if int(lock[3]) else 1 << 63
                held = subtract(held, start, end)
                locks[pid, file] = held | ({(start, end)} if lock[1] != "F_UNLCK" else set())
            # SQLite closes its shared memory with the "dead man's switch" on byte 128 still held.
            held = subtract(held, 128, 129) if file.endswith("-shm") else held
            if name == "close" and held:
                yield f"{os.path.basename(file)} was closed while locked at {sorted(held)}"
    for pid, count in opened.items():
        if count > 2:
            yield f"the database was opened {count} times in one process"


def durability(trace):
    log = f"<{path}-wal>"
    unsynced, written, program = False, 0, None
    for pid, name, arguments, result in trace:
        # Handlers come and go meanwhile.
        program = program or pid
        if pid != program:
            continue
        if name.startswith("pwrite") and log in arguments:
            unsynced, written = True, written + 1
        if name in ("fsync", "fdatasync") and log in arguments and result == "0":
            unsynced = False
        if name == "write" and arguments.startswith("1<") and unsynced:
            yield f"printed before it was synced: {arguments[:60]}"
        if name == "write" and arguments.startswith("2<") and " completed " in arguments and unsynced:
            yield f"told of a job before it was synced: {arguments[:60]}"
        # The last that a worker writes is that it stopped: a log record that nobody waits for.
        if name == "exit_group" and unsynced and "work" not in words:
            yield "ended before it was synced"
    if not written:
        yield "nothing was written to the log: this proves nothing"


others = sqlite3.connect(path) if os.path.exists(path) else None
if others:
    others.execute("SELECT count(*) FROM qctl_jobs").fetchone()
done = subprocess.run(
    ["strace", "-f", "-y", "-s", "64", "-o", "trace", "-e",
     "trace=openat,close,fcntl,pwrite64,pwritev,fsync,fdatasync,write,clone,clone3,exit_group",
     os.environ.get("QCTL", "qctl"), *words],
    capture_output=True, text=True)
text = open("trace").read()
problems = list(locking(calls(text)))
if os.environ.get("WRITES") == "1":
    problems += durability(calls(text))
if done.returncode:
    problems.append(f"ended with {done.returncode}: {done.stderr}")
for problem in problems:
    print(f"{' '.join(words)}: {problem}")
sys.stdout.flush()
with open("printed", "w") as printed:
    printed.write(done.stdout)
