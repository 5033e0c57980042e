"""Reads logs as they grow, and as they are rotated.

    tailed.py rotate     a file under logrotate, by create and by copytruncate: no line is lost
    tailed.py flood      100,000 records piped to head: it ends quietly
    tailed.py latency    the time from a job's end to the line on the screen; nothing is judged but that
                         each record came
    tailed.py terminal   follows on a real terminal, through a change of its size, until Ctrl-C; prints the
                         screen
"""

import fcntl
import json
import os
import signal
import struct
import subprocess
import sys
import termios
import threading
import time

from stage import DEADLINE, STORES, Failed, Stage
from terminal import Terminal

LINES = 20_000


class Follower:
    """A `tail -f` whose lines are taken in with their times."""

    def __init__(self, stage, *words):
        self.process = stage.start("qctl", "tail", "-f", *words, stdout=subprocess.PIPE, text=True)
        self.lines, self.changed = [], threading.Condition()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append((time.monotonic(), line.rstrip("\n")))
                self.changed.notify_all()

    def wait_for(self, count):
        with self.changed:
            return self.changed.wait_for(lambda: len(self.lines) >= count, DEADLINE)

    def end(self):
        self.process.terminate()
        self.process.wait(DEADLINE)
        return [line for _, line in self.lines]


def rotate(stage, way):
    """Writes numbered lines while logrotate turns the file; the writer opens it anew each time it is
    told to, as a daemon does at SIGHUP."""
    log, rules, state = stage.path("app.log"), stage.path("rules"), stage.path("state")
    with open(rules, "w") as file:
        file.write(f"{log} {{\n rotate 100\n size 1\n {way}\n}}\n")
    os.chmod(rules, 0o644)
    open(log, "a").close()
    follower = Follower(stage, "--file", log, "-o", "cat", "-n", "all")
    writer = open(log, "a")
    turned = 0
    for number in range(LINES):
        writer.write(f'{{"event":"line","number":{number}}}\n')
        if number == 0:
            # It must have opened the file before that is turned for the first time.
            writer.flush()
            if not follower.wait_for(1):
                break
        if number % 500 != 499:
            continue
        writer.flush()
        # Whoever copies and truncates loses what comes between, unless the writer waits. And a file that
        # had its name only between two looks of the reader was never there for it.
        is_turn = way == "copytruncate" or number % 1000 == 999
        if is_turn and not follower.wait_for(number + 1):
            break
        subprocess.run(["/usr/sbin/logrotate", "-f", "-s", state, rules], check=True)
        turned += 1
        if way != "copytruncate" and number % 1000 == 999:
            # Until it is told, a daemon writes on to the old file.
            writer.close()
            writer = open(log, "a")
    writer.close()
    follower.wait_for(LINES)
    lines = follower.end()
    # What comes late in an old file may come behind what is new.
    wanted = [f"line number={number}" for number in range(LINES)]
    stage.equal(f"how many lines came through {way}", len(lines), LINES)
    missing = set(wanted) - set(lines)
    stage.check(not missing, f"{len(missing)} lines were lost through {way}: {sorted(missing)[:3]}")
    print(f"{way}: {LINES} lines through {turned} rotations")


def flood(stage):
    stage.enqueue_all({"type": "t", "queue": "q", "payload": n} for n in range(5000))
    stage.qctl("purge", "-q", "q", "--confirm", "q", "--yes", "--quiet")
    for words in (["tail", "--json"], ["tail", "-o", "cat"]):
        done = subprocess.run(
            f"(for i in $(seq 20); do qctl {' '.join(words)} || exit; done; :) | head -n 3 | wc -l; echo ${{PIPESTATUS[0]}}",
            shell=True, executable="/bin/bash", env=stage.environment, capture_output=True, text=True, timeout=DEADLINE)
        stage.equal(f"{words} to head", (done.stdout.split()[0], done.stderr), ("3", ""))
    log = stage.path("big.log")
    with open(log, "w") as file:
        file.writelines(f'{{"event":"line","number":{number}}}\n' for number in range(100_000))
    done = subprocess.run(
        f"qctl tail --file {log} | head -n 2; echo ${{PIPESTATUS[0]}}", shell=True, executable="/bin/bash",
        env=stage.environment, capture_output=True, text=True, timeout=DEADLINE)
    stage.equal("a file to head", (done.stdout.split("\n")[2] in ("0", "141"), done.stderr), (True, ""))


def latency(stage, count=200):
    follower = Follower(stage, "-n", "0", "--event", "completed", "--json")
    taken = []
    stage.enqueue_all({"type": "t", "queue": "q"} for _ in range(count))
    for number in range(count):
        claimed = json.loads(stage.qctl("claim", "-q", "q", "--json"))
        stage.qctl("complete", claimed["id"], "--token", claimed["token"], "--quiet")
        done = time.monotonic()
        if not follower.wait_for(number + 1):
            stage.check(False, "a record did not come")
        taken.append(max(follower.lines[number][0] - done, 0) * 1000)
    ticks = os.sysconf("SC_CLK_TCK")
    follower.end()
    taken.sort()
    print(f"{stage.kind}: p50 {taken[count // 2]:.1f} ms, p99 {taken[count * 99 // 100]:.1f} ms")


def terminal(stage):
    def end_one(type, *words):
        job = stage.enqueue("-q", "mail", "-t", type)
        claimed = json.loads(stage.qctl("claim", "-q", "mail", "--json"))
        stage.equal("the job that was claimed", claimed["id"], job)
        stage.qctl(*words[:1], job, "--token", claimed["token"], "--quiet", *words[1:])

    for number in range(3):
        end_one(f"before-{number}", "complete")
    screen = Terminal("qctl", "tail", "-f", "-n", "2", columns=60, rows=8, folder=stage.folder,
                      environment=dict(stage.environment, TERM="xterm"))
    followed = [
        ("plain", ("complete",)), ("dead", ("fail", "--permanent", "--error", "no \x1b[31mroute\x1b[2J")),
        ("narrow", ("complete",)), ("long", ("fail", "--permanent", "--error", "word " * 20 + "end")),
    ]
    stage.check(screen.until(lambda: b"before-2" in screen.shown), f"what was there: {screen.shown}")
    for number, (type, words) in enumerate(followed):
        if type == "narrow":
            fcntl.ioctl(screen.ours, termios.TIOCSWINSZ, struct.pack("HHHH", 4, 20, 0, 0))
        end_one(type, *words)
        came = screen.until(lambda: screen.shown.count(b"\n") >= number + 3)
        stage.check(came, f"{type} did not come: {screen.shown}")
    screen.type(b"\x03")
    shown, status = screen.end()
    stage.equal("the end by Ctrl-C", status, -signal.SIGINT)
    print(shown.decode().replace("\r", "").replace("\x1b", "ESC"), end="")


def main():
    what, failed = sys.argv[1], False
    for kind in STORES if what != "rotate" else ("sqlite",):
        stage = Stage(f"tailed-{what}-{kind}", kind)
        try:
            if what == "rotate":
                for way in ("create", "copytruncate"):
                    rotate(stage, way)
            else:
                stage.qctl("init", "--quiet")
                {"flood": flood, "latency": latency, "terminal": terminal}[what](stage)
        except Failed:
            pass
        finally:
            stage.close()
        for problem in stage.problems:
            print(f"{kind}: {problem}"[:2000])
        failed = failed or bool(stage.problems)
    sys.exit(failed)


if __name__ == "__main__":
    main()
