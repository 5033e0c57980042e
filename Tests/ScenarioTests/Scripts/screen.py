"""What a terminal's screen looks like after what was written to it: enough for readline and for pages."""

import re

SEQUENCE = re.compile(r"\x1b(?:\[([0-9;?]*)([@-~])|[=>78]|\][^\x07]*\x07|[()].)")


class Screen:
    """Rows of text and a cursor; rows that moved out at the top are kept in `past`."""

    def __init__(self, columns=80, rows=24):
        self.columns, self.rows = columns, rows
        self.past, self.bells, self.former = [], 0, None
        self.clear()

    def clear(self):
        self.lines = [""] * self.rows
        self.row = self.column = 0

    def resize(self, columns, rows):
        kept = self.lines[: self.row + 1][-rows:]
        self.columns, self.rows = columns, rows
        self.row = len(kept) - 1
        self.lines = kept + [""] * (rows - len(kept))
        self.column = min(self.column, columns - 1)

    def feed(self, text):
        """Takes in text; gives back an escape sequence at its end that is not complete."""
        at = 0
        while at < len(text):
            if text[at] != "\x1b":
                self.put(text[at])
                at += 1
                continue
            found = SEQUENCE.match(text, at)
            if not found:
                return text[at:]
            if found[2]:
                self.obey(found[2], found[1])
            at = found.end()
        return ""

    def put(self, letter):
        if letter == "\r":
            self.column = 0
        elif letter == "\n":
            self.down()
        elif letter == "\b":
            self.column = max(0, min(self.column, self.columns - 1) - 1)
        elif letter == "\t":
            self.column = min(self.columns - 1, self.column // 8 * 8 + 8)
        elif letter == "\x07":
            self.bells += 1
        elif letter >= " ":
            if self.column >= self.columns:
                self.column = 0
                self.down()
            line = self.lines[self.row].ljust(self.column)
            self.lines[self.row] = line[: self.column] + letter + line[self.column + 1 :]
            self.column += 1

    def down(self):
        self.row += 1
        if self.row == self.rows:
            self.past.append(self.lines.pop(0))
            self.lines.append("")
            self.row -= 1

    def obey(self, letter, given):
        numbers = [int(number) for number in given.lstrip("?").split(";") if number]
        count = numbers[0] if numbers else 1
        line = self.lines[self.row].ljust(self.column)
        before, behind = line[: self.column], line[self.column :]
        if given == "?1049":
            self.change(letter == "h")
        elif letter == "A":
            self.row = max(0, self.row - count)
        elif letter == "B":
            self.row = min(self.rows - 1, self.row + count)
        elif letter == "C":
            self.column = min(self.columns - 1, self.column + count)
        elif letter == "D":
            self.column = max(0, min(self.column, self.columns - 1) - count)
        elif letter == "G":
            self.column = count - 1
        elif letter == "H":
            self.row = (numbers[0] if numbers else 1) - 1
            self.column = (numbers[1] if len(numbers) > 1 else 1) - 1
        elif letter == "K" and not numbers:
            self.lines[self.row] = before
        elif letter == "J" and not numbers:
            self.lines[self.row] = before
            self.lines[self.row + 1 :] = [""] * (self.rows - self.row - 1)
        elif letter == "J":
            self.past += self.lines
            self.lines = [""] * self.rows
        elif letter == "P":
            self.lines[self.row] = before + behind[count:]
        elif letter == "@":
            self.lines[self.row] = before + " " * count + behind

    def change(self, is_other):
        """To the other screen that a program may have, or back to what was there before."""
        now = self.lines, self.row, self.column
        if is_other and not self.former:
            self.former = now
            self.clear()
        elif not is_other and self.former:
            (self.lines, self.row, self.column), self.former = self.former, None

    @property
    def text(self):
        """Everything, row by row, also what has left the screen."""
        return "\n".join(line.rstrip() for line in self.past + self.lines)

    @property
    def typed(self):
        """The row of the cursor."""
        return self.lines[self.row].rstrip()
