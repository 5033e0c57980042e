"""Two builds measured in pairs, and what can be said of their difference."""

import math
import statistics

from report import columns, number

# Where more is better; times, sizes and shares of a processor are better the smaller they are.
RATES = ("/s",)
# How often two equal builds may be called different.
DOUBT = 0.05


class Ratios:
    """The figures of one subject, a pair for each pass."""

    def __init__(self):
        self.here, self.base, self.unit = [], [], ""

    def add(self, here, base, unit):
        """Adds a pair; a handler may start before its enqueue ends, which makes no ratio."""
        if here > 0 and base > 0:
            self.here.append(here)
            self.base.append(base)
            self.unit = unit

    @property
    def ratios(self):
        return [here / base for here, base in zip(self.here, self.base)]

    @property
    def quartiles(self):
        """Lower quartile, median, upper quartile of the ratios new / base."""
        if len(self.ratios) < 2:
            return (self.ratios or [1.0]) * 3
        return statistics.quantiles(self.ratios, n=4, method="inclusive")

    @property
    def verdict(self):
        if chance(len(self.ratios), 0) > DOUBT:
            return "too few passes to tell"
        if chance(len(self.ratios), self.wins) > DOUBT:
            return "no difference"
        return "better" if 2 * self.wins > len(self.ratios) else "worse"

    @property
    def wins(self):
        """In how many pairs the new build was ahead."""
        return sum((ratio > 1) == (self.unit in RATES) and ratio != 1 for ratio in self.ratios)


def chance(pairs, wins):
    """How likely pairs of equals are to be so uneven, either way: the sign test."""
    fewer = min(wins, pairs - wins)
    return min(2 * sum(math.comb(pairs, n) for n in range(fewer + 1)) / 2**pairs, 1)


def comparison(found, base):
    """A table of {(case, title, subject): Ratios}, and in how many it is better or worse."""
    head = ["case", "what", "qctl", f"at {base}", "new/base", "quartiles", "ahead", "verdict"]
    rows, seen = [head], None
    for key in sorted(found, key=lambda key: key[0]):
        case, title, label = key
        if (case, title) != seen:
            rows.append([str(case), title] + [""] * 6)
            seen = (case, title)
        rows.append(_row(label, found[key]))
    verdicts = [ratios.verdict for ratios in found.values()]
    counts = ", ".join(f"{verdicts.count(word)} {word}" for word in ("better", "worse"))
    return columns(rows, right={2, 3, 4, 6}) + f"\n\n{len(verdicts)} compared: {counts}\n"


def _row(label, ratios):
    low, middle, high = ratios.quartiles
    figures = [
        f"{number(statistics.median(runs))} {ratios.unit}" for runs in (ratios.here, ratios.base)]
    return [
        "", f"  {label}", *figures, f"{middle:.3f}", f"{low:.3f}–{high:.3f}",
        f"{ratios.wins} of {len(ratios.ratios)}", ratios.verdict]
