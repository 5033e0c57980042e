"""The same answers to TAB from `qctl __complete`, through bash, zsh and fish, and in `qctl shell`; nothing is run.

Lines are drawn at random from the table of commands, over a store with much in it, one that is not
there, and one whose names another program spoilt.
"""

import functools
import os
import random
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile

import prompted
import seeds
import shells
import typed

SEED = seeds.chosen()
COUNT = int(os.environ.get("QCTL_LINES") or 300)
FILES = ["alpha.json", "alphabet.db", "beta.txt", "g h.json", "delta $(touch x).ndjson"]
NO_SPACE, NO_FILES, ENDINGS, DIRECTORIES = 2, 4, 8, 16
# What may stand before a command in `qctl shell`.
HEADS = ["", "", "", "repeat 3 ", "watch ", "watch 500ms ", "watch 2s repeat 2 ", "queues; ", "show 'a;b' ;"]


def qctl(*words, text=None):
    return subprocess.run(["qctl", *words], input=text, text=True, stdout=subprocess.PIPE, check=True).stdout


def furnish():
    """Stores and files that the lines can be about; the working directory is theirs."""
    for name in FILES:
        open(name, "w", encoding="utf-8").close()
    os.mkdir("folder")
    with open("trap", "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\ntouch \"$(dirname \"$0\")/x\"\n")
    os.chmod("trap", 0o755)
    types = ["mail:welcome", "mail:bye", "report/monthly", "default"]
    lines = [
        '{"queue":"%s","type":"%s","tags":{"customer":"c%d"}}' % (queue, kind, number)
        for number, queue in enumerate(["emails", "errors", "reports", "thumbs-2", "a.b_c"]) for kind in types
    ]
    qctl("enqueue", "--quiet", "--bulk", "-", "--batch", "first", text="\n".join(lines))
    for number in range(3):
        qctl("enqueue", "-q", "dying", "-t", "mail:bye", "--max-attempts", "1")
    qctl("work", "-q", "dying", "--quiet", "--until-settled", "--", "sh", "-c", "echo 'no route: $(touch x)' >&2; exit 1")
    qctl("schedule", "add", "nightly", "0 2 * * *", "-q", "reports", "--quiet")
    qctl("schedule", "add", "hourly", "--every", "1h", "-q", "emails", "--quiet")
    qctl("health", "set", "backlog", "depth", "-q", "emails", "-w", "5", "--quiet")
    with open("spoilt.db", "wb"):
        os.unlink("spoilt.db")
    for name in ["one", "two", "three", "four", "five"]:
        qctl("enqueue", "--store", "spoilt.db", "-q", name)
    spoil("spoilt.db", ["$(./trap)", "a b", "it's", "x\x1b[31m\ny", "emails,`./trap`"])


def spoil(path, names):
    """What another program that writes into the file might do to the names there."""
    database = sqlite3.connect(path, isolation_level=None)
    for table, column in [("qctl_queues", "queue"), ("qctl_jobs", "queue"), ("qctl_jobs", "type")]:
        found = [row[0] for row in database.execute(f"SELECT DISTINCT {column} FROM {table} ORDER BY 1")]
        for old, new in zip(found, names):
            database.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (new, old))
    database.close()


@functools.cache
def candidates(line):
    return typed.candidates(line.words, line.current)


def expected(line, entries=None):
    """What should be offered: words, or names of files behind what they stand behind; the directive."""
    found, directive = candidates(line)
    if directive & (1 | ENDINGS | DIRECTORIES):
        raise SystemExit(f"{line}: a directive that has no test here: {directive}")
    if found or directive & NO_FILES:
        return sorted(found), "", directive
    head, equals, name = line.current.partition("=")
    head = head + equals if line.current.startswith("--") and equals else ""
    name = name if head else line.current
    names = [entry + ("/" if os.path.isdir(entry) else "") for entry in entries or os.listdir(".")]
    return sorted(head + entry for entry in names if entry.startswith(name)), head, directive


def unquoted(text):
    """The words of a line as far as the cursor, quotes removed; one may still be open."""
    for end in ("", "'", '"'):
        try:
            return shlex.split(text + end)
        except ValueError:
            continue
    return None


def split(text):
    """The words of a line as `qctl shell` reads them, and the quote that is open at its end."""
    words, word, quote, at = [], None, "", 0
    while at < len(text):
        letter, at = text[at], at + 1
        if letter in " ;" and not quote:
            words, word = ([] if letter == ";" else words if word is None else [*words, word]), None
        elif letter == quote:
            quote = ""
        elif letter in "'\"" and not quote:
            quote, word = letter, word or ""
        else:
            if letter == "\\" and quote != "'" and (not quote or text[at:at + 1] in tuple('"\\$`')):
                letter, at = text[at:at + 1], at + 1
            word = (word or "") + letter
    return words + [word or ""], quote


class Comparison:
    """One shell's answers beside what `qctl __complete` said."""

    def __init__(self, name):
        self.name, self.failures = name, []

    def judge(self, line, answer):
        wanted, head, directive = expected(line)
        files = not directive & NO_FILES
        if self.name == "fish":
            # The second of a pair, which nobody takes, keeps fish from adding a blank.
            if directive & NO_SPACE and len(wanted) == 1:
                wanted = [*wanted, wanted[0] + "."]
            self.compare_fish(line, answer, wanted, files)
        elif self.name == "zsh":
            self.compare_zsh(line, answer, wanted, head, files)
            # Behind a quote that is closed already, and within a word, zsh puts its cursor elsewhere.
            if not line.behind and (line.quote or line.text[-1] not in "'\""):
                self.compare_text(line, answer, wanted)
        # Behind a backquote bash completes commands and asks nobody.
        elif "`" not in line.text:
            if not files:
                wanted = self.within_quotes(line, wanted)
                self.compare_bash(line, answer, wanted)
            self.compare_text(line, answer, wanted)

    def within_quotes(self, line, wanted):
        """Without what can't be said within the quote that is open: readline quotes nothing there."""
        bad = {"": "", "'": "'", '"': '"\\$`!'}[line.quote]
        return [entry for entry in wanted if not set(entry[len(before_quote(line)):]) & set(bad)]

    def compare_fish(self, line, answer, wanted, files):
        offered = sorted(set(entry.split("\t")[0] for entry in answer.candidates))
        if files:
            # Of files fish also offers what merely has the letters, and what fits behind a colon.
            offered = [entry for entry in offered if entry.startswith(line.current)]
            if ":" in line.current:
                return
        if offered != wanted:
            self.fail(line, "offers", offered, wanted)

    def compare_zsh(self, line, answer, wanted, head, files):
        offered = answer.candidates
        if files:
            offered = [head + " ".join(shlex.split(entry)) for entry in offered]
            wanted = [entry.rstrip("/") for entry in wanted]
        # At times zsh keeps what it will insert, backslashes and all.
        offered = [entry if entry in wanted else " ".join(shlex.split(entry)) for entry in offered]
        if sorted(set(offered)) != wanted:
            self.fail(line, "offers", offered, wanted)

    def compare_bash(self, line, answer, wanted):
        offered = answer.candidates if line.quote else [" ".join(shlex.split(entry)) for entry in answer.candidates]
        pairs = list(zip(sorted(offered), wanted))
        heads = {len(whole) - len(part) for part, whole in pairs if whole.endswith(part)}
        if len(offered) != len(wanted) or any(not whole.endswith(part) for part, whole in pairs) or len(heads) > 1:
            self.fail(line, "offers", offered, wanted)

    def judge_prompted(self, head, line, answer):
        """As `judge`, of `qctl shell`; `head` is what stands before the command there."""
        wanted, _, directive = expected(line, answer.names)
        files = not directive & NO_FILES and wanted
        if line.words in ([], ["help"]):
            wanted = sorted({*wanted, *(word for word in typed.OWN_WORDS if word.startswith(line.current))})
        text = head + line.text[:line.point].removeprefix("qctl ")
        # Readline lists the end of the word, from where it lets one begin.
        starts = [start for start in range(len(text) + 1) if all(entry.startswith(text[start:]) for entry in answer.candidates)]
        if not any(sorted(split(text[:start] + entry)[0][-1] for entry in answer.candidates) == wanted for start in starts):
            self.fail(line, "offers", answer.candidates, wanted)
        # A whole word is closed, over a quote that stands there, and a blank follows it at the end of the line.
        ended = len(wanted) == 1 and not directive & NO_SPACE and not (files and wanted[0].endswith("/"))
        behind = line.behind.removeprefix(line.quote) if ended else line.behind
        blank = ended and not behind
        words = [*split(text)[0][:-1], os.path.commonprefix(wanted) or line.current, *[""] * blank]
        quote = "" if ended else line.quote
        if split(answer.before) != (words, quote) or not answer.before.startswith(text) or answer.behind != behind:
            self.fail(line, "changed the line to", (answer.before, answer.behind), (words, quote, behind))

    def compare_text(self, line, answer, wanted):
        """The line afterwards has what all candidates begin with, and nothing else has changed."""
        if not wanted:
            if answer.before != line.text[:line.point]:
                self.fail(line, "changed the line to", answer.before, "nothing")
            return
        words, typed_words = unquoted(answer.before), unquoted(line.text[:line.point])
        common = os.path.commonprefix(wanted)
        if words is None or words[1:] != ([*line.words, common] if common else typed_words[1:]):
            self.fail(line, "changed the line to", answer.before, common)

    def fail(self, line, what, got, wanted):
        self.failures.append(f"{self.name}: {line!r} {what} {got!r}, not {wanted!r}")


def before_quote(line):
    """What of the word stands before the quote that is open."""
    text = line.text[:line.point]
    word = text[text.rindex(line.quote):]
    return line.current[:len(line.current) - len(word) + 1]


def compare(shell, lines, control, package):
    """What a shell does otherwise. Where qctl was too slow it said nothing, so such lines are asked again."""
    for _ in range(10):
        comparison = Comparison(shell)
        answers = shells.ask(shell, [(line.text, line.point) for line in lines], control, ".", package)
        if len(answers) != len(lines):
            return [f"{shell}: {len(answers)} answers"]
        failed = []
        for line, answer in zip(lines, answers):
            count = len(comparison.failures)
            comparison.judge(line, answer)
            if len(comparison.failures) > count:
                failed.append(line)
        lines = failed
        if not lines:
            break
    return comparison.failures


def compare_prompted(lines, choice, control):
    """What `qctl shell` does otherwise, at one prompt for all the lines; half of them where a queue is in use.

    What no key can type is left out. Where the shell was too slow it says nothing, so such lines are asked again.
    """
    count = len(lines)
    lines = [(choice.choice(HEADS) if line.words else "", line) for line in lines if line.text.isprintable()]
    if len(lines) < count * 0.8:
        return [f"qctl shell: {count - len(lines)} of {count} lines can't be typed"]
    prompt = prompted.Prompted(control, ".")
    for _ in range(10):
        comparison, failed = Comparison("qctl shell"), []
        half = len(lines) // 2
        for number, (head, line) in enumerate(lines):
            if number == half:
                prompt.runs("use emails", ":emails>")
            count = len(comparison.failures)
            text = line.text.removeprefix("qctl ")
            comparison.judge_prompted(head, line, prompt.ask(head + text, len(head) + line.point - len("qctl ")))
            if len(comparison.failures) > count:
                failed.append((head, line))
        prompt.runs("use", ">")
        lines = failed
        if not lines:
            break
    prompt.end()
    return comparison.failures


def hold_up():
    """Stores that can't answer: TAB says nothing, waits for nobody, and ends with 0."""
    os.mkfifo("pipe.db")
    qctl("enqueue", "--store", "locked.db", "-q", "emails")
    holder = sqlite3.connect("locked.db", isolation_level=None)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    with open("broken.db", "wb") as file:
        file.write(b"SQLite format 3\0" + b"\xff" * 5000)
    for store in ["pipe.db", "dir:pipe.db", "locked.db", "broken.db", "/proc/self/mem", "dir:/proc", "postgres://x/y"]:
        for words in [["list", "-q", ""], ["show", ""], ["list", "-t", ""], ["schedule", "show", ""], ["dlq", "groups", "--error-group", ""]]:
            asked = ["qctl", "__complete", f"--store={store}", *words]
            ended = subprocess.run(asked, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=shells.DEADLINE)
            lines = ended.stdout.split("\n")[:-1]
            if ended.returncode or ended.stderr or lines[:-1] or lines and not lines[-1].startswith(":"):
                sys.exit(f"{asked}: {ended}")
    holder.close()
    for name in ["pipe.db", "broken.db", *(name for name in os.listdir(".") if name.startswith("locked.db"))]:
        shutil.rmtree(name) if os.path.isdir(name) else os.unlink(name)


def main():
    with tempfile.TemporaryDirectory() as control:
        os.mkdir("here")
        os.chdir("here")
        os.environ["QCTL_STORE"] = os.path.join(control, "queue.db")
        furnish()
        hold_up()
        shells.prepare(control)
        choice = random.Random(SEED)
        stores = ["missing.db", "spoilt.db", "dir:nowhere"]
        drawn = typed.Lines(choice, stores)
        lines = [drawn.line() for _ in range(COUNT)]
        before = sorted(os.listdir("."))
        failures = []
        for shell, package in [("bash", False), ("bash", True), ("zsh", False), ("fish", False)]:
            failures += compare(shell, lines, control, package)
            if sorted(os.listdir(".")) != before:
                failures.append(f"{shell}: files appeared: {sorted(set(os.listdir('.')) - set(before))}")
        at_prompt = [*lines, *(drawn.first() for _ in range(COUNT // 15))]
        failures += compare_prompted(at_prompt, choice, control)
        if sorted(os.listdir(".")) != before:
            failures.append(f"qctl shell: files appeared: {sorted(set(os.listdir('.')) - set(before))}")
        for failure in failures[:40]:
            print(failure)
        if failures:
            sys.exit(f"{len(failures)} failures; QCTL_TEST_SEED={SEED} draws the same lines")


if __name__ == "__main__":
    main()
