"""A terminal of any size, to run a program on."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

# Seconds after which something counts as hanging.
DEADLINE = 200


class Terminal:
    """A program on a terminal of its own; what it writes there is kept as it was written.

    Where it is not cooked, the kernel adds nothing: no carriage returns, and no echo of what is typed.
    """

    def __init__(self, *words, columns=80, rows=24, environment=None, folder=None, errors=None, cooked=False):
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if not cooked:
            settings = termios.tcgetattr(theirs)
            settings[1] &= ~termios.OPOST
            settings[3] &= ~termios.ECHO
            termios.tcsetattr(theirs, termios.TCSANOW, settings)
        self.shown = b""
        self.process = subprocess.Popen(
            words, stdin=theirs, stdout=theirs, stderr=errors or theirs, cwd=folder,
            env=dict(environment or os.environ, TERM=(environment or os.environ).get("TERM", "xterm")),
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(theirs)

    def type(self, keys):
        os.write(self.ours, keys)

    def read(self, seconds=0.05):
        """Takes in what is there; false once nobody has the terminal any more."""
        ready, _, _ = select.select([self.ours], [], [], seconds)
        if not ready:
            return True
        try:
            found = os.read(self.ours, 1 << 16)
        except OSError:
            return False
        self.shown += found
        return bool(found)

    def until(self, condition):
        """Waits until something is so; false when it never will be."""
        limit = time.monotonic() + DEADLINE
        while not condition():
            if not self.read() or time.monotonic() > limit:
                return condition()
        return True

    def end(self):
        """Waits for the program's end: all that it showed, and its status (negative: the signal)."""
        limit = time.monotonic() + DEADLINE
        while self.read() and time.monotonic() < limit:
            pass
        os.close(self.ours)
        try:
            return self.shown, self.process.wait(max(0, limit - time.monotonic()) + 1)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            return self.shown, self.process.wait()


def on_terminal(*words, **more):
    """Runs a program on a terminal: what it showed, and its status."""
    return Terminal(*words, **more).end()
