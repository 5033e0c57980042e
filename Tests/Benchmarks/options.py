"""What the programs of this folder are told: which cases, and the sizes of the stores."""

import os
import sys

from cases import CASES

SIZES = (
    ("jobs", 1_000_000, "size of the large store"),
    ("big", 10_000_000, "size of the stores that are kept from run to run (5 GB in all)"),
)


def chosen_cases(text):
    """Numbers of cases from a list such as 1,2,9-13; all of them where it is empty."""
    wanted = []
    try:
        for word in text.replace(",", " ").split():
            first, _, last = word.partition("-")
            numbers = range(int(first), int(last or first) + 1)
            wanted += [number for number in numbers if number in CASES or not last]
    except ValueError:
        sys.exit(f"bench: '{text}' is not a list of case numbers")
    for case in wanted:
        if case not in CASES:
            sys.exit(f"bench: no case {case}; there are {', '.join(map(str, CASES))}")
    return wanted or list(CASES)


def add_sizes(parser):
    for name, usual, help in SIZES:
        # A text, so that a wrong one in the environment is complained of like an option's.
        usual = os.environ.get(f"BENCH_{name.upper()}") or str(usual)
        parser.add_argument(f"--{name}", type=int, default=usual, help=help)


def check_sizes(parser, given):
    if min(given.jobs, given.big) < 2:
        parser.error("--jobs and --big must be at least 2")
