"""qctl shell on a real terminal: its keys, its words, signals, and stores that give trouble."""

import codecs
import fcntl
import os
import signal
import sqlite3
import struct
import subprocess
import termios
import time

import stage as stages
from screen import Screen
from terminal import Terminal


class Talk:
    """A shell on a terminal whose screen can be looked at."""

    def __init__(self, stage, *words, columns=100, rows=30, program=("qctl", "shell"), **variables):
        self.stage = stage
        environment = dict(stage.environment, TERM="xterm", NO_COLOR="1", PATH=os.environ["PATH"],
                           XDG_STATE_HOME=stage.path("state"), INPUTRC="/dev/null", QCTL_PAGER="")
        environment.update(variables)
        environment = {name: value for name, value in environment.items() if value is not None}
        self.terminal = Terminal(*program, *words, columns=columns, rows=rows, environment=environment,
                                 folder=stage.folder, cooked=True)
        self.screen = Screen(columns, rows)
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.fed, self.rest = 0, ""

    def look(self):
        new = self.terminal.shown[self.fed:]
        self.fed += len(new)
        self.rest = self.screen.feed(self.rest + self.decoder.decode(new))
        return self.screen

    def until(self, what, condition):
        if not self.terminal.until(lambda: condition(self.look())):
            self.stage.check(False, f"never: {what}; shown: {self.look().text[-1500:]!r}; {self.terminal.shown[-200:]!r}")
            raise stages.Failed

    def shows(self, text, count=1):
        self.until(text, lambda screen: screen.text.count(text) >= count)

    def asks(self, typed):
        """Waits until the row of the cursor is this."""
        self.until(f"the line {typed!r}", lambda screen: screen.typed == typed)

    @property
    def name(self):
        return os.path.basename(self.stage.store)

    def prompts(self, behind=""):
        self.asks(f"{self.name}{behind}>")

    def type(self, keys):
        self.terminal.type(keys.encode())

    def interrupts(self, behind=""):
        """Presses Ctrl-C, and waits for the prompt.

        The kernel throws away what is on its way to a terminal when it sends the signal, and a program
        may be so quick that its answer is among that; so now and then the prompt is asked for again.
        """
        self.type("\x03")
        wanted = f"{self.name}{behind}>"
        asked = time.monotonic()

        def is_there(screen):
            nonlocal asked
            if screen.typed != wanted and time.monotonic() > asked + 3:
                asked = time.monotonic()
                self.type("\r")
            return screen.typed == wanted

        self.until("a prompt after Ctrl-C", is_there)

    def starts(self, line):
        """Types a line at the prompt, and waits until it is no longer asked for."""
        before = self.look().typed
        self.type(line)
        self.asks(f"{before} {line}".rstrip())
        self.type("\r")
        self.until("it is begun", lambda screen: line not in screen.typed)

    def does(self, line, shows=None, behind=""):
        """Types a line at the prompt, and waits until it was run; `behind` is what the next prompt says."""
        self.starts(line)
        if shows:
            self.shows(shows)
        self.prompts(behind)

    def resize(self, columns, rows):
        fcntl.ioctl(self.terminal.ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def end(self, status=0):
        shown, found = self.terminal.end()
        self.stage.equal("the status of the shell", found, status)
        return shown

    def leave(self):
        self.type("\x04")
        return self.end()


def fill(stage):
    stage.enqueue_all([{"queue": "emails", "type": "welcome"}, {"queue": "email-logs"}, {"queue": "reports"}])


def bury(stage, queue, error):
    id = stage.enqueue("-q", queue, "--max-attempts", "1", "--priority", "0")
    _, token = stage.qctl("claim", "-q", queue).split()
    stage.qctl("fail", id, "--token", token, "--error", error, "--permanent")
    return id


def commands_run_and_those_that_fail_say_so(stage):
    fill(stage)
    talk = Talk(stage)
    talk.prompts()
    talk.does("queues", shows="email-logs")
    talk.does("nope", shows="unknown command 'nope'")
    talk.does("show 0s9xhm7hw090q", shows="no job 0s9xhm7hw090q")
    talk.does("list --ids -q reports; enqueue -q later; list -q later", shows="later")
    talk.does("help", shows="In the shell:")
    talk.type("exit 3\r")
    talk.end(3)
    stage.equal("jobs in later", len(stage.jobs("-q", "later")), 1)


def ctrl_c_discards_what_is_typed(stage):
    fill(stage)
    talk = Talk(stage)
    talk.prompts()
    talk.type("pause emails")
    talk.asks(f"{talk.name}> pause emails")
    talk.interrupts()
    talk.type("list 'a\r")
    talk.asks("...>")
    talk.type("and more")
    talk.asks("...> and more")
    talk.interrupts()
    # Nothing of it is left.
    talk.does("queues", shows="reports")
    talk.type("\x12pau")
    talk.until("a search", lambda screen: "i-search" in screen.typed)
    talk.interrupts()
    talk.does("queues", shows="reports")
    talk.leave()
    stage.check('"paused":true' not in stage.qctl("queues", "--json"), "a line that was discarded was run")


def ctrl_c_ends_a_command_and_not_the_shell(stage):
    fill(stage)
    talk = Talk(stage)
    talk.prompts()
    report = stage.jobs("-q", "reports")[0]["id"]
    talk.starts("repeat 100000000 list -q reports --ids")
    talk.shows(report, 3)
    talk.interrupts()
    talk.starts("tail -f")
    stage.until("tail runs", lambda: children(talk))
    stage.qctl("pause", "email-logs", "--quiet")
    talk.shows("email-logs")
    talk.interrupts()
    talk.starts("watch 200ms queues")
    talk.until("a second screen", lambda screen: screen.text.count("QUEUE") > 2)
    talk.interrupts()
    talk.starts("!echo here; exec sleep 1000")
    talk.until("it sleeps", lambda screen: "\nhere\n" in screen.text)
    talk.interrupts()
    talk.starts("cancel -q emails")
    talk.shows("[y/N]")
    talk.interrupts()
    # What stands behind a command that was ended is not run.
    shown = talk.look().text.count(report)
    talk.starts("repeat 100000000 list -q reports --ids; pause emails")
    talk.shows(report, shown + 3)
    talk.interrupts()
    talk.leave()
    stage.equal("the state of the mail", stage.jobs("-q", "emails")[0]["state"], "ready")
    stage.equal("queues that are paused", stage.qctl("queues", "--json").count('"paused":true'), 1)


def children(talk):
    pid = talk.terminal.process.pid
    with open(f"/proc/{pid}/task/{pid}/children") as found:
        return found.read().split()


def ctrl_d_ends_only_from_an_empty_line(stage):
    fill(stage)
    talk = Talk(stage)
    talk.prompts()
    talk.type("queuesx\x02\x04")
    talk.asks(f"{talk.name}> queues")
    talk.type("\r")
    talk.shows("reports")
    talk.prompts()
    shown = talk.leave()
    stage.check(shown.endswith(b"\r\n"), f"no line end at the end: {shown[-50:]!r}")


def a_line_is_not_run_because_the_terminal_goes(stage):
    fill(stage)
    for program in (("qctl", "shell"), ("sh", "-c", "trap '' HUP; exec qctl shell")):
        talk = Talk(stage, program=program)
        talk.prompts()
        talk.type("purge -q emails --confirm emails --yes")
        talk.asks(f"{talk.name}> purge -q emails --confirm emails --yes")
        os.close(talk.terminal.ours)
        talk.terminal.process.wait(stages.DEADLINE)
        stage.equal("mails", len(stage.jobs("-q", "emails")), 1)


def what_was_typed_is_found_again(stage):
    fill(stage)
    talk = Talk(stage)
    talk.prompts()
    talk.does("pause reports")
    talk.does("queues --ids", shows="reports")
    talk.does("enqueue -q secret --payload hidden-word")
    talk.does(" list -q secret", shows="secret")
    talk.leave()
    history = stage.path("state/qctl/history")
    stage.equal("the rights of the history", os.stat(history).st_mode & 0o777, 0o600)
    stage.equal("the history", stage.lines("state/qctl/history"), ["pause reports", "queues --ids"])
    stage.qctl("resume", "reports", "--quiet")
    talk = Talk(stage)
    talk.prompts()
    talk.type("\x12")
    talk.until("a search", lambda screen: "(reverse-i-search)" in screen.typed)
    talk.type("pau")
    talk.until("the line is found", lambda screen: screen.typed.endswith("pause reports"))
    talk.type("\r")
    stage.until("it is paused", lambda: '"paused":true' in stage.qctl("queues", "reports", "--json"))
    talk.prompts()
    talk.type("\x10\x10")
    talk.asks(f"{talk.name}> queues --ids")
    talk.interrupts()
    talk.leave()
    talk = Talk(stage, QCTL_HISTFILE="")
    talk.prompts()
    talk.does("queues emails")
    talk.leave()
    stage.check("queues emails" not in stage.lines("state/qctl/history"), "a line was kept that was not to be")


def a_command_may_have_several_lines(stage):
    talk = Talk(stage)
    talk.prompts()
    talk.type("enqueue -q many \\\r")
    talk.asks("...>")
    talk.type("--payload 'one\r")
    talk.asks("...>")
    talk.type("two'\r")
    talk.prompts()
    talk.type('enqueue -q "ma\\\r')
    talk.asks("...>")
    talk.type('ny"; queues\r')
    talk.shows("many  ")
    talk.prompts()
    talk.leave()
    jobs = stage.jobs("-q", "many")
    stage.equal("jobs", len(jobs), 2)
    payloads = sorted(stage.qctl("show", job["id"], "--raw") for job in jobs)
    stage.equal("the payloads", payloads, ["", "one\ntwo"])


def letters_of_all_kinds_can_be_typed(stage):
    for locale in ({"LC_ALL": "C"}, {"LC_ALL": None, "LC_CTYPE": None, "LANG": None}, {"LC_ALL": "xx_YY.UTF-8"}):
        talk = Talk(stage, **locale)
        talk.prompts()
        talk.type("enqueue -q letters --payload 'é→łx\x7f\x7fß'")
        talk.asks(f"{talk.name}> enqueue -q letters --payload 'é→ß'")
        talk.type("\r")
        talk.prompts()
        talk.leave()
    for job in stage.jobs("-q", "letters"):
        stage.equal("the payload", stage.qctl("show", job["id"], "--raw"), "é→ß")


def two_hundred_lines_can_be_pasted(stage):
    fill(stage)
    talk = Talk(stage)
    talk.prompts()
    stage.check(b"\x1b[?2004h" in talk.terminal.shown, "no bracketed paste")
    lines = [f"enqueue -q pasted --tag number={number}" for number in range(200)]
    talk.type("\x1b[200~" + "\r".join(lines) + "\x1b[201~")
    talk.until("all of it", lambda screen: screen.typed.endswith("number=199"))
    stage.equal("jobs before it was confirmed", len(stage.jobs()), 3)
    talk.type("\r")
    stage.until("all are run", lambda: len(stage.jobs()) == 203)
    talk.prompts()
    # And into a terminal that does not tell that it is a paste.
    talk.type("\r".join(line.replace("pasted", "typed") for line in lines) + "\r")
    stage.until("all are run again", lambda: len(stage.jobs()) == 403)
    talk.prompts()
    talk.leave()


def the_window_may_change(stage):
    talk = Talk(stage)
    talk.prompts()
    start = "enqueue -q " + "abcdefghij" * 5
    talk.type(start)
    talk.asks(f"{talk.name}> {start}")
    talk.screen.resize(40, 12)
    talk.resize(40, 12)
    talk.type("-klm" * 3)
    joined = f"{talk.name}> {start}" + "-klm" * 3
    talk.until("all of the line", lambda screen: joined in "".join(line.ljust(40) for line in screen.past + screen.lines))
    talk.type("\r")
    talk.until("a prompt", lambda screen: screen.typed == f"{talk.name}>")
    talk.does("!stty size", shows="12 40")
    talk.leave()
    stage.equal("the queue", stage.jobs()[0]["queue"], "abcdefghij" * 5 + "-klm" * 3)


def a_store_may_be_missing_come_and_go(stage):
    talk = Talk(stage)
    talk.prompts()
    talk.does("list", shows="there is no store at")
    talk.type("list -q \t\t")
    talk.until("Tab finds nothing", lambda screen: screen.bells > 0 and screen.typed.endswith("list -q"))
    talk.interrupts()
    stage.check(not os.path.exists(stage.store), "a look made a store")
    talk.does("enqueue -q emails")
    talk.does("queues", shows="emails  ")
    talk.does("use emails", behind=":emails")
    # Another store takes its place, while the shell has the first one open.
    away, other = stage.path("away"), stage.path("other")
    os.mkdir(away)
    os.mkdir(other)
    subprocess.run(["qctl", "enqueue", "--store", f"{stage.kind}:{other}/{talk.name}", "-q", "elsewhere"],
                   env=stage.environment, check=True, stdout=subprocess.DEVNULL)
    for folder, target in ((stage.folder, away), (other, stage.folder)):
        for name in os.listdir(folder):
            if name.startswith(talk.name):
                os.rename(os.path.join(folder, name), os.path.join(target, name))
    talk.does("queues", shows="elsewhere  ", behind=":emails")
    talk.does("enqueue -q elsewhere", behind=":emails")
    for name in os.listdir(stage.folder):
        if name.startswith(talk.name):
            os.rename(os.path.join(stage.folder, name), os.path.join(other, name))
    talk.does("queues", behind=":emails")
    talk.shows("there is no store at", 2)
    talk.leave()
    for folder, count in ((away, 1), (other, 2)):
        place = f"{stage.kind}:{folder}/{talk.name}"
        stage.equal(f"jobs in {folder}", len(stage.qctl("list", "--ids", "--store", place).split()), count)
        stage.qctl("doctor", "--store", place)


@stages.only("sqlite")
def a_locked_store_holds_nobody_up(stage):
    fill(stage)
    other = sqlite3.connect(stage.store, isolation_level=None)
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    talk = Talk(stage)
    talk.prompts()
    talk.type("queu\tem")
    talk.until("queue is completed", lambda screen: "queue" in screen.typed)
    talk.screen.bells = 0
    talk.type("\x15list -q em\t")
    talk.until("Tab gave up", lambda screen: screen.bells > 0)
    talk.type("\r")
    talk.until("it runs", lambda screen: screen.typed == "")
    talk.interrupts()
    stage.check("busy" not in talk.screen.text, "a command that was ended complained")
    talk.starts("pause emails")
    other.execute("COMMIT")
    other.close()
    talk.prompts()
    talk.type("list -q em\t")
    talk.until("names are completed", lambda screen: "list -q email" in screen.typed)
    talk.interrupts()
    talk.leave()
    stage.check('"paused":true' in stage.qctl("queues", "emails", "--json"), "emails is not paused")


def tab_completes_what_may_stand_there(stage):
    fill(stage)
    dead = bury(stage, "reports", "connection refused by 10.0.0.1:25")
    stage.qctl("schedule", "add", "nightly", "@daily", "-q", "reports")
    group = stage.qctl("dlq", "groups", "--ids").split()[0]
    for name in ("some file.txt", "other.txt"):
        stage.touch(name)
    os.mkdir(stage.path("folder"))
    ids = [job["id"] for job in stage.jobs()]
    start = next(dead[:length] for length in range(1, 14) if sum(id.startswith(dead[:length]) for id in ids) == 1)
    talk = Talk(stage)
    prompt = talk.name + " (1 dead)> "
    talk.asks(prompt.rstrip())
    for typed, completed in (
        ("capab", "capabilities"), ("que", "queue"), ("dlq gr", "dlq groups"), ("list --older", "list --older-than"),
        ("list --no-h", "list --no-header"), ("list -o c", "list -o csv"), ("list --output=i", "list --output=ids"),
        ("list --state=comp", "list --state=completed"), ("list -q rep", "list -q reports"),
        ("list -q em", "list -q email"), ("list --queue=rep", "list --queue=reports"),
        ("list -q emails,rep", "list -q emails,reports"), ("list -q !rep", "list -q !reports"),
        ("pause rep", "pause reports"), ("list -t wel", "list -t welcome"), (f"show {start}", f"show {dead}"),
        (f"dlq list --error-group {group[:3]}", f"dlq list --error-group {group}"),
        ("schedule show ni", "schedule show nightly"), ("help schedule ad", "help schedule add"),
        ("help exit-s", "help exit-status"), ("use rep", "use reports"), ("rep", "rep"), ("repe", "repeat"),
        ("watch 2s queue sh", "watch 2s queue show"), ("repeat 2 pause rep", "repeat 2 pause reports"),
        ("queues; pause rep", "queues; pause reports"), ("list -q 'rep", "list -q 'reports'"),
        ('list -q "rep', 'list -q "reports"'), ("list -q 'rep'", "list -q 'rep'orts"),
        ("source oth", "source other.txt"), ("source fol", "source folder/"),
        ("import so", r"import some\ file.txt"), ("import 'so", "import 'some file.txt'"),
        ("enqueue --payload-file=so", r"enqueue --payload-file=some\ file.txt"),
        ("list -q nothing-like-it", "list -q nothing-like-it"), ("nope em", "nope em"),
    ):
        talk.type(typed + "\t")
        talk.asks((prompt + completed).rstrip())
        if completed == typed:
            # Nothing changes on the screen, so wait for the bell.
            talk.until("a bell", lambda screen: screen.bells > 0)
        talk.screen.bells = 0
        talk.type("\x15")
        talk.asks(prompt.rstrip())
    # In the middle of a line, and all there is.
    talk.type("list -q rep --ids" + "\x02" * 6 + "\t")
    talk.asks(f"{prompt}list -q reports --ids")
    talk.type("\x15\x0blist -q \t\t")
    talk.until("all queues", lambda screen: all(name in screen.text for name in ("emails", "email-logs", "reports")))
    talk.asks(f"{prompt}list -q")
    talk.type("\x15lis\\\r")
    talk.asks("...>")
    talk.type("t -q rep\t")
    talk.asks("...> t -q reports")
    talk.interrupts(" (1 dead)")
    talk.leave()


def many_candidates_can_be_left(stage):
    stage.enqueue_all([{"queue": f"queue-{number:03}"} for number in range(150)])
    talk = Talk(stage)
    talk.prompts()
    talk.type("list -q queue-\t\t")
    talk.shows("Display all 150 possibilities? (y or n)")
    talk.interrupts()
    talk.does("queues queue-077", shows="queue-077  ")
    talk.leave()


def what_is_stored_or_typed_is_never_obeyed(stage):
    stage.environment["QCTL_ACTOR"] = "$(touch x)"
    stage.enqueue("-q", "emails", "--payload", "$(touch x)`touch x`\x1b[2J", "--tag", "a=$(touch x)")
    bury(stage, "emails", "\x1b]0;title\x07$(touch x)")
    os.mkdir(stage.path("names"))
    for name in ("a$(touch x)", "a`touch x`", "a\x1b[2Jb", "a\nb"):
        stage.touch("names/" + name)
    os.makedirs(stage.path("state/qctl"))
    with open(stage.path("state/qctl/history"), "w") as history:
        history.write("\x1b[31mred\nqueues $(touch x)\n")
    talk = Talk(stage)
    prompt = f"{talk.name} (1 dead)>"
    talk.asks(prompt)
    for line in ("list", "dlq groups", "show " + stage.jobs("--state", "dead")[0]["id"], "list -q $(touch x)",
                 "enqueue -q `touch x`", "enqueue -q hostile --payload '$(touch x)'"):
        talk.type(line + "\r")
        talk.until("it is run", lambda screen: screen.typed == prompt)
    talk.type("import names/a\t\t")
    talk.until("two names", lambda screen: "touch" in screen.lines[screen.row - 1])
    talk.asks(f"{prompt} import names/a")
    talk.type("\\$\t")
    talk.asks(f"{prompt} import names/a\\$\\(touch\\ x\\)")
    talk.type("\x15\x10")
    talk.asks(f"{prompt} enqueue -q hostile --payload '$(touch x)'")
    for _ in range(6):
        talk.type("\x10")
    talk.asks(f"{prompt} queues $(touch x)")
    talk.type("\x15")
    talk.asks(prompt)
    shown = talk.leave()
    stage.check(not os.path.exists(stage.path("x")), "something was run")
    for text in (b"\x1b]0;", b"\x1b[31m", b"\x1b[2J"):
        stage.check(text not in shown, f"{text!r} came to the terminal")


@stages.only("sqlite")
def queues_with_names_that_cannot_be_are_no_harm(stage):
    fill(stage)
    with sqlite3.connect(stage.store) as other:
        other.execute("PRAGMA ignore_check_constraints=ON")
        other.execute("UPDATE qctl_queues SET queue = char(27) || '[2J$(touch x)' WHERE queue = 'reports'")
    other.close()
    talk = Talk(stage)
    talk.prompts()
    for keys in ("list -q \t\t", "\x15use \t\t", "\x15list -q $\t"):
        talk.type(keys)
    talk.type("\x15# here")
    talk.asks(f"{talk.name}> # here")
    talk.type("\r")
    talk.prompts()
    talk.does("queues")
    talk.does("queues email-logs", shows="email-logs  ")
    shown = talk.leave()
    stage.check(b"\x1b[2J" not in shown and not os.path.exists(stage.path("x")), "it was obeyed")


def use_and_the_prompt(stage):
    fill(stage)
    bury(stage, "reports", "no")
    talk = Talk(stage)
    talk.prompts(" (1 dead)")
    talk.does("use emails", behind=":emails")
    talk.type("list --format '{queue}'\r")
    talk.until("only mails", lambda screen: screen.lines[screen.row - 1].strip() == "emails")
    talk.prompts(":emails")
    talk.does("list -q email-logs", shows="email-logs", behind=":emails")
    talk.does("use nowhere", shows="there is no queue nowhere yet", behind=":nowhere")
    talk.does("use reports", behind=":reports (1 dead)")
    talk.does("dlq replay --yes", behind=":reports")
    talk.does("use a/b", shows="queue may hold only", behind=":reports")
    talk.does("use")
    talk.leave()


def signals_end_it_with_its_history(stage):
    fill(stage)
    for number in (signal.SIGTERM, signal.SIGHUP):
        talk = Talk(stage)
        talk.prompts()
        talk.does(f"queues emails --format {number}")
        before = termios.tcgetattr(talk.terminal.ours)
        os.kill(talk.terminal.process.pid, number)
        talk.end(-number)
        stage.check(f"queues emails --format {number}" in stage.lines("state/qctl/history"), f"no history after {number}")
        stage.check(before is not None, "no terminal")
    talk = Talk(stage)
    talk.prompts()
    talk.starts("tail -f")
    stage.until("tail runs", lambda: children(talk))
    os.kill(talk.terminal.process.pid, signal.SIGTERM)
    talk.end(-signal.SIGTERM)


def it_can_be_stopped_and_goes_on(stage):
    fill(stage)
    talk = Talk(stage)
    talk.prompts()
    talk.type("queues rep")
    talk.asks(f"{talk.name}> queues rep")
    talk.type("\x1a")
    stage.until("it is stopped", lambda: stages.has_stopped(talk.terminal.process.pid))
    os.kill(talk.terminal.process.pid, signal.SIGCONT)
    talk.type("orts\r")
    talk.shows("reports  ")
    talk.prompts()
    talk.leave()


def any_terminal_will_do(stage):
    fill(stage)
    for name, folder in (("nobody-knows-it", None), ("xterm", "/nowhere"), ("dumb", None), ("", None)):
        talk = Talk(stage, TERM=name, TERMINFO=folder, HOME=None if name == "dumb" else "/")
        talk.prompts()
        talk.type("lisx\x7ft -q rep\t\r")
        talk.shows("reports  ")
        talk.prompts()
        talk.does("!echo $TERMINFO-", shows="\n" + (folder or "") + "-\n")
        talk.leave()


def other_programs_can_be_forbidden(stage):
    talk = Talk(stage, "--no-shell-escape")
    talk.prompts()
    talk.does("!touch x", shows="! is not allowed")
    talk.leave()
    stage.check(not os.path.exists(stage.path("x")), "it was run")
    talk = Talk(stage)
    talk.prompts()
    talk.does("!echo $((40 + 2)); touch y; exit 4", shows="42")
    talk.leave()
    stage.check(os.path.exists(stage.path("y")), "it was not run")


def commands_that_have_the_terminal_give_it_back(stage):
    fill(stage)
    talk = Talk(stage)
    talk.prompts()
    talk.starts("top")
    talk.until("top", lambda screen: "q quit" in screen.text)
    talk.type("q")
    talk.prompts()
    talk.starts("top")
    talk.until("top again", lambda screen: "q quit" in screen.text)
    os.kill(int(children(talk)[0]), signal.SIGKILL)
    talk.until("a prompt", lambda screen: screen.typed.endswith(f"{talk.name}>"))
    talk.type("\r")
    talk.prompts()
    talk.does("!stty -a | grep -c -- -icanon", shows="0\n")
    talk.leave()


stages.run(
    commands_run_and_those_that_fail_say_so, ctrl_c_discards_what_is_typed, ctrl_c_ends_a_command_and_not_the_shell,
    ctrl_d_ends_only_from_an_empty_line, a_line_is_not_run_because_the_terminal_goes, what_was_typed_is_found_again, a_command_may_have_several_lines,
    letters_of_all_kinds_can_be_typed, two_hundred_lines_can_be_pasted, the_window_may_change, a_store_may_be_missing_come_and_go,
    a_locked_store_holds_nobody_up, tab_completes_what_may_stand_there, many_candidates_can_be_left,
    what_is_stored_or_typed_is_never_obeyed, queues_with_names_that_cannot_be_are_no_harm, use_and_the_prompt,
    signals_end_it_with_its_history, it_can_be_stopped_and_goes_on, any_terminal_will_do,
    other_programs_can_be_forbidden, commands_that_have_the_terminal_give_it_back)
