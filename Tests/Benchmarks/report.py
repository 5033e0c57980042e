"""What was measured, what it should have been, and how both are shown."""

import json
from dataclasses import dataclass, field

from measure import Sample, ratio
from subjects import Subjects

MET, MISSED, NOT_MEASURED, NOT_YET = "met", "MISSED", "not measured", "not yet"
# Of the JSON; raised when something in it changes its meaning or goes away.
FORMAT = 2


@dataclass
class Target:
    """`subject` shall be at most (or, with `at_least`, no less than) `bound` × `against`.

    Without `against` the bound is a figure of its own, in the measurement's unit. It is the median
    that counts, or another percentile; 100 is the largest figure of all. A `stretch` is shown, but is
    not one of those that must be met.
    """

    subject: str
    bound: float
    against: str = ""
    at_least: bool = False
    percentile: int = 50
    stretch: bool = False

    def text(self, unit):
        part = {50: "", 100: "longest "}.get(self.percentile, f"p{self.percentile} ")
        sign = part + ("≥" if self.at_least else "≤")
        text = f"{sign} {self.bound:g} " + (f"× {self.against}" if self.against else unit)
        return text + ", stretch" * self.stretch

    def value(self, samples):
        """What to compare with the bound, or None where a side wasn't measured."""
        if self.subject not in samples or (self.against and self.against not in samples):
            return None
        if self.against and self.percentile == 50:
            return ratio(samples[self.subject], samples[self.against])
        own = self._figure(samples[self.subject])
        return own / self._figure(samples[self.against]) if self.against else own

    def _figure(self, sample):
        return sample.median if self.percentile == 50 else sample.percentile(self.percentile)

    def verdict(self, samples):
        value = self.value(samples)
        if value is None:
            return NOT_MEASURED
        met = value >= self.bound if self.at_least else value <= self.bound
        return MET if met else NOT_YET if self.stretch else MISSED


@dataclass
class Measurement:
    """One comparison: subjects measured in the same run, in one unit."""

    case: int
    title: str
    unit: str
    samples: dict[str, Sample]
    limit: str
    targets: list[Target]
    about: Subjects = field(default_factory=Subjects)

    def rows(self):
        """Table rows; a target without a measured subject still gets its line."""
        yield [str(self.case), self.title] + [""] * 7
        missing = [t.subject for t in self.targets if t.subject not in self.samples]
        for label in [*self.samples, *dict.fromkeys(missing)]:
            cells = self._figures(label)
            for target in [t for t in self.targets if t.subject == label] or [None]:
                yield cells + self._judgement(target)
                cells = [""] * 6

    def _figures(self, label):
        durable = self.about.durability.get(label, "")
        if label not in self.samples:
            return ["", f"  {label}", "-", "", durable, ""]
        sample = self.samples[label]
        low, high = sample.spread
        figure = f"{number(sample.median)} {self.unit}"
        over = self._ratio(label)
        shown = "" if over is None else f"{over:.2f}"
        return ["", f"  {label}", figure, f"{number(low)}–{number(high)}", durable, shown]

    def _ratio(self, label):
        """None where a handler started before its enqueue ended, which makes no ratio."""
        if self.limit not in self.samples:
            return None
        own, limit = self.samples[label], self.samples[self.limit]
        return ratio(own, limit) if own.median >= 0 and limit.median > 0 else None

    def _judgement(self, target):
        if target is None:
            return ["", "", ""]
        value = target.value(self.samples)
        shown = "" if value is None else f"{value:.2f}"
        return [target.text(self.unit), shown, target.verdict(self.samples)]

    def as_json(self):
        return {
            "case": self.case,
            "title": self.title.strip(),
            "unit": self.unit,
            "limit": self.limit or None,
            "subjects": {
                label: {
                    "kind": self.about.kinds.get(label),
                    "durability": self.about.durability.get(label),
                    "median": sample.median,
                    "low": sample.spread[0],
                    "high": sample.spread[1],
                    "ratio": self._ratio(label),
                    "runs": sample.runs,
                }
                for label, sample in self.samples.items()
            },
            "targets": [
                {
                    "subject": target.subject,
                    "target": target.text(self.unit),
                    "value": target.value(self.samples),
                    "verdict": target.verdict(self.samples),
                }
                for target in self.targets
            ],
        }


def number(value):
    """Three significant digits below a thousand, whole thousands separated above."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def columns(rows, right):
    """Lines of aligned cells; those of the columns `right` to the right."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if n in right else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, widths))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def table(measurements):
    head = ["case", "what", "median", "p10–p90", "durable", "× limit", "target", "is", "verdict"]
    rows = [head] + [row for measurement in measurements for row in measurement.rows()]
    return columns(rows, right={2, 5, 7})


def verdicts(measurements):
    """{verdict: [where, subject and target, with what it is]} of all targets."""
    found = {MET: [], MISSED: [], NOT_MEASURED: []}
    for measurement in measurements:
        for target in measurement.targets:
            if target.stretch:
                continue
            verdict = target.verdict(measurement.samples)
            value = target.value(measurement.samples)
            text = f"{measurement.case} {measurement.title.strip()}: {target.subject} "
            text += target.text(measurement.unit)
            found[verdict].append(text if value is None else f"{text}, is {value:.2f}")
    return found


def summary(measurements):
    """How many targets there are and how many are met; then each that isn't."""
    found = verdicts(measurements)
    counts = ", ".join(f"{len(texts)} {verdict.lower()}" for verdict, texts in found.items())
    lines = [f"{sum(map(len, found.values()))} targets: {counts}"]
    for verdict in (MISSED, NOT_MEASURED):
        lines += [f"  {verdict.lower()}: {text}" for text in found[verdict]]
    return "\n".join(lines)


def text(machine, measurements, notes):
    """All that is printed."""
    parts = [
        " · ".join(f"{name} {value}" for name, value in machine.items()),
        table(measurements),
        "\n".join(f"note: {note}" for note in notes),
        summary(measurements),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def as_json(machine, measurements, notes):
    """What is in the file for programs; CONTRIBUTING.md says what the members mean."""
    found = verdicts(measurements)
    content = {
        "format": FORMAT,
        "machine": machine,
        "summary": {
            "targets": sum(map(len, found.values())),
            "met": len(found[MET]),
            "missed": found[MISSED],
            "not_measured": found[NOT_MEASURED],
        },
        "measurements": [measurement.as_json() for measurement in measurements],
        "notes": notes,
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
