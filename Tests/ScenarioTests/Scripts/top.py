"""qctl top on a real terminal: what it shows, its keys, its sizes, and how it ends."""

import fcntl
import os
import re
import signal
import struct
import termios

import stage as stages
from terminal import Terminal

MOVE = re.compile(rb"\x1b\[(\d+);1H")
STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Screen:
    """What a terminal shows that only gets whole lines at the beginning of a row."""

    def __init__(self, stage, *words, columns=130, rows=20, **variables):
        environment = dict(stage.environment, TERM="xterm", NO_COLOR="1", **variables)
        self.stage = stage
        self.terminal = Terminal("qctl", "top", "-i", "300ms", *words, columns=columns, rows=rows,
                                 environment=environment, folder=stage.folder)

    @property
    def raw(self):
        return self.terminal.shown.rpartition(b"\x1b[?1049h")[2]

    def lines(self):
        """The latest page, line by line; empty where the screen is somebody else's."""
        if b"\x1b[?1049l" in self.raw:
            return []
        rows = {}
        parts = MOVE.split(self.raw)[1:]
        for row, text in zip(parts[::2], parts[1::2]):
            if int(row) == 1:
                rows = {}
            rows[int(row)] = text.decode(errors="replace")
        return [STYLE.sub("", rows.get(row, "")) for row in range(1, max(rows, default=0) + 1)]

    def marked(self):
        parts = [part.split(b"\x1b[0m")[0] for part in self.raw.split(b"\x1b[7m")[1:]]
        return parts[-1].decode() if parts else ""

    def until(self, what, condition):
        if not self.terminal.until(condition):
            self.stage.check(False, f"never: {what}; shown: {self.lines()} {self.terminal.shown[-300:]!r}")
            raise stages.Failed

    def shows(self, text):
        self.until(text, lambda: any(text in line for line in self.lines()))

    def type(self, keys):
        self.terminal.type(keys)

    def resize(self, columns, rows):
        fcntl.ioctl(self.terminal.ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def end(self, status=0):
        shown, found = self.terminal.end()
        self.stage.equal("the status of top", found, status)
        self.stage.check(shown.rstrip().endswith(b"\x1b[?1049l") or b"\x1b[?25h" in shown[-200:], "the screen is not given back")


def fill(stage):
    for queue, count in (("alpha", 1), ("beta", 3), ("gamma", 2)):
        stage.enqueue_all([{"queue": queue, "type": "t-" + queue}] * count)
    stage.qctl("claim", "-q", "gamma")
    id = stage.enqueue("-q", "beta", "--max-attempts", "1", "--priority", "0")
    _, token = stage.qctl("claim", "-q", "beta").split()
    stage.qctl("fail", id, "--token", token, "--error", "no \x1b[31mroute", "--permanent")


def queues_are_shown_and_kept_up_to_date(stage):
    fill(stage)
    screen = Screen(stage)
    for text in ("QUEUE", "alpha", "beta", "gamma", "5 ready", "1 dead", "q quit"):
        screen.shows(text)
    stage.enqueue("-q", "delta")
    screen.shows("delta")
    screen.until("six are ready", lambda: "6 ready" in screen.lines()[0])
    screen.type(b"q")
    screen.end()


def keys_move_sort_and_filter(stage):
    fill(stage)
    screen = Screen(stage)
    screen.until("alpha is marked", lambda: screen.marked().startswith("alpha"))
    screen.type(b"j")
    screen.until("beta is marked", lambda: screen.marked().startswith("beta"))
    screen.type(b"\x1b[B")
    screen.until("gamma is marked", lambda: screen.marked().startswith("gamma"))
    screen.type(b"s")
    names = lambda: [line.split()[0] for line in screen.lines()[3:-1] if line.strip()]
    screen.until("the longest first", lambda: names() == ["beta", "alpha", "gamma"])
    stage.check(screen.marked().startswith("gamma"), "the mark did not stay on its queue")
    screen.type(b"S")
    screen.until("the shortest first", lambda: names() == ["gamma", "alpha", "beta"])
    screen.type(b"/alp\r")
    screen.until("one is left", lambda: names() == ["alpha"])
    screen.type(b"\x1b")
    screen.until("all are back", lambda: len(names()) == 3)
    screen.type(b"\x03")
    screen.end()


def a_queue_and_a_job_can_be_opened(stage):
    fill(stage)
    screen = Screen(stage, "beta")
    screen.shows("beta")
    screen.type(b"\r")
    screen.shows("newest jobs")
    screen.shows("no \\x1b[31mroute")
    screen.type(b"\r")
    screen.until("the job's page", lambda: b"Enter goes back" in screen.terminal.shown)
    stage.check(b"no \\x1b[31mroute" in screen.terminal.shown and b"Priority" in screen.terminal.shown, "no page of the job")
    stage.check(b"\x1b[31mroute" not in screen.terminal.shown, "a job's text came to the terminal as it is")
    screen.type(b"\n")
    screen.shows("newest jobs")
    screen.type(b"\x1b")
    screen.shows("QUEUE")
    screen.type(b"q")
    screen.end()


def what_changes_something_asks_as_ever(stage):
    fill(stage)
    screen = Screen(stage, "beta")
    screen.shows("beta")
    screen.type(b"p")
    screen.until("paused", lambda: b"Enter goes back" in screen.terminal.shown)
    screen.type(b"\n")
    screen.until("shown as paused", lambda: any("beta" in line and "yes" in line for line in screen.lines()))
    for number, (answer, dead) in enumerate(((b"n\n", 1), (b"y\n", 0)), 1):
        screen.type(b"r")
        said = lambda: (screen.terminal.shown.split(b"$ qctl dlq replay -q beta") + [b"", b""])[number]
        screen.until("the question", lambda: b"?" in said())
        screen.type(answer)
        screen.until("it is over", lambda: b"Enter goes back" in said())
        stage.equal(f"dead after {answer}", len(stage.jobs("--state", "dead")), dead)
        screen.type(b"\n")
        screen.shows(f"{dead} dead")
    screen.type(b"p")
    screen.until("resumed", lambda: b"qctl resume beta" in screen.terminal.shown and b"Enter goes back" in screen.terminal.shown.rpartition(b"resume beta")[2])
    screen.type(b"\n")
    screen.shows("QUEUE")
    screen.type(b"q")
    screen.end()
    stage.check(not json_paused(stage), "beta is still paused")


def json_paused(stage):
    return '"paused":true' in stage.qctl("queues", "beta", "--json")


def any_size_will_do(stage):
    fill(stage)
    stage.enqueue("-q", "a-queue-with-a-long-name" + "x" * 30)
    screen = Screen(stage)
    screen.shows("gamma")
    for columns, rows in ((200, 50), (40, 10), (20, 5), (1, 1), (80, 3), (100, 24)):
        screen.resize(columns, rows)
        screen.until(f"{columns}×{rows}", lambda: len(screen.lines()) == rows)
        widest = max(len(line) for line in screen.lines())
        stage.check(widest <= columns, f"{widest} columns on a window of {columns}")
    screen.type(b"q")
    screen.end()


def whoever_ends_it_gets_the_terminal_back(stage):
    fill(stage)
    for number in (signal.SIGTERM, signal.SIGHUP):
        screen = Screen(stage)
        screen.shows("beta")
        os.kill(screen.terminal.process.pid, number)
        screen.end()


def elsewhere_it_prints_once(stage):
    fill(stage)
    stage.equal("head", stage.qctl("top").split()[0], "QUEUE")
    stage.equal("rows", len(stage.qctl("top").splitlines()), 4)
    stage.equal("as stats", stage.qctl("top", "alpha").split()[:12], stage.qctl("stats", "alpha").split()[:12])
    stage.qctl("top", "nowhere", status=1)


def the_screen(stage):
    """Prints two pages as they are."""
    fill(stage)
    screen = Screen(stage, columns=200, rows=8)
    screen.shows("gamma")
    screen.type(b"j")
    screen.until("beta is marked", lambda: screen.marked().startswith("beta") and len(screen.lines()) == 8)
    print("\n".join(line.rstrip() or "." for line in screen.lines()))
    screen.type(b"\r")
    screen.until("its jobs", lambda: "newest jobs" in screen.lines()[0] and "t-beta" in screen.lines()[-2])
    print("\n".join(line.rstrip() or "." for line in screen.lines()))
    screen.type(b"q")
    screen.end()


stages.run(
    queues_are_shown_and_kept_up_to_date, keys_move_sort_and_filter, a_queue_and_a_job_can_be_opened,
    what_changes_something_asks_as_ever, any_size_will_do, whoever_ends_it_gets_the_terminal_back,
    elsewhere_it_prints_once, others=[the_screen])
