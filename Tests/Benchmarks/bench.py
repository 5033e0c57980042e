#!/usr/bin/env python3
"""Measures qctl against the least possible work (C programs) and against its peers.

    bench.py [CASE[,CASE…]] [--jobs N] [--big N]

Prints one table and writes .build/bench.json. Without cases, or with an empty CASE in the
environment, all of them run; BENCH_JOBS and BENCH_BIG there do as the options, for a quick look.
A missed target is shown, not failed on: on a busy machine one bad run proves nothing. Needs the
release build for qctl's own figures; without it, limits and peers remain.
"""

import argparse
import os
import platform
import sqlite3
import sys

sys.dont_write_bytecode = True

import stores  # noqa: E402
from cases import CASES  # noqa: E402
from harness import Bench  # noqa: E402
from report import table, write_json  # noqa: E402
from workshop import ROOT, Unavailable, Workshop  # noqa: E402


SIZES = (
    ("jobs", 1_000_000, "size of the large store"),
    ("big", 10_000_000, "size of the stores that are kept from run to run (5 GB in all)"),
)


def chosen_cases(text):
    if not text:
        return list(CASES)
    try:
        wanted = [int(word) for word in text.replace(" ", ",").split(",") if word]
    except ValueError:
        sys.exit(f"bench: '{text}' is not a list of case numbers")
    for case in wanted:
        if case not in CASES:
            sys.exit(f"bench: no case {case}; there are {', '.join(map(str, CASES))}")
    return wanted


def arguments():
    parser = argparse.ArgumentParser(description="Measure qctl against its limits and peers.")
    parser.add_argument("cases", nargs="?", default=os.environ.get("CASE", ""))
    for name, usual, help in SIZES:
        # A text, so that a wrong one in the environment is complained of like an option's.
        usual = os.environ.get(f"BENCH_{name.upper()}") or str(usual)
        parser.add_argument(f"--{name}", type=int, default=usual, help=help)
    given = parser.parse_args()
    if min(given.jobs, given.big) < 2:
        parser.error("--jobs and --big must be at least 2")
    return chosen_cases(given.cases), given.jobs, given.big


def describe_machine(workshop):
    return {
        "cpus": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "file_system": workshop.file_system,
        "sqlite": sqlite3.sqlite_version,
        "load_before": os.getloadavg()[0],
    }


def main():
    cases, jobs, big = arguments()
    workshop = Workshop()
    machine = describe_machine(workshop)
    workshop.build_limits()
    bench = Bench(workshop, jobs, big)
    measurements = []
    try:
        for case in cases:
            print(f"case {case}: {CASES[case].__doc__.split(':')[1].strip()}", file=sys.stderr)
            try:
                measurements.extend(CASES[case](bench))
            except Unavailable as reason:
                bench.note(f"case {case}: {reason}")
    finally:
        stores.remove_all()
    print(" · ".join(f"{name} {value}" for name, value in machine.items()), end="\n\n")
    print(table(measurements))
    for note in bench.notes:
        print(f"note: {note}")
    write_json(ROOT / ".build" / "bench.json", machine, measurements, bench.notes)


main()
