"""The table of instruction counts: read, written, and held against what was counted."""

from report import columns

TOLERANCE = 2.0
HEAD = "# Instructions of the hot paths, counted by callgrind; `make check-perf UPDATE=1` writes them.\n"
TOOLCHAIN = "# toolchain: "


def read_table(text):
    """The toolchain, and {path: (instructions, tolerance in per cent)}."""
    toolchain, recorded = "", {}
    for line in text.splitlines():
        if line.startswith(TOOLCHAIN):
            toolchain = line[len(TOOLCHAIN) :]
        elif line and not line.startswith("#"):
            path, count, tolerance = line.split("\t")
            recorded[path] = (int(count), float(tolerance))
    return toolchain, recorded


def write_table(toolchain, counted, tolerances):
    """The text of the file; a path that had a tolerance of its own keeps it."""
    lines = [HEAD + TOOLCHAIN + toolchain, "# path\tinstructions\ttolerance in per cent"]
    for path, count in counted.items():
        lines.append(f"{path}\t{count}\t{tolerances.get(path, TOLERANCE):g}")
    return "\n".join(lines) + "\n"


def judge(recorded, counted):
    """Lines of a table, and the paths whose count is not the recorded one any more."""
    rows, broken = [["path", "recorded", "counted", "ratio", ""]], []
    for path in [*recorded, *(path for path in counted if path not in recorded)]:
        was, tolerance = recorded.get(path, (None, TOLERANCE))
        now = counted.get(path)
        verdict = _verdict(was, now, tolerance)
        if verdict:
            broken.append(path)
        ratio = f"{now / was:.3f}" if was and now else ""
        rows.append([path, _shown(was), _shown(now), ratio, verdict])
    return columns(rows, right={1, 2, 3}).splitlines(), broken


def _verdict(was, now, tolerance):
    if was is None:
        return "not recorded"
    if now is None:
        return "not counted"
    if abs(now / was - 1) * 100 <= tolerance:
        return ""
    return "MORE than recorded" if now > was else "fewer than recorded: record the gain"


def _shown(count):
    return "-" if count is None else f"{count:,}"
