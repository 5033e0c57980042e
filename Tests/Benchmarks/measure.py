"""Taking times and rates, always interleaved: speed drifts, ratios within one run hold."""

import math
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

    def percentile(self, part):
        """The least figure that `part` per cent of the runs don't exceed; 100 is the largest."""
        ordered = sorted(self.runs)
        return ordered[max(math.ceil(len(ordered) * part / 100) - 1, 0)]

    @property
    def spread(self):
        """The tenth and ninetieth percentile: with few runs, the least and the largest."""
        ordered = sorted(self.runs)
        cut = len(ordered) // 10
        return ordered[cut], ordered[-1 - cut]


def ratio(own, other):
    """The median of one over the other, run by run where both have as many.

    Runs of the same number were made side by side, so that a machine that is slow for half of the
    time is slow for both.
    """
    if len(own.runs) != len(other.runs) or min(other.runs) <= 0:
        return own.median / other.median
    return statistics.median(mine / its for mine, its in zip(own.runs, other.runs))


def require(command, highest=0, **options):
    """Runs a command that must end with at most the status `highest`; returns its output."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if not 0 <= done.returncode <= highest:
        name = command[0].rsplit("/", 1)[-1]
        words = " ".join(word for word in command[1:] if not word.startswith("/"))
        raise Unavailable(
            f"{name} {words}: status {done.returncode}, {first_line(done.stderr)}"
        )
    return done.stdout


def time_processes(commands, rounds, highest=0):
    """Whole processes in turn: {label: (wall times in ms, peak memory in MiB)}.

    Each must end with at most the status `highest`.
    """
    arguments = []
    for command in commands.values():
        arguments += [":::", *command] if arguments else command
    output = require([Workshop.limit("stopwatch"), str(rounds), str(highest), *arguments])
    times, memory = {label: [] for label in commands}, {label: [] for label in commands}
    labels = list(commands)
    for line in output.splitlines():
        which, micros, kib = line.split()
        times[labels[int(which)]].append(float(micros) / 1000)
        memory[labels[int(which)]].append(int(kib) / 1024)
    return {label: (Sample(times[label]), Sample(memory[label])) for label in commands}


def reported(output, name, command):
    """The figure that a program, timing itself, printed under a name."""
    found = re.search(name + r"\W+([0-9.]+)", output)
    if found is None:
        raise Unavailable(f"{command[0].rsplit('/', 1)[-1]} reported no {name}")
    return float(found.group(1))


def rate(command):
    """Runs a program that times itself; returns the operations per second that it reports."""
    return reported(require(command), "ops_per_second", command)


def together(commands):
    """Runs programs that time themselves at once, each doing the same number of operations.

    Returns all operations over the time of the slowest, and the longest single one in ms.
    """
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for command in commands
    ]
    outputs = [process.communicate() for process in started]
    for process, (_, errors) in zip(started, outputs):
        if process.returncode != 0:
            raise Unavailable(f"status {process.returncode}, {first_line(errors)}")
    slowest = min(reported(out, "ops_per_second", commands[0]) for out, _ in outputs)
    longest = max(reported(out, "longest_ms", commands[0]) for out, _ in outputs)
    return slowest * len(commands), longest


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
