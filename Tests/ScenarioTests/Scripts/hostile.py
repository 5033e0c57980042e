"""What comes from outside, in every format for people, piped and on a terminal: nothing of it may reach the
terminal as a command, turn text around, or become a formula in a spreadsheet; and no table may wrap."""

import csv
import io
import itertools
import json
import os
import re
import sqlite3
import unicodedata

import stage as stages
from terminal import Terminal, on_terminal

# Bidirectional marks and C1, which even a name of a worker may hold, as text has them.
MARKS = "bidi \u202e\u2066\u061c\u200f\u200e c1 \u009b8m\u0085 end"
# Erase, hide, a link, the clipboard, a title, a device string; controls that move; then the marks.
HOSTILE = (
    "\x1b[2J\x1b[8m hid \x1b]8;;http://evil\x1b\\link\x1b]8;;\x07 \x1b]52;c;aGk=\x07 \x1b]0;title\x07 \x1bPq\x1b\\ "
    "back\b\b\rside\x0b\x0c \x7f\x05 " + MARKS)
RAW = b"raw \x9b8m\xff\xfe \x1b[8m" + HOSTILE.encode() + b"\tand a tab\n"
FORMULAS = ["=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://evil","x")']
# What no terminal may get; a line feed ends our lines.
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
OURS = re.compile(r"\x1b\[(?:0|1|2|31|32|33|34|35|36)m")
FIELDS = " ".join(f"{{{name}}}" for name in (
    "id queue type state worker unique_key idempotency_key error run_at lease_until".split()))


def first_hazard(shown, coloured=False, tabs=False):
    """What must not be there, with what is around it; empty where all is well."""
    try:
        text = shown.decode()
    except UnicodeDecodeError as error:
        return f"no UTF-8: {error}"
    if coloured:
        text = OURS.sub("", text)
    if tabs:
        text = text.replace("\t", " ")
    found = FORBIDDEN.search(text)
    return found and f"{found.group()!r} in {text[max(0, found.start() - 60):found.start() + 20]!r}"


def a_hazard_is_seen(stage):
    for letter in [chr(number) for number in (*range(10), *range(11, 32), *range(127, 160))] + list(MARKS[5:10]):
        stage.check(first_hazard(f"a{letter}b\n".encode(), coloured=True), f"{letter!r} passes")
    for shown in (b"\x9b8m", b"\xff", b"\x1b[8m", b"\x1b[31;5m", b"a\rb", HOSTILE.encode(), RAW):
        stage.check(first_hazard(shown, coloured=True, tabs=True), f"{shown!r} passes")
    stage.check(first_hazard(b"\x1b[31mred\x1b[0m"), "colour passes in a pipe")
    stage.check(not first_hazard(b"\x1b[31mred\x1b[0m\n", coloured=True), "our colour does not pass")


def fill(stage):
    """Whatever a text can be put into holds the hostile one, through the doors that there are."""
    stage.environment["QCTL_ACTOR"] = HOSTILE
    with open(stage.path("raw"), "wb") as file:
        file.write(RAW)
    loud = stage.script("loud", f'cat "{stage.path("raw")}" "{stage.path("raw")}" >&2; exit 1\n')
    every = ["--tag", "note=" + HOSTILE, "--max-attempts", "1"]
    for number, payload in enumerate((HOSTILE, json.dumps({HOSTILE: MARKS}), json.dumps([MARKS], ensure_ascii=False))):
        stage.enqueue("-q", "q", *every, "--payload", payload, "--unique-key", f"{number}{HOSTILE}",
                      "--idempotency-key", f"{number}{HOSTILE}")
    stage.enqueue("-q", "q", *every, "--payload-file", "raw")
    stage.qctl("work", "-q", "q", "--once", "--name", MARKS, "--", loud)
    id, token = stage.qctl("claim", "-q", "q", "--worker", MARKS).split()
    stage.qctl("fail", id, "--token", token, "--error", HOSTILE, "--permanent")
    id, token = stage.qctl("claim", "-q", "q", "--worker", MARKS).split()
    stage.qctl("complete", id, "--token", token, "--result", json.dumps([HOSTILE], ensure_ascii=True))
    stage.qctl("claim", "-q", "q", "--worker", MARKS)
    stage.qctl("cancel", stage.enqueue("-q", "q", *every), "--reason", HOSTILE)
    stage.qctl("cancel", "--state", "active", "-q", "q", "--yes", "--reason", HOSTILE)
    stage.qctl("pause", "q", "--reason", HOSTILE)
    for formula in FORMULAS:
        id = stage.enqueue("-q", "calc", "--unique-key", formula)
        id, token = stage.qctl("claim", "-q", "calc", "--worker", formula.strip() or "w").split()
        stage.qctl("fail", id, "--token", token, "--error", formula, "--permanent")


def spoil(stage):
    """Names that no door of ours lets in, put into the store by hand."""
    stage.enqueue("-q", "spoilt", "-t", "spoilt", "--tag", "note=" + HOSTILE)
    stage.qctl("pause", "spoilt", "--reason", HOSTILE)
    name = HOSTILE.replace("/", "")
    if stage.kind == "dir":
        queues = os.path.join(stage.store, "queues")
        os.rename(os.path.join(queues, "spoilt"), os.path.join(queues, name.replace("\x05", "")[:60]))
        return os.makedirs(os.path.join(stage.store, name[:40]))
    database = sqlite3.connect(stage.store, isolation_level=None)
    database.execute("PRAGMA ignore_check_constraints=ON")
    for table, column in (("qctl_jobs", "type"), ("qctl_jobs", "queue"), ("qctl_queues", "queue"),
                          ("qctl_log", "queue"), ("qctl_log", "event"), ("qctl_log", "level")):
        try:
            where = "queue IS NULL" if table == "qctl_log" and column != "queue" else "queue = 'spoilt'"
            database.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (HOSTILE,))
        except sqlite3.Error:
            pass  # not even SQLite would take it
    database.close()


def looks(stage):
    """Every way to look at a store, in the formats for people; those in which a tab is text come with True."""
    jobs = [job["id"] for job in stage.jobs()]
    dead = [job["id"] for job in stage.jobs("--state", "dead")]
    for words in (
        ["list"], ["list", "--utc"], ["list", "--format", FIELDS], ["list", "--ids"], ["dlq", "list"],
        ["dlq", "list", "--format", FIELDS], ["queues"], ["queues", "--format", "{queue} {pause_reason}"],
        ["stats"], ["stats", "--by", "type"], ["stats", "--plot"], ["metrics"],
        ["tail"], ["tail", "-o", "cat"], ["tail", "-o", "logfmt"], ["tail", "-n", "5", "--utc"], ["capabilities"],
        ["doctor"], ["doctor", "--format", "{check} {message} {remedy}"], ["doctor", "--repair", "--dry-run"],
        ["config", "list"], ["config", "--store", HOSTILE], ["list", "--no-header"], ["list", "--color", "always"],
        ["cancel", "--all", "--confirm", "all", "--dry-run"], ["dlq", "replay", "--all", "--dry-run"],
        ["retry", "--state", "dead", "--dry-run"], ["purge", "--state", "dead,completed", "--dry-run"],
        ["cancel", dead[0], dead[1], "--dry-run"],
        # What is typed comes back in messages.
        [HOSTILE], ["list", HOSTILE], ["list", "--" + HOSTILE], ["list", "-q", HOSTILE], ["list", "--store", HOSTILE],
        ["list", "--format", "{" + HOSTILE + "}"], ["list", "--older-than", HOSTILE], ["list", "--tag", HOSTILE],
        ["show", HOSTILE], ["tail", "--since", HOSTILE], ["enqueue", "--payload-file", HOSTILE], ["config", HOSTILE],
        ["enqueue", "-q", "q", "--unique-key", "0" + HOSTILE, "--idempotency-key", "0" + HOSTILE],
        ["enqueue", "--bulk", "-", HOSTILE], ["backup", HOSTILE + "/x"], ["import", HOSTILE], ["help", HOSTILE],
        ["export", "--output-file", HOSTILE + "/x"], ["migrate", "--from", HOSTILE, "--to", "x"],
        ["renew", jobs[0], "--token", HOSTILE], ["complete", jobs[0], "--token", "0" * 16],
    ):
        yield words, False
    for id in jobs:
        yield ["show", id], True
    yield ["dlq", "show", dead[0]], True
    # A tab stands between a candidate and what it is.
    yield ["__complete", "list", "-q", ""], True
    yield ["__complete", "show", ""], True


def nothing_reaches_the_terminal(stage):
    stage.put_store(stage.path("folder \x1b[8m" + MARKS))
    os.mkdir(os.path.dirname(stage.store))
    fill(stage)
    spoil(stage)
    environment = dict(stage.environment, QCTL_PAGER="", TERM="xterm")
    met = 0
    for words, tabs in looks(stage):
        told = words[:3]
        shown = stage.qctl(*words, status=None, input="").encode() + stage.said.encode()
        found = first_hazard(shown, coloured="--color" in words, tabs=tabs)
        stage.check(not found, f"{told} in a pipe: {found}")
        met += shown.count(b"\\x1b[") + shown.count(b"\\u{202e}")
        shown, status = on_terminal("qctl", *words, columns=200, environment=environment, folder=stage.folder)
        found = first_hazard(shown, coloured=True, tabs=tabs)
        stage.check(not found and status >= 0, f"{told} on a terminal, status {status}: {found}")
        stage.check(shown, f"{told} showed nothing")
    stage.check(met > 100, f"only {met} escapes were met, so little was tried")
    questions(stage, environment)
    work(stage, environment)


def questions(stage, environment):
    """What is asked before something is done shows a sample of the jobs."""
    for words in (["cancel", "-q", "q"], ["dlq", "replay", "--all"], ["purge", "--state", "dead"]):
        terminal = Terminal("qctl", *words, columns=120, environment=environment, folder=stage.folder)
        asked = terminal.until(lambda: b"?" in terminal.shown or b"qctl:" in terminal.shown)
        terminal.type(b"n\n")
        shown, status = terminal.end()
        found = first_hazard(shown, coloured=True)
        stage.check(asked and not found, f"{words} asks, status {status}: {found}")


def work(stage, environment):
    """A worker tells of each job on standard error."""
    loud = stage.path("loud")
    stage.qctl("enqueue", "-q", "more", "--max-attempts", "1")
    shown, _ = on_terminal(
        "qctl", "work", "-q", "more", "--until-empty", "--", loud, environment=environment, folder=stage.folder)
    found = first_hazard(shown, coloured=True)
    stage.check(b"raw" in shown or b"tab" in shown, f"the worker says nothing: {shown!r}")
    stage.check(not found, f"work: {found}")


def json_is_exact_and_harmless(stage):
    fill(stage)
    lines = [line for words in (["list"], ["dlq", "list"], ["queues"], ["tail"], ["doctor"], ["config"])
             for line in stage.qctl(*words, "--json", status=None).splitlines()]
    lines += [stage.qctl("show", "--json", job["id"]).rstrip("\n") for job in stage.jobs()]
    lines += stage.qctl("export").splitlines()
    for line in lines:
        found = first_hazard(line.encode())
        stage.check(not found, f"JSON: {found}")
    told = json.dumps([json.loads(line) for line in lines])
    stage.check(told.count(json.dumps(HOSTILE)) > 20, "the hostile text does not come back as it was")


def rows_of(stage, *words):
    """A table as a spreadsheet reads it: RFC 4180, cells with line ends and all."""
    return list(csv.reader(io.StringIO(stage.qctl(*words, "-o", "csv"), newline="")))


def csv_is_exact_unless_it_shall_be_safe(stage):
    fill(stage)
    cells = {cell for row in rows_of(stage, "dlq", "list") for cell in row}
    # Python's text mode turns the line ends of a pipe; the formulas with them come back changed.
    for wanted in [formula for formula in FORMULAS if "\r" not in formula]:
        stage.check(wanted in cells, f"{wanted!r} is not in CSV as it was")
    for words in (["list"], ["dlq", "list"], ["queues"], ["doctor"], ["config"], ["capabilities"], ["stats"]):
        for cell in itertools.chain(*rows_of(stage, *words, "--csv-safe")):
            stage.check(not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")), f"{words}: a formula: {cell!r}")
    safe = {cell for row in rows_of(stage, "dlq", "list", "--csv-safe") for cell in row}
    for formula in [formula for formula in FORMULAS if "\r" not in formula]:
        stage.check("'" + formula in safe, f"{formula!r} was not made harmless")
    environment = dict(stage.environment, QCTL_PAGER="")
    for words in (["list"], ["queues"], ["list", "--csv-safe"]):
        shown, _ = on_terminal("qctl", *words, "-o", "csv", environment=environment, folder=stage.folder)
        found = first_hazard(shown.replace(b"\r\n", b"\n"))
        stage.check(shown and not found, f"CSV on a terminal: {found}")


def width(line):
    """The columns that a line takes."""
    return sum(0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
               for letter in line)


def no_table_wraps(stage):
    long, wide = "a-long-name-of-a-queue" + "x" * 42, "接続が拒否されました e\u0301 한국어 🙂 " * 20
    for queue, error in (("q", wide), (long, "refused " * 60), ("q", "short")):
        stage.enqueue("-q", queue, "-t", "a.long.type.of.job" + "y" * 30)
        id, token = stage.qctl("claim", "-q", queue).split()
        stage.qctl("fail", id, "--token", token, "--error", error, "--permanent")
    stage.enqueue("-q", long, "--delay", "1h")
    stage.qctl("pause", long, "--reason", wide)
    environment = dict(stage.environment, QCTL_PAGER="", TERM="xterm")
    for words in (["list"], ["dlq", "list"], ["queues"], ["stats"], ["stats", "--by", "type"],
                  ["capabilities"], ["doctor"], ["config", "list"], ["dlq", "replay", "--all", "--dry-run"]):
        piped = stage.qctl(*words, status=None)
        for columns in (1, 20, 40, 80, 200):
            shown, _ = on_terminal("qctl", *words, columns=columns, environment=environment, folder=stage.folder)
            lines = OURS.sub("", shown.decode()).splitlines()
            # Notes on standard error are sentences, which may wrap.
            widest = max(width(line) for line in lines if not line.startswith("qctl: "))
            stage.check(0 < widest <= columns, f"{words}: {widest} columns on a terminal of {columns}")
            if words == ["dlq", "list"] and columns == 200:
                stage.check(widest > 190, f"only {widest} of 200 columns are used")
        if words[0] in ("list", "dlq", "queues") and words[-1] != "--dry-run":
            stage.check(long in piped and wide.strip() in piped, f"{words}: cut in a pipe")


stages.run(
    a_hazard_is_seen, nothing_reaches_the_terminal, json_is_exact_and_harmless, csv_is_exact_unless_it_shall_be_safe, no_table_wraps)
