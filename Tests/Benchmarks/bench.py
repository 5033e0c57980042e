#!/usr/bin/env python3
"""Measures qctl against the least possible work (C programs) and against its peers.

    bench.py [CASE[,CASE…]] [--jobs N] [--big N] [--text FILE] [--json FILE]

Prints one table, and writes it to .build/bench.txt and, for programs, .build/bench.json. Without
cases, or with an empty CASE in the environment, all of them run; BENCH_JOBS and BENCH_BIG there do as
the options, for a quick look. A missed target is shown, not failed on: on a busy machine one bad run
proves nothing. Needs the release build for qctl's own figures; without it, limits and peers remain.
"""

import argparse
import os
import platform
import sqlite3
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import report  # noqa: E402
import stores  # noqa: E402
from cases import CASES  # noqa: E402
from harness import Bench  # noqa: E402
from options import add_sizes, check_sizes, chosen_cases  # noqa: E402
from workshop import ROOT, Unavailable, Workshop, alone  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description="Measure qctl against its limits and peers.")
    parser.add_argument("cases", nargs="?", default=os.environ.get("CASE", ""))
    add_sizes(parser)
    for form, suffix in (("text", "txt"), ("json", "json")):
        usual = ROOT / ".build" / f"bench.{suffix}"
        parser.add_argument(f"--{form}", type=Path, default=usual, help="where to write that form")
    given = parser.parse_args()
    check_sizes(parser, given)
    return given


def describe_machine(workshop):
    return {
        "cpus": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "file_system": workshop.file_system,
        "sqlite": sqlite3.sqlite_version,
        "load_before": round(os.getloadavg()[0], 2),
    }


def measure(bench, cases):
    for case in cases:
        print(f"case {case}: {CASES[case].__doc__.split(':')[1].strip()}", file=sys.stderr)
        try:
            yield from CASES[case](bench)
        except Unavailable as reason:
            bench.note(f"case {case}: {reason}")


def main():
    given = arguments()
    cases = chosen_cases(given.cases)
    lock = alone()  # noqa: F841
    workshop = Workshop()
    machine = describe_machine(workshop)
    workshop.build_limits()
    bench = Bench(workshop, given.jobs, given.big)
    try:
        measurements = list(measure(bench, cases))
    finally:
        stores.remove_all()
    text = report.text(machine, measurements, bench.notes)
    print(text, end="")
    given.text.write_text(text)
    given.json.write_text(report.as_json(machine, measurements, bench.notes))


if __name__ == "__main__":
    main()
