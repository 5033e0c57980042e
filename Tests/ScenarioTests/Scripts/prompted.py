"""`qctl shell`, asked by a program at its prompt what TAB would do."""

import codecs
import os

from screen import Screen
from shells import Answer
from terminal import Terminal

# What stands in no line of ours: the first shows where the cursor is, the other where the line ends.
CURSOR, END = "\u2038", "\u2021"
KEYS = r"""
set completion-query-items 0
set page-completions off
set completion-display-width 0
set enable-bracketed-paste off
"\C-xp": possible-completions
"\C-xr": clear-screen
"""
# So wide that no line breaks.
COLUMNS, ROWS = 4000, 40


class Prompted:
    """A shell at its prompt; nothing that is asked is ever run."""

    def __init__(self, control, folder):
        keys = os.path.join(control, "inputrc")
        with open(keys, "w", encoding="utf-8") as file:
            file.write(KEYS)
        environment = dict(os.environ, TERM="xterm", LANG="C.UTF-8", LC_ALL="C.UTF-8", NO_COLOR="1", INPUTRC=keys,
                           QCTL_HISTFILE="")
        self.folder = folder
        self.terminal = Terminal("qctl", "shell", environment=environment, folder=folder, columns=COLUMNS, rows=ROWS,
                                 cooked=True)
        self.forget()
        self.until(lambda screen: screen.typed.endswith(">"))

    def forget(self):
        """Begins with a screen on which nothing is."""
        self.screen, self.fed, self.rest = Screen(COLUMNS, ROWS), 0, ""
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.terminal.shown = b""

    def look(self):
        new = self.terminal.shown[self.fed:]
        self.fed += len(new)
        self.rest = self.screen.feed(self.rest + self.decoder.decode(new))
        return self.screen

    def until(self, condition):
        if not self.terminal.until(lambda: condition(self.look())):
            raise SystemExit(f"the shell stands still: {self.terminal.shown[-2000:]!r}")

    def runs(self, line, prompt):
        """Has a line run; the next prompt, below it, ends so."""
        self.forget()
        self.terminal.type(f"\x05\x15{line}\r".encode())
        self.until(lambda screen: screen.row and screen.typed.endswith(prompt))

    def ask(self, text, point):
        """The line as TAB leaves it, what it chose from, and the files that were there meanwhile."""
        self.forget()
        back = "\x02" * (len(text) - point)
        # The line anew at last: what came before changed bits of it on the screen.
        self.terminal.type(f"\x05\x15{text}{back}\x18p\t{CURSOR}\x05{END}\x18r".encode())
        self.until(lambda screen: b"\x1b[2J" in self.terminal.shown and screen.lines[0].endswith(END))
        # The line, below it what was listed, and the line again.
        last = max(number for number, row in enumerate(self.screen.past) if row.endswith(END))
        answer = Answer(*self.line(self.screen.lines[0]), self.screen.past[1:last])
        answer.names = os.listdir(self.folder)
        return answer

    def line(self, row):
        """What stands before and behind the cursor."""
        _, _, text = row.partition("> ")
        before, _, behind = text.partition(CURSOR)
        return before, behind[:-len(END)]

    def end(self):
        """Leaves it by Ctrl-D, from an empty line."""
        self.terminal.type(b"\x05\x15\x04")
        shown, status = self.terminal.end()
        if status:
            raise SystemExit(f"the shell ended with {status}: {shown[-2000:]!r}")
