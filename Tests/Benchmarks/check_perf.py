#!/usr/bin/env python3
"""Counts the instructions of the hot paths, and compares them with a committed table.

    check_perf.py [--update] [PATH…]

A count says nothing of waiting, but hardly changes from run to run on the noisiest machine, so a
slow-down is seen in review. Fails where one differs from instructions.tsv by more than its tolerance,
in either direction: a gain that is not recorded could be lost unseen. Another toolchain gives other
counts: then nothing is compared. PATH chooses groups: start_up, commands, loops, streams, workers.
"""

import argparse
import os
import platform
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import instructions  # noqa: E402
from hot_paths import PATHS  # noqa: E402
from measure import require  # noqa: E402
from workshop import HERE, ROOT, SCRATCH, Unavailable, Workshop  # noqa: E402

TABLE = HERE / "instructions.tsv"
COLLECTED = re.compile(r"Collected\s*: (\d+)")
# How often what differs is counted again before it is believed.
AGAIN = 2
BINARIES = ("qctl", "qctl-bench")


class Counter:
    """Runs the binaries in a scratch folder, always in the same surroundings."""

    def __init__(self):
        self.folder = SCRATCH / "counted"
        self.surroundings = {
            "PATH": "/usr/bin:/bin", "HOME": str(self.folder), "TZ": "UTC", "LC_ALL": "C",
            # Else hashes have another seed, and dictionaries another order, in each run.
            "SWIFT_DETERMINISTIC_HASHING": "1",
        }
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        for name in BINARIES:
            built = os.environ.get(name.upper().replace("-", "_")) or ROOT / ".build/release" / name
            # This valgrind gives up on the debugging information of today's compilers.
            require(["strip", "--strip-debug", "-o", str(self.folder / name), str(built)])
        shutil.copy(Workshop.limit("answer"), self.folder)

    def count(self, name, *words):
        """Instructions of a command until its end; it may end with a status that says no."""
        tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
        done = subprocess.run(
            [*tool, f"./{name}", *words], cwd=self.folder, env=self.surroundings,
            capture_output=True, text=True, errors="replace")
        found = COLLECTED.search(done.stderr)
        if found is None or not 0 <= done.returncode <= 2:
            raise Unavailable(f"{name} {' '.join(words)}: {done.stderr.strip()}")
        return int(found.group(1))

    def qctl(self, *words):
        return self.count("qctl", *words)

    def loop(self, work, count, place, *words):
        return self.count("qctl-bench", work, str(count), place, *words)

    @staticmethod
    def per_job(few, many, run):
        return round((run(many) - run(few)) / (many - few))

    def prepare(self, name, *words):
        """Runs a command uncounted; returns what it printed."""
        return require(
            [f"./{name}", *words], cwd=self.folder, env=self.surroundings)

    def path(self, name):
        return f"./{name}"

    def place(self, name):
        """A store that is not there yet."""
        path = self.folder / name.removeprefix("dir:")
        for old in self.folder.glob(f"{path.name}*"):
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        return name

    def filled(self, name, count):
        """A store with as many jobs, of which one is made by the command line; its id."""
        place = self.place(name)
        self.prepare("qctl", "--store", place, "init", "--quiet")
        self.prepare("qctl-bench", "fill", str(count), place)
        return place, self.prepare("qctl", "--store", place, "enqueue", "-t", "bench").strip()

    def lines(self, count):
        path = self.folder / "jobs.ndjson"
        path.write_text("".join(
            '{"queue":"q","type":"t","payload":{"n":%d}}\n' % (1_000_000 + n) for n in range(count)))
        return f"./{path.name}"


def toolchain():
    """Whatever changes the counts without any change of ours."""
    compiler = require(["swift", "--version"]).splitlines()[0].strip()
    wide = "avx2" if " avx2 " in Path("/proc/cpuinfo").read_text() else "no avx2"
    return " · ".join([
        compiler, os.confstr("CS_GNU_LIBC_VERSION"), f"sqlite {sqlite3.sqlite_version}",
        require(["valgrind", "--version"]).strip(), f"{platform.machine()}, {wide}"])


def counted(groups):
    """{path: instructions} of the groups, and {path: its group}."""
    counter, found, group_of = Counter(), {}, {}
    try:
        for group in groups:
            for path, count in group(counter):
                print(f"{count:>13,}  {path}", file=sys.stderr)
                found[path], group_of[path] = count, group
    finally:
        shutil.rmtree(counter.folder, ignore_errors=True)
    return found, group_of


def settled(groups, recorded):
    """As `counted`, where what is off was counted again: a minute may end, a worker may wait."""
    found, group_of = counted(groups)
    for _ in range(AGAIN):
        broken = [path for path in instructions.judge(recorded, found)[1] if path in found]
        known = [path for path in broken if path in recorded]
        if not known:
            break
        print(f"counting again: {', '.join(known)}", file=sys.stderr)
        again, _ = counted(dict.fromkeys(group_of[path] for path in known))
        for path in known:
            was, _ = recorded[path]
            found[path] = min(found[path], again[path], key=lambda count: abs(count - was))
    return found


def least(groups):
    """What is to be recorded: the least of two counts, which nothing came between."""
    (first, _), (second, _) = counted(groups), counted(groups)
    return {path: min(count, second[path]) for path, count in first.items()}


def main():
    parser = argparse.ArgumentParser(description="Count instructions and compare them.")
    parser.add_argument("groups", nargs="*", metavar="PATH")
    parser.add_argument("--update", action="store_true", help="write the table anew")
    given = parser.parse_args()
    # First, since the compiler finds itself by the HOME that the workshop sets aside.
    present = toolchain()
    Workshop().build_limits()
    text = TABLE.read_text() if TABLE.exists() else ""
    recorded_with, recorded = instructions.read_table(text)
    if not given.update and recorded_with != present:
        print(f"skipped: the counts of {TABLE.name} are of another toolchain")
        print(f"  recorded: {recorded_with}\n  here:     {present}")
        return
    groups = [group for group in PATHS if not given.groups or group.__name__ in given.groups]
    try:
        found = least(groups) if given.update else settled(groups, recorded)
    except Unavailable as reason:
        sys.exit(f"check-perf: {reason}")
    compared = {path: of for path, of in recorded.items() if path in found or not given.groups}
    lines, broken = instructions.judge(compared, found)
    print("\n".join(lines))
    if given.update:
        kept = found if not given.groups else {path: of[0] for path, of in recorded.items()} | found
        tolerances = {path: tolerance for path, (_, tolerance) in recorded.items()}
        TABLE.write_text(instructions.write_table(present, kept, tolerances))
        print(f"\n{TABLE.name} is written")
    elif broken:
        sys.exit(
            f"\n{len(broken)} of {len(found)} differ: if that is meant, `make check-perf UPDATE=1`"
            " writes the table, and the commit says why")


if __name__ == "__main__":
    main()
