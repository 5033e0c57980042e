#!/usr/bin/env python3
"""Measures this qctl against that of another revision, in one run.

    compare.py BASE [CASE[,CASE…]] [--passes N] [--jobs N] [--big N]

BASE is built in .build/bench/base-… and kept there. All of the chosen cases are run N times with
both, in turn and in changing order, without limits and peers. Each time gives a ratio; said are their
median and quartiles, how often this build was ahead, and a difference only where two equal builds
would be so uneven once in twenty times or less. Ends with 0.
"""

import argparse
import os
import sys
from collections import defaultdict

sys.dont_write_bytecode = True

import stores  # noqa: E402
from base import build  # noqa: E402
from bench import measure  # noqa: E402
from harness import Bench  # noqa: E402
from options import add_sizes, check_sizes, chosen_cases  # noqa: E402
from ratios import Ratios, comparison  # noqa: E402
from subjects import QCTL  # noqa: E402
from workshop import Workshop, alone  # noqa: E402

# The hot paths that need no store of ten million jobs.
USUAL = "1-5,9,10,13"


def arguments():
    parser = argparse.ArgumentParser(description="Measure qctl against another revision of it.")
    parser.add_argument("base")
    parser.add_argument("cases", nargs="?", default=os.environ.get("CASE", ""))
    parser.add_argument("--passes", type=int, default=os.environ.get("PASSES") or "9")
    add_sizes(parser)
    given = parser.parse_args()
    check_sizes(parser, given)
    if given.passes < 1:
        parser.error("--passes must be at least 1")
    return given


def run_pass(bench, cases):
    """{(case, title, subject): (figure, unit)} of one build, once."""
    return {
        (measurement.case, measurement.title.strip(), label): (sample.median, measurement.unit)
        for measurement in measure(bench, cases)
        for label, sample in measurement.samples.items()
    }


def main():
    given = arguments()
    cases = chosen_cases(given.cases or USUAL)
    binaries, name = build(given.base)
    lock = alone()  # noqa: F841
    sides = {"here": Workshop(), "base": Workshop(binaries)}
    sides["here"].build_limits()
    benches = {
        side: Bench(workshop, given.jobs, given.big, (QCTL,), given.passes, side)
        for side, workshop in sides.items()
    }
    found = defaultdict(Ratios)
    try:
        for number in range(given.passes):
            print(f"pass {number + 1} of {given.passes}", file=sys.stderr)
            for case in cases:
                order = list(benches)[:: 1 if number % 2 == 0 else -1]
                figures = {side: run_pass(benches[side], [case]) for side in order}
                for key in figures["here"].keys() & figures["base"].keys():
                    (here, unit), (base, _) = figures["here"][key], figures["base"][key]
                    found[key].add(here, base, unit)
    finally:
        stores.remove_all()
    found = {key: ratios for key, ratios in found.items() if ratios.ratios}
    print(comparison(found, name), end="")
    for side, bench in benches.items():
        for note in bench.notes:
            print(f"note: {side}: {note}")


if __name__ == "__main__":
    main()
