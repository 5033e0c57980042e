"""What was measured, what it should have been, and how both are shown."""

import json
from dataclasses import dataclass, field

from measure import Sample


@dataclass
class Target:
    """`subject` shall be at most (or, with `at_least`, no less than) `bound` × `against`.

    Without `against` the bound is a figure of its own, in the measurement's unit. It is the median
    that counts, or another percentile; 100 is the largest figure of all.
    """

    subject: str
    bound: float
    against: str = ""
    at_least: bool = False
    percentile: int = 50

    def text(self, unit):
        part = {50: "", 100: "longest "}.get(self.percentile, f"p{self.percentile} ")
        sign = part + ("≥" if self.at_least else "≤")
        return f"{sign} {self.bound:g} " + (f"× {self.against}" if self.against else unit)

    def value(self, samples):
        """What to compare with the bound, or None where a side wasn't measured."""
        if self.subject not in samples or (self.against and self.against not in samples):
            return None
        own = self._figure(samples[self.subject])
        return own / self._figure(samples[self.against]) if self.against else own

    def _figure(self, sample):
        return sample.median if self.percentile == 50 else sample.percentile(self.percentile)

    def verdict(self, samples):
        value = self.value(samples)
        if value is None:
            return "not measured"
        met = value >= self.bound if self.at_least else value <= self.bound
        return "met" if met else "MISSED"


@dataclass
class Measurement:
    """One comparison: subjects measured in the same run, in one unit."""

    case: int
    title: str
    unit: str
    samples: dict[str, Sample]
    limit: str = ""
    targets: list[Target] = field(default_factory=list)

    def rows(self):
        """Table rows; a target without a measured subject still gets its line."""
        yield [str(self.case), self.title, "", "", "", "", "", ""]
        missing = [t.subject for t in self.targets if t.subject not in self.samples]
        for label in [*self.samples, *dict.fromkeys(missing)]:
            cells = self._figures(label)
            for target in [t for t in self.targets if t.subject == label] or [None]:
                yield cells + self._judgement(target)
                cells = ["", "", "", "", ""]

    def _figures(self, label):
        if label not in self.samples:
            return ["", f"  {label}", "-", "", ""]
        sample = self.samples[label]
        low, high = sample.spread
        figure = f"{number(sample.median)} {self.unit}"
        ratio = ""
        if self.limit in self.samples:
            ratio = f"{sample.median / self.samples[self.limit].median:.2f}"
        return ["", f"  {label}", figure, f"{number(low)}–{number(high)}", ratio]

    def _judgement(self, target):
        if target is None:
            return ["", "", ""]
        value = target.value(self.samples)
        shown = "" if value is None else f"{value:.2f}"
        return [target.text(self.unit), shown, target.verdict(self.samples)]

    def as_json(self):
        return {
            "case": self.case,
            "title": self.title,
            "unit": self.unit,
            "limit": self.limit or None,
            "subjects": {
                label: {
                    "median": sample.median,
                    "low": sample.spread[0],
                    "high": sample.spread[1],
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


def table(measurements):
    head = ["case", "what", "median", "p10–p90", "× limit", "target", "is", "verdict"]
    rows = [head] + [row for measurement in measurements for row in measurement.rows()]
    widths = [max(len(row[n]) for row in rows) for n in range(len(head))]
    right = {2, 4, 6}
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if n in right else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, widths))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def write_json(path, machine, measurements, notes):
    content = {
        "machine": machine,
        "measurements": [measurement.as_json() for measurement in measurements],
        "notes": notes,
    }
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
