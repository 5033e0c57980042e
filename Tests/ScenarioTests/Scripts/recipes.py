"""The recipes of the manual for whoever watches: each is taken from the page and tried, as its reader would."""

import http.server
import os
import re
import shlex
import shutil
import subprocess
import threading

from stage import DEADLINE, Failed, run

MANUAL = os.path.join(os.environ["REPOSITORY"], "man", "qctl-health.1")
NEGATE = "/usr/lib/nagios/plugins/negate"
PROGRAM, STORE, PINGED = "/usr/bin/qctl", "/var/lib/shop/queue.db", "https://hc-ping.com"
STATES = ["OK", "WARNING", "CRITICAL", "UNKNOWN"]


def recipe(stage, title):
    """The lines below the sentence that begins with a title, for the store and the program of a scene."""
    shown = subprocess.run(
        ["mandoc", "-T", "ascii", "-O", "width=300", MANUAL], capture_output=True, text=True, check=True).stdout
    shown = re.sub(".\b", "", shown)
    # The way to a block: the sentence, an empty line, then what is set in further.
    found = re.search(rf"^( +){title}[^\n]*:\n\n((?:\1 +[^\n]*\n|\n(?=\1  ))+)", shown, re.M)
    if not found:
        stage.check(False, f"no recipe: {title}")
        raise Failed
    lines = found[2].rstrip("\n").split("\n")
    margin = min(len(line) - len(line.lstrip()) for line in lines if line)
    text = "\n".join(line[margin:] for line in lines)
    stage.check(PROGRAM in text and STORE in text, f"a recipe without the names that are known here: {text}")
    store = stage.environment["QCTL_STORE"]
    return text.replace(PROGRAM, shutil.which("qctl")).replace(STORE, store).replace(os.path.dirname(STORE), stage.folder)


def shell(command):
    """Runs a line as cron does: by sh, with few variables and no terminal."""
    bare = {"PATH": "/usr/bin:/bin", "HOME": os.environ["HOME"], "LOGNAME": "root", "SHELL": "/bin/sh"}
    done = subprocess.run(["/bin/sh", "-c", command], env=bare, cwd="/", stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=DEADLINE)
    return done.returncode, done.stdout, done.stderr


def make(stage, state):
    """Brings the queue into a state of health."""
    if state == "OK":
        stage.enqueue("-q", "mail")
    elif state == "WARNING":
        # One dead job is worth a look.
        job = stage.qctl("claim", "-q", "mail", "--json")
        words = re.search(r'"id":"(\w+)".*"token":"?(\w+)', job)
        stage.qctl("fail", words[1], "--token", words[2], "--permanent", "--error", "no route")
    elif state == "CRITICAL":
        # Somebody counts on workers, and none is there.
        stage.qctl("queue", "set", "mail", "--workers", "1")
    else:
        shutil.move(stage.store, stage.store + ".away")


def each_state(stage, look):
    for status, state in enumerate(STATES):
        make(stage, state)
        look(status, state)


def cron(stage):
    line = recipe(stage, "From cron")
    fields, command = " ".join(line.split()[:5]), line.split(None, 5)[5]
    stage.qctl("schedule", "next", fields, "-n", "1")
    # Cron takes an unescaped one for the end of the line.
    stage.check("%" not in command, f"a per cent sign: {command}")

    def look(status, state):
        found, mailed, said = shell(command)
        stage.equal(f"cron, {state}: {said}", found, status)
        stage.equal(f"mailed, {state}", mailed.split(" - ")[0], "" if status == 0 else f"QCTL {state}")
    each_state(stage, look)
    lock = re.search(r"flock \S+ -E 75 (\S+)", command)[1]
    held = subprocess.Popen(["flock", lock, "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    held.stdin.write(b"held\n")
    held.stdin.flush()
    held.stdout.readline()
    stage.equal("cron, while one runs", shell(command)[:2], (75, ""))
    held.communicate()


def systemd(stage):
    service, timer = recipe(stage, "By systemd").split("\n\n")
    for name, text in (("service", service), ("timer", timer)):
        with open(stage.path(f"qctl-recipe.{name}"), "w") as unit:
            unit.write(f"[Unit]\nDescription=a recipe\n\n{text}\n")
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", stage.path("qctl-recipe.service"), stage.path("qctl-recipe.timer")],
        capture_output=True, text=True, timeout=DEADLINE)
    complaints = [line for line in verified.stderr.splitlines() if "qctl-recipe" in line]
    stage.equal("systemd-analyze verify", (verified.returncode, complaints), (0, []))
    settings = dict(line.split("=", 1) for line in service.splitlines() if "=" in line)
    calendar = re.search("OnCalendar=(.*)", timer)[1]
    stage.equal("systemd-analyze calendar",
                subprocess.run(["systemd-analyze", "calendar", calendar], capture_output=True).returncode, 0)

    def look(status, state):
        found, printed, _ = shell(settings["ExecStart"])
        stage.equal(f"the service, {state}", (found, printed.split(" - ")[0]), (status, f"QCTL {state}"))
        failed = found not in (0, int(settings["SuccessExitStatus"]))
        stage.equal(f"the unit has failed, {state}", failed, status > 1)
    each_state(stage, look)


def nagios(stage):
    block = recipe(stage, "By Nagios")
    lines = block.splitlines()
    stage.equal("the block", (lines[0], lines[-1]), ("define command {", "}"))
    settings = dict(line.split(None, 1) for line in lines[1:-1])
    stage.equal("the command", settings["command_name"], "check_qctl")

    def look(status, state):
        command = settings["command_line"].replace("$ARG1$", "workers dlq -q mail")
        found, printed, _ = shell(command)
        stage.equal(f"the plugin, {state}", (found, printed.split(" - ")[0]), (status, f"QCTL {state}"))
        stage.check(len(re.split(r"[|\n]", printed)[0]) < 80, f"a long first line: {printed}")
        # A wrapper of theirs reads what a plugin says, and turns it into what it is told to.
        turned = {"OK": "CRITICAL", "CRITICAL": "OK"}.get(state, state)
        found, printed, _ = shell(f"{NEGATE} -s {command}")
        stage.equal(f"through negate, {state}", (found, printed.split(" - ")[0]),
                    (STATES.index(turned), f"QCTL {turned}"))
    each_state(stage, look)


def checkmk(stage):
    script = stage.path("local")
    with open(script, "w") as file:
        file.write(recipe(stage, "By Checkmk") + "\n")
    os.chmod(script, 0o755)

    def look(status, state):
        found, printed, _ = shell(script)
        stage.equal(f"the local check's status, {state}", found, status)
        for line in printed.splitlines():
            # docs.checkmk.com, local checks: status, name, metrics or -, text.
            name, metrics, text = shlex.split(line.replace("'", " "), posix=True)[1:3] + [line]
            stage.check(re.match(r'[0-3] "qctl[^"]*" ', line), f"no local check: {line}")
            stage.check(metrics == "-" or all("=" in part for part in metrics.split("|")), f"metrics: {text}")
        worst = max(int(line[0]) for line in printed.splitlines())
        stage.equal(f"the worst line, {state}", worst, status)
    each_state(stage, look)


class Pinged(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.heard.append((self.path, body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def ping(stage):
    command = recipe(stage, "By a service that waits for pings")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pinged)
    server.heard = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stage.check(PINGED in command, f"pings somebody else: {command}")
    command = command.replace(PINGED, f"http://127.0.0.1:{server.server_address[1]}")

    def look(status, state):
        found, _, said = shell(command)
        path, body = server.heard.pop()
        stage.equal(f"pinged, {state}: {said}", (found, path), (0, f"/UUID/{status}"))
        stage.equal(f"what was pinged, {state}", body.split(" - ")[0], f"QCTL {state}")
    each_state(stage, look)
    server.shutdown()


run(cron, systemd, nagios, checkmk, ping)
