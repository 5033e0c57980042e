"""Command lines as people type them, with the cursor in or behind the last word, drawn at random.

The same text means the same words to bash, zsh, fish and `qctl shell`: what is quoted is quoted in
ways that all of them know, and nothing is said in the words that any of them alone would expand.
"""

import re
import subprocess

PLAIN = re.compile(r"[A-Za-z0-9._/:@,+!%-][A-Za-z0-9._/:=@,+!%-]*\Z")
# Typed as they stand here, these are words to a completer; to a careless one they are commands.
TRAPS = ["$(./trap)", "`./trap`", "${HOME}", "$(./trap)x", "a$(./trap)"]
# What can only be typed in quotes, or behind backslashes.
STRANGE = [
    "a b", "it's", 'say "hi"', "$(touch x)", ";./trap", "|./trap", "a&b", "<x", "na\u00efve", "*", "{a,b}", "~",
    "#", "a:b c", "k=v w", "\u65e5\u672c", "$HOME", "(x)", "[a]", "a\\b", "!x y", "x:", "=y z", "?",
]
# What `qctl shell` understands besides the commands.
OWN_WORDS = ["use", "watch", "repeat", "source", "exit", "quit"]


class Typed:
    """One line, where its cursor is, and the words that it comes to."""

    def __init__(self, text, point, words, current, quote, behind):
        self.text, self.point = text, point
        # The words between the program and the one at the cursor, and that one up to the cursor.
        self.words, self.current = words, current
        # The quote that is open at the cursor, or nothing; and what stands behind the cursor.
        self.quote, self.behind = quote, behind

    def __repr__(self):
        return repr(self.text[:self.point] + "\u2038" + self.text[self.point:])


def candidates(words, current):
    """What `qctl __complete` offers, and its directive.

    It is silent where it takes too long, as on a machine that stands still: then it is asked again.
    """
    asked = ["qctl", "__complete", *words, current]
    for _ in range(100):
        lines = subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")[:-1]
        if lines:
            return [line.split("\t")[0] for line in lines[:-1]], int(lines[-1][1:])
    raise SystemExit(f"no answer in time to {asked}")


def commands():
    """Each command's path, read from the table by way of `qctl __complete help`."""
    found, level = [], [[]]
    while level:
        path = level.pop()
        names, _ = candidates(["help", *path], "")
        inner = [path + [name] for name in names if name not in path]
        if path and not inner:
            found.append(path)
        level += inner
    return [path for path in found if candidates(path, "--")[0]]


class Lines:
    """Draws lines; the same seed and the same stores give the same ones."""

    def __init__(self, choice, stores):
        self.choice, self.stores = choice, stores
        self.paths = sorted(commands())
        self.flags = {tuple(path): candidates(path, "--")[0] for path in self.paths}

    def line(self):
        path = self.choice.choice(self.paths)
        words, shown = [], ["qctl"]

        def add(word):
            words.append(word)
            shown.append(self.typed(word))

        if self.choice.random() < 0.06:
            words.append(path[0])
            shown.append(path[0])
            return self.end(shown, words, *self.partial([*words], path))
        for word in path:
            add(word)
        if self.stores and self.choice.random() < 0.3:
            add(f"--store={self.choice.choice(self.stores)}")
        for _ in range(self.choice.choice([0, 0, 1, 1, 2, 3])):
            for word in self.item(path):
                add(word)
        return self.end(shown, words, *self.partial(words, path))

    def first(self):
        """A line that has only begun: a part of the first word, or of the one behind `help`."""
        words = self.choice.choice([[], [], ["help"]])
        whole = self.choice.choice([path[0] for path in self.paths] + OWN_WORDS + ["zz"])
        return self.end(["qctl", *words], words, [], whole[:self.choice.randint(0, len(whole))])

    def item(self, path):
        """An option or operand before the cursor, right or wrong."""
        kind = self.choice.random()
        if kind < 0.5:
            flag = self.choice.choice(self.flags[tuple(path)])
            value = self.value([*path, flag])
            if value is None:
                return [flag]
            return [f"{flag}={value}"] if self.choice.random() < 0.5 else [flag, value]
        return [self.choice.choice(TRAPS + STRANGE + ["emails", "x:y", "k=v", "!errors", "a,b", "-qemails"])]

    def value(self, words):
        """A value that the flag at the end of the words may have; none for a switch."""
        found, directive = candidates(words, "")
        if any(name.startswith("-") for name in candidates(words, "--")[0]):
            return None
        return self.choice.choice(found + TRAPS[:1] + STRANGE[:4] if found else ["5", "a b", "x=y"])

    def partial(self, words, path):
        """The word at the cursor as far as it is typed; and words that must come before it."""
        kind = self.choice.random()
        before, head = [], ""
        if kind < 0.30:
            head = ""
        elif kind < 0.45:
            return [], self.choice.choice(self.flags[tuple(path)] + ["--"])[:self.choice.randint(1, 9)]
        else:
            flag = self.choice.choice(self.flags[tuple(path)])
            if kind < 0.65:
                before = [flag]
            elif kind < 0.9:
                head = f"{flag}="
            else:
                head = self.choice.choice(["-q", "-q", "-t", "-o"])
        if self.choice.random() < 0.2:
            head += self.choice.choice(["emails,", "a b,", "!", "x:", "emails,!", "it's,", "$(touch x),"])
        found, _ = candidates(words + before, head)
        if not found or self.choice.random() < 0.08:
            return before, head + self.choice.choice(["", "", "x", "it's", "a b", "$(touch x)", "m", "mail:"])
        whole = self.choice.choice(found)
        length = self.choice.randint(min(len(head), len(whole)), len(whole))
        return before, whole[:length]

    def end(self, shown, words, before, current):
        for word in before:
            words.append(word)
            shown.append(self.typed(word))
        quote, text = self.begun(current)
        behind = ""
        if self.choice.random() < 0.15:
            behind = self.choice.choice(["x", "zz9", " --json", " emails", "ails"])
        if self.choice.random() < 0.1 and quote:
            behind = quote + behind
        start = " ".join(shown) + " " + text
        return Typed(start + behind, len(start), words, current, quote, behind)

    def typed(self, word):
        """A whole word, in one of the ways in which it can be typed."""
        if word in TRAPS:
            return word
        ways = [way for way in (plain, single, double, escaped) if way(word) is not None]
        return self.choice.choice(ways)(word)

    def begun(self, word):
        """A word that goes on, and the quote that is still open."""
        ways = [(way, quote) for way, quote in [
            (plain, ""), (plain, ""), (escaped, ""), (single, "'"), (double, '"'), (single, ""), (self.half, "'")]
            if way(word) is not None]
        way, quote = self.choice.choice(ways)
        text = way(word)
        return quote, text[:-1] if quote else text

    def half(self, word):
        """Quoted from behind a `=`, as people do."""
        name, equals, value = word.partition("=")
        if not equals or not value or plain(name) is None or single(value) is None:
            return None
        return f"{name}={single(value)}"


def plain(word):
    """As it is; but behind a `!`, zsh would complete the letters that may follow a colon."""
    return word if not word or PLAIN.match(word) and not {"!", ":"} <= set(word) else None


def single(word):
    return f"'{word}'" if word and not set(word) & set("'\\") else None


def double(word):
    return f'"{word}"' if word and not set(word) & set('"$`\\!') else None


def escaped(word):
    if not word or not re.search(r"\W", word, re.ASCII):
        return None
    return re.sub(r"([^\w./:=@,+!%-])", r"\\\1", word) if not {"!", ":"} <= set(word) else None
