"""Taking times and rates, always interleaved: the machine's speed drifts, ratios in one run hold."""

import re
import statistics
import subprocess
from dataclasses import dataclass

from workshop import Unavailable, Workshop, first_line


@dataclass
class Sample:
    """The figures of one subject over all rounds."""

    runs: list

    @property
    def median(self):
        return statistics.median(self.runs)

    @property
    def spread(self):
        """The tenth and ninetieth percentile: with few runs, the least and the largest."""
        ordered = sorted(self.runs)
        cut = len(ordered) // 10
        return ordered[cut], ordered[-1 - cut]


def require(command, **options):
    """Runs a command that must succeed; returns its standard output."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        name = command[0].rsplit("/", 1)[-1]
        words = " ".join(word for word in command[1:] if not word.startswith("/"))
        raise Unavailable(
            f"{name} {words}: status {done.returncode}, {first_line(done.stderr)}"
        )
    return done.stdout


def time_processes(commands, rounds):
    """Whole processes in turn: {label: (wall times in ms, peak memory in MiB)}."""
    arguments = []
    for command in commands.values():
        arguments += [":::", *command] if arguments else command
    output = require([Workshop.limit("stopwatch"), str(rounds), *arguments])
    times, memory = {label: [] for label in commands}, {label: [] for label in commands}
    labels = list(commands)
    for line in output.splitlines():
        which, micros, kib = line.split()
        times[labels[int(which)]].append(float(micros) / 1000)
        memory[labels[int(which)]].append(int(kib) / 1024)
    return {label: (Sample(times[label]), Sample(memory[label])) for label in commands}


def rate(command):
    """Runs a program that times itself; returns the operations per second that it reports."""
    found = re.search(r"ops_per_second\W+([0-9.]+)", require(command))
    if found is None:
        raise Unavailable(f"{command[0].rsplit('/', 1)[-1]} reported no ops_per_second")
    return float(found.group(1))


def interleave(subjects, rounds, on_failure):
    """Calls each subject once a round; {label: Sample}. One that fails is reported and dropped."""
    subjects, runs = dict(subjects), {label: [] for label in subjects}
    for _ in range(rounds):
        for label, subject in list(subjects.items()):
            try:
                runs[label].append(subject())
            except Unavailable as reason:
                on_failure(f"{label}: {reason}")
                del subjects[label]
    return {label: Sample(runs[label]) for label in subjects}
