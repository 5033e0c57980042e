"""The pager between a command and its reader: when there is one, who gets Ctrl-C, who waits for whom."""

import os

import stage as stages
from terminal import Terminal, on_terminal


def show(stage, *words, **variables):
    """What a command shows on a terminal, and its status."""
    return on_terminal(*words, environment=dict(stage.environment, **variables), folder=stage.folder)


def lines_of(stage, name):
    """What a pager put into a file."""
    stage.check(os.path.exists(stage.path(name)), f"there is no {name}")
    return stage.lines(name)


def fill(stage, count=3):
    stage.enqueue_all([{"queue": "emails"}] * count)


def what_is_read_by_people_goes_through_the_pager(stage):
    fill(stage)
    id = stage.jobs()[0]["id"]
    for words in (["list"], ["queues"], ["tail"], ["show", id], ["capabilities"], ["doctor"], ["config"],
                  ["list", "--format", "{id}"], ["help", "work"]):
        if words == ["tail"]:
            stage.qctl("pause", "emails", "--quiet")
        shown, status = show(stage, "qctl", *words, QCTL_PAGER="cat >page")
        stage.equal(f"{words} beside the pager", (shown, status), (b"", 0))
        stage.check(lines_of(stage, "page"), f"{words}: the pager got nothing")
        os.unlink(stage.path("page"))


def programs_and_verbs_that_write_have_none(stage):
    fill(stage)
    pager = {"QCTL_PAGER": "touch paged; cat"}
    for words in (["list", "--json"], ["list", "-o", "csv"], ["list", "--ids"], ["list", "-0"], ["tail", "-o", "logfmt"],
                  ["list", "--no-pager"], ["list", "-q", "emails", "--state", "dead"], ["pause", "emails"], ["enqueue"],
                  ["cancel", "-q", "emails", "--dry-run"], ["--version"], ["--no-pager", "help", "work"]):
        shown, status = show(stage, "qctl", *words, **pager)
        stage.equal(f"the status of {words}", status, 0)
        stage.check(not os.path.exists(stage.path("paged")), f"{words} was paged")
    for variables in ({"QCTL_PAGER": ""}, {"PAGER": "cat"}, dict(pager, TERM="dumb")):
        shown, status = show(stage, "qctl", "list", **variables)
        stage.equal(f"rows with {variables}", (shown.count(b"emails"), status), (3, 0))
    stage.environment.update(pager, TERM="xterm")
    stage.equal("rows in a pipe", stage.qctl("list").count("emails"), 3)
    stage.check(not os.path.exists(stage.path("paged")), "a pager on a pipe, or none was wanted")


def what_fits_on_the_screen_needs_no_key(stage):
    fill(stage)
    shown, status = show(stage, "qctl", "list")
    stage.equal("rows by less", (shown.count(b"emails"), status), (3, 0))
    show(stage, "qctl", "list", QCTL_PAGER='printf %s "$LESS" >less; cat')
    stage.equal("LESS by default", lines_of(stage, "less"), ["FRX"])
    show(stage, "qctl", "list", QCTL_PAGER='printf %s "$LESS" >less; cat', LESS="S")
    stage.equal("LESS as set", lines_of(stage, "less"), ["S"])


def a_reader_who_leaves_is_no_error(stage):
    fill(stage, 20_000)
    shown, status = show(stage, "qctl", "list", "-n", "20000", "--format", "{id} {queue}", QCTL_PAGER="head -n 3")
    stage.equal("what head left, and the status", (shown.count(b"\n"), status), (3, 0))
    terminal = Terminal(
        "qctl", "list", "-n", "20000", environment=dict(stage.environment, QCTL_PAGER="less -R"), folder=stage.folder)
    stage.check(terminal.until(lambda: terminal.shown.count(b"emails") > 20), "less shows no page")
    terminal.type(b"q")
    shown, status = terminal.end()
    stage.equal("status after q in less", status, 0)
    stage.check(b"qctl:" not in shown, f"complains: {shown[-200:]!r}")
    stage.check(shown.count(b"emails") < 1000, "all was shown")


def ctrl_c_is_the_pagers_affair(stage):
    fill(stage, 5000)
    stage.script("patient", "trap '' INT\ntouch started\nwhile [ ! -e go ]; do sleep 0.01; done\nexec cat >page\n")
    variables = dict(stage.environment, QCTL_PAGER=stage.path("patient"))
    terminal = Terminal("qctl", "list", "-n", "5000", environment=variables, folder=stage.folder)
    stage.until("the pager has started", lambda: os.path.exists(stage.path("started")))
    terminal.type(b"\x03")
    stage.touch("go")
    stage.equal("status after Ctrl-C", terminal.end()[1], 0)
    stage.equal("lines paged", len(lines_of(stage, "page")), 5001)
    stage.script("hasty", "touch begun\nwhile :; do sleep 0.01; done\n")
    variables["QCTL_PAGER"] = stage.path("hasty")
    terminal = Terminal("qctl", "list", environment=variables, folder=stage.folder)
    stage.until("the other pager has started", lambda: os.path.exists(stage.path("begun")))
    terminal.type(b"\x03")
    stage.equal("status after a Ctrl-C that ended the pager", terminal.end()[1], -2)


def a_pager_that_is_not_there_is_done_without(stage):
    fill(stage)
    for pager in ("no-such-pager", "no-such-pager -R", "/no/such/pager 'x'"):
        shown, status = show(stage, "qctl", "list", QCTL_PAGER=pager)
        stage.equal(f"rows without {pager}", (shown.count(b"emails"), status), (3, 0))


def what_is_to_say_is_said_when_the_pager_has_gone(stage):
    fill(stage, 150)
    shown, status = show(stage, "qctl", "list", QCTL_PAGER="sed -n '$s/.*/the end/p'; echo gone")
    stage.equal("status", status, 0)
    stage.check(shown.startswith(b"the end\ngone\nqctl: only the first 100"), f"out of order: {shown!r}")
    shown, status = show(stage, "qctl", "list", "0s9xhm7hw090q", QCTL_PAGER="touch paged; cat")
    stage.equal("the status of nothing", status, 1)
    stage.check(not os.path.exists(stage.path("paged")), "a pager for nothing")


def help_is_paged_where_it_is_long(stage):
    variables = dict(stage.environment, QCTL_PAGER="touch paged; cat")
    for rows, wanted in ((500, False), (10, True)):
        shown, status = on_terminal("qctl", "help", "list", rows=rows, environment=variables, folder=stage.folder)
        stage.check(b"Usage" in shown and status == 0, f"no help: {shown!r}")
        stage.equal(f"paged on {rows} rows", os.path.exists(stage.path("paged")), wanted)


stages.run(
    what_is_read_by_people_goes_through_the_pager, programs_and_verbs_that_write_have_none,
    what_fits_on_the_screen_needs_no_key, a_reader_who_leaves_is_no_error, ctrl_c_is_the_pagers_affair,
    a_pager_that_is_not_there_is_done_without, what_is_to_say_is_said_when_the_pager_has_gone,
    help_is_paged_where_it_is_long, stores=["sqlite"])
