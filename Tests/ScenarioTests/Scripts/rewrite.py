"""Writes what the program prints now into transcripts, where it differs from what they say.

    python3 rewrite.py QCTL TRANSCRIPT...

For whoever changed an output on purpose, or adds a command to a transcript: type the `$ ` lines, let
this write the rest, and read every line of the difference, since from then on it is the promise.
What still matches stays as it was typed, placeholders included. In what is new, ids and tokens that
an earlier line named get that name; other ids, times, tokens and paths become placeholders. What
else varies, as ages do, must be replaced by hand.
"""

import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile

FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STORES = {"sqlite": "{work}/queue.db", "dir": "dir:{work}/queue"}
ID = "[0-9a-hjkmnp-tv-z]{13}"
UTC = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
KINDS = {
    "id": ID, "utc": UTC, "token": "[0-9a-f]{16}", "pid": "[0-9]+", "number": "[0-9]+",
    "version": "[0-9][0-9.]*", "path": "/[^ :;,'\"]*", "store": "(sqlite:|dir:)?/[^ :;,'\"]*",
    "any": ".*",
    "time": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)? ?(Z|[+-][\d:]{5})",
    "age": r"(now|(in )?[0-9][0-9mshdw.]*[mshdw]( ago)?)",
}
PLACE = re.compile("<(%s)(?::([^<>]*))?>" % "|".join(KINDS))


class Step:
    def __init__(self, command):
        self.lines = [command]  # as typed, continuations included
        self.expected = []  # (store or None, line)

    def command(self):
        return "\n".join(line[2:] for line in self.lines)


def parse(text):
    """The head and the steps; comments and blank lines stay where they are, as strings."""
    items, stores, step = [], [], None
    for line in text.split("\n"):
        if line.startswith("# stores: "):
            stores = line[10:].split()
        if line.startswith("$ "):
            step = Step(line)
            items.append(step)
        elif step and not step.expected and (line == ">" or line.startswith("> ")):
            step.lines.append(line)
        elif line == "#" or line.startswith("# ") or step is None:
            items.append(line)
        else:
            marked = re.match(r"\[(sqlite|dir)\] ?(.*)", line)
            step.expected.append((marked[1], marked[2]) if marked else (None, line))
    return items, stores or [None]


def pattern(line, names):
    """The regular expression of an expected line, and the names that it would give."""
    parts, new, at = [], [], 0
    for place in PLACE.finditer(line):
        parts.append(plain(line[at:place.start()]))
        kind, name = place[1], place[2]
        key = "%s:%s" % (kind, name)
        if name is not None and key in names:
            parts.append(re.escape(names[key]))
        elif name is not None and key in [n for n, _ in new]:
            parts.append("(?P=%s)" % dict(new)[key])
        elif name is not None:
            group = "g%d" % len(new)
            new.append((key, group))
            parts.append("(?P<%s>%s)" % (group, KINDS[kind]))
        else:
            parts.append("(?:%s)" % KINDS[kind])
        at = place.end()
    parts.append(plain(line[at:]))
    return "".join(parts), new


def plain(text):
    return re.sub(r"(\\ ){2,}", " {2,}", re.escape(text))


def match(expected, lines, names):
    """The names after matching, or None."""
    if not expected:
        return names if not lines else None
    if expected[0] == "...":
        for skipped in range(len(lines) + 1):
            found = match(expected[1:], lines[skipped:], names)
            if found is not None:
                return found
        return None
    if not lines:
        return None
    text, new = pattern(expected[0], names)
    found = re.fullmatch(text, lines[0])
    if not found:
        return None
    return match(expected[1:], lines[1:], {**names, **{key: found[g] for key, g in new}})


def normal(line, names):
    """A printed line with placeholders for what varies."""
    line = re.sub("(sqlite:|dir:)?/tmp/[^ :;,'\"]*/queue(.db)?(?![^ :;,'\"])", "<store>", line)
    line = re.sub("/tmp/[^ :;,'\"]*", "<path>", line)
    for key, value in names.items():
        if key.startswith(("id:", "token:")):
            line = line.replace(value, "<%s>" % key)
    line = re.sub("(?<![0-9a-z<:])%s(?![0-9a-z])" % ID, "<id>", line)
    line = re.sub(UTC, lambda m: fixed(m[0], "<utc>"), line)
    line = re.sub(KINDS["time"].replace("Z|", ""), lambda m: fixed(m[0], "<time>"), line)
    line = re.sub("(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])", "<token>", line)
    line = re.sub('((?:duration|age)_ms"?[:=])[0-9]+', r"\1<number>", line)
    line = re.sub(r"(?<=(?: in|for) )[0-9]+m?s[0-9ms]*|(?<=Took {11})[0-9]+m?s[0-9ms]*", "<age>", line)
    line = re.sub("[0-9]+(?= MiB)", "<number>", line)
    line = re.sub('(?<="sha256":")[0-9a-f]{64}', "<any>", line)
    return line


def fixed(time, place):
    """Only moments far away are the same each time."""
    return time if time.startswith("203") else place


class Session:
    def __init__(self, program, store):
        self.scratch = tempfile.mkdtemp()
        for name in ["work", "home", "bin", "run"]:
            os.mkdir(self.path(name), 0o700)
        os.symlink(os.path.realpath(program), self.path("bin/qctl"))
        home = self.path("home")
        self.environment = {
            "HOME": home, "XDG_CONFIG_HOME": home + "/.config",
            "XDG_DATA_HOME": home + "/.local/share", "XDG_STATE_HOME": home + "/.local/state",
            "XDG_CACHE_HOME": home + "/.cache", "XDG_RUNTIME_DIR": self.path("run"),
            "XDG_CONFIG_DIRS": self.path("etc/xdg"), "TMPDIR": self.scratch, "TZ": "UTC",
            "PATH": self.path("bin") + ":" + os.environ["PATH"],
            "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "QCTL_ACTOR": "tester",
            "QCTL_STORE": STORES[store or "sqlite"].format(work=self.path("work")),
            "QCTL_PROGRAM": os.path.realpath(program), "SCRIPTS": FOLDER + "/Scripts",
            "SCENARIO_STATE": self.path("state"), "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.store, self.names = store, {}

    def path(self, name):
        return os.path.join(self.scratch, name)

    def run(self, step):
        """The expected lines of this store after running a step: as they were, or new."""
        command = step.command()
        for key, value in self.names.items():
            command = command.replace("<%s>" % key, value)
        done = subprocess.run(
            ["sh", FOLDER + "/session.sh", self.path("work"), command], env=self.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        lines = done.stdout.decode(errors="replace").split("\n")
        while lines and not lines[-1]:
            lines.pop()
        if done.returncode:
            lines.append("[exit %d]" % done.returncode)
        expected = [line for mark, line in step.expected if mark in (None, self.store)]
        while expected and not expected[-1]:
            expected.pop()
        found = match(expected, lines, self.names)
        if found is None:
            old, expected = expected, []
            for line in lines:
                named = "golden-jobs.sh" in command and re.sub("^(.*) %s$" % ID, r"\1 <id:\1>", line)
                expected.append(self.kept(line, old) or named or normal(line, self.names))
                names = match(expected[-1:], [line], self.names)
                if names:
                    self.names = names
        else:
            self.names = found
        return expected


    def kept(self, line, old):
        """The first of the old lines that still says what is printed; those before it are gone."""
        for index, pattern in enumerate(old):
            if pattern != "..." and match([pattern], [line], self.names) is not None:
                del old[: index + 1]
                return pattern
        return None


def joined(outputs):
    """The lines of all stores as one list, marked where they differ."""
    stores = list(outputs)
    if len(stores) == 1:
        return [line for line in outputs[stores[0]]]
    first, second = (outputs[store] for store in stores)
    lines = []
    # How wide a gap is does not matter where outputs are compared.
    even = [[re.sub("  +", "  ", line) for line in output] for output in (first, second)]
    for tag, a, b, c, d in difflib.SequenceMatcher(None, *even, False).get_opcodes():
        if tag == "equal":
            lines += first[a:b]
        else:
            lines += ["[%s] %s" % (stores[0], line) for line in first[a:b]]
            lines += ["[%s] %s" % (stores[1], line) for line in second[c:d]]
    return [line.rstrip() if re.fullmatch(r"\[\w+\] ", line) else line for line in lines]


def record(program, path):
    with open(path) as file:
        items, stores = parse(file.read())
    sessions = [Session(program, store) for store in stores]
    lines = []
    for item in items:
        if not isinstance(item, Step):
            lines.append(item)
            continue
        blank = 0
        while item.expected and item.expected[-1] == (None, ""):
            item.expected.pop()
            blank += 1
        lines += item.lines
        printed = {session.store: session.run(item) for session in sessions}
        if any(line.startswith("# ") for output in printed.values() for line in output):
            sys.exit("%s: a line of output that would be a comment: %s" % (path, item.lines[0]))
        lines += joined(printed)
        lines += [""] * blank
    for session in sessions:
        shutil.rmtree(session.scratch)
    with open(path, "w") as file:
        file.write("\n".join(lines).rstrip("\n") + "\n")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    for path in sys.argv[2:]:
        record(sys.argv[1], path)
