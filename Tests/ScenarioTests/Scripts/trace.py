"""Reads what strace saw of qctl, and says what breaks SQLite's rules or our promises.

    trace.py DATABASE -- WORDS…

Runs `qctl WORDS…` under strace, and checks its calls with syscalls.py. Prints what is wrong, or
nothing. In the environment:

    WRITES=1  it must write, and nothing may be acknowledged before it is synced
    SPAWNS=1  the start of a handler acknowledges as well
    ALONE=1   nobody else has the store open. Else another connection has, so that the end of the
              process does not fold the log in, which would sync it whether or not we had
"""

import os
import sqlite3
import subprocess
import sys

from syscalls import calls, durability, locking

CALLS = ("openat,close,fcntl,pwrite64,pwritev,ftruncate,fsync,fdatasync,write,mkdir,mkdirat,unlink,"
         "unlinkat,clone,clone3,exit_group")


def main():
    path, words = os.path.realpath(sys.argv[1]), sys.argv[3:]
    others = None
    if os.path.exists(path) and not os.environ.get("ALONE"):
        others = sqlite3.connect(path)
        others.execute("SELECT count(*) FROM qctl_jobs").fetchone()
    existing = [path + end for end in ("", "-wal", "-journal") if os.path.exists(path + end)]
    done = subprocess.run(
        ["strace", "-f", "-y", "-s", "64", "-o", "trace", "-e", f"trace={CALLS}",
         os.environ.get("QCTL", "qctl"), *words],
        capture_output=True, text=True, errors="replace")
    with open("trace", errors="replace") as file:
        trace = list(calls(file.read()))
    problems = list(locking(trace, path))
    if os.environ.get("WRITES") == "1":
        problems += durability(trace, path, words, existing, os.environ.get("SPAWNS") == "1")
    if done.returncode:
        problems.append(f"ended with {done.returncode}: {done.stderr}")
    for problem in problems:
        print(f"{' '.join(words)}: {problem}")
    with open("printed", "w") as printed:
        printed.write(done.stdout)


main()
