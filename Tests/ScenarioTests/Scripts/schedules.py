"""Schedules through the nights in which clocks change, fired by many who are killed at random.

The debug build runs under the library of faketime. What has to come is told by a loop over the minutes
of the night, written from cronie's, with Python's own zones.
"""

import calendar
import collections
import datetime
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import time
import zoneinfo

import seeds
from between import killat
from clock import fake
from stage import run

MINUTE = 60
# All of Europe changes its clocks at 01:00 UTC.
NIGHTS = [("2026-03-28 21:30", "forward"), ("2026-10-24 21:30", "back")]
HOURS = 8
TICKERS = 20
SCHEDULES = 50
ZONES = [
    "UTC", "Europe/Berlin", "Europe/London", "Europe/Lisbon", "Europe/Athens", "Europe/Helsinki",
    "Europe/Dublin", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe"]


def utc(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%d %H:%M"))


def set_clock(stage, second):
    """The clock of whoever starts now stands at this second, and goes on."""
    with open(stage.path("new-clock"), "w") as file:
        file.write(f"{second - time.time():+.3f}\n")
    os.rename(stage.path("new-clock"), stage.path("clock"))


def start(stage, *words, **more):
    process = stage.start("env", os.environ["DEBUG_BUILD"], *words, environment=fake(stage), **more)
    # Whoever is killed leaves these behind.
    stage.leftovers += [f"/dev/shm/faketime_shm_{process.pid}", f"/dev/shm/sem.faketime_sem_{process.pid}"]
    return process


# What is to come.

Field = collections.namedtuple("Field", "text numbers")


def field(rng, first, last, stars, likely=None):
    if rng.random() < stars:
        step = rng.choice([1, 1, 2, 5, 15])
        return Field("*" if step == 1 else f"*/{step}", set(range(first, last + 1, step)))
    numbers = {rng.randint(*(likely or (first, last))) for _ in range(rng.randint(1, 3))}
    return Field(",".join(map(str, sorted(numbers))), numbers)


class Cron:
    def __init__(self, rng):
        self.minute = field(rng, 0, 59, 0.4)
        self.hour = field(rng, 0, 23, 0.4, likely=(0, 5))
        self.zone = rng.choice(ZONES)
        self.text = f"{self.minute.text} {self.hour.text} * * *"
        self.is_fixed = "*" not in (self.minute.text[0], self.hour.text[0])

    def words(self):
        return [self.text, "--tz", self.zone]

    def matches(self, local):
        return local % 60 in self.minute.numbers and local // 60 % 24 in self.hour.numbers

    def ticks(self, begin, end):
        """As cronie's loop: `done` is the clock up to which all was done."""
        zone = zoneinfo.ZoneInfo(self.zone)
        done, found = None, []
        for second in range(begin - 6 * 3600, end + 1, MINUTE):
            local = calendar.timegm(datetime.datetime.fromtimestamp(second, zone).timetuple()) // MINUTE
            comes = self.matches(local)
            if done is not None and self.is_fixed and local != done + 1:
                if local <= done:
                    comes = False
                else:
                    comes = any(self.matches(skipped) for skipped in range(done + 1, local + 1))
            done = local if done is None or not self.is_fixed else max(done, local)
            if comes and second > begin:
                found.append(second)
        return found


class Every:
    def __init__(self, rng):
        self.minutes = rng.choice([7, 10, 25, 45])

    def words(self):
        return ["--every", f"{self.minutes}m"]


def through_the_night(stage, evening, change):
    seed = seeds.chosen()
    rng = random.Random(seed)
    begin = utc(evening)
    end = begin + HOURS * 3600
    set_clock(stage, begin)
    rules = {}
    for number in range(SCHEDULES):
        name = f"s{number}"
        rule = Cron(rng) if number % 10 else Every(rng)
        policy = ["--catchup", "all" if number % 5 else "latest", "--overlap", "allow"]
        rules[name] = (rule, number % 5 != 0)
        words = ["-q", f"q{number % 3}", "-t", name, *policy]
        added = start(stage, "schedule", "add", name, *rule.words(), *words)
        stage.check(added.wait(timeout=200) == 0, f"{name} was not added: {stage.said_by(added)}")
    anchors = {record["name"]: exact(record["created_at"]) for record in listed(stage)}
    now = begin
    while now < end:
        now = min(now + rng.randint(3, 50) * MINUTE, end)
        # Into the minute, so that the tick on it is due and the next is not, however slow we are.
        set_clock(stage, now + 1)
        fired = [fire(stage, rng, number) for number in range(TICKERS)]
        for process in rng.sample(fired, TICKERS // 2):
            time.sleep(rng.random() * 0.02)
            process.send_signal(signal.SIGKILL)
        for process in fired:
            stage.ends(process, what="a ticker")
    set_clock(stage, end + 1)
    last = start(stage, "schedule", "tick")
    stage.check(last.wait(timeout=200) == 0, f"the last tick failed: {stage.said_by(last)}")
    compare(stage, rules, anchors, begin, end, f"clocks go {change}; QCTL_TEST_SEED={seed}")


def listed(stage):
    return [json.loads(line) for line in stage.qctl("schedule", "list", "--json").splitlines()]


def fire(stage, rng, number):
    if number % 7:
        return start(stage, "schedule", "tick")
    # Jobs stay as they were made: what has run again tells another time in run_at than its tick.
    return start(stage, "work", "-q", "idle", "--until-empty", "--", "true")


def instant(text):
    return calendar.timegm(time.strptime(text[:16], "%Y-%m-%dT%H:%M"))


def compare(stage, rules, anchors, begin, end, note):
    made = collections.defaultdict(list)
    for line in stage.qctl("export").splitlines():
        part = json.loads(line)
        if part["kind"] == "job":
            made[part["schedule"]].append(part["run_at"])
    total = 0
    for name, (rule, is_all) in rules.items():
        found = sorted(made.pop(name, []))
        twice = [at for at, count in collections.Counter(found).items() if count > 1]
        stage.equal(f"{name} {rule.words()}, ticks with two jobs; {note}", twice, [])
        if isinstance(rule, Every):
            # Counted from when it was added, a moment that only the store knows.
            first, times = anchors[name], [exact(at) for at in found]
            gaps = {round((at - first) % (rule.minutes * MINUTE), 3) for at in times}
            stage.check(gaps <= {0.0}, f"{name} comes beside its interval: {gaps}; {note}")
            wanted = int((end + 1 - first) // (rule.minutes * MINUTE))
            count = len(found)
            stage.check(count == wanted if is_all else 0 < count <= wanted, f"{name}: {count} of {wanted}; {note}")
            total += count
            continue
        wanted = rule.ticks(begin, end)
        times = [instant(at) for at in found]
        if is_all:
            differing = {"lost": short(sorted(set(wanted) - set(times))), "too many": short(sorted(set(times) - set(wanted)))}
            stage.check(times == wanted, f"{name} {rule.words()}: {differing}; {note}")
        else:
            stage.check(set(times) <= set(wanted), f"{name} {rule.words()} comes out of time; {note}")
            stage.check(not wanted or wanted[-1] in times, f"{name} {rule.words()} lost its last tick; {note}")
        total += len(found)
    stage.equal(f"jobs of no schedule; {note}", dict(made), {})
    stage.check(total > 200, f"only {total} jobs; {note}")
    stage.doctor()


def exact(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def short(times):
    return [time.strftime("%dT%H:%M", time.gmtime(at)) for at in times]


def through_the_night_in_which_clocks_go_forward(stage):
    through_the_night(stage, *NIGHTS[0])


def through_the_night_in_which_clocks_go_back(stage):
    through_the_night(stage, *NIGHTS[1])


# A kill before each step.


def overdue(stage):
    """A store whose schedule missed the beginning of each year since 2024, by way of an archive."""
    stage.qctl("schedule", "add", "yearly", "0 0 1 1 *", "-q", "q", "--catchup", "all", "--overlap", "allow",
               "--payload", "{}")
    lines = stage.qctl("export").splitlines()
    for number, line in enumerate(lines):
        part = json.loads(line)
        if part["kind"] == "schedule":
            lines[number] = line.replace(part["next_tick"], "2024-01-01T00:00:00.000Z")
    before = "".join(line + "\n" for line in lines[:-1])
    end = dict(json.loads(lines[-1]), sha256=hashlib.sha256(before.encode()).hexdigest())
    with open(stage.path("archive"), "w") as file:
        file.write(before + json.dumps(end) + "\n")
    os.mkdir(stage.path("store"))
    stage.environment["QCTL_STORE"] = f"{stage.kind}:{stage.path('store/it')}"
    stage.qctl("import", stage.path("archive"), "--quiet")


def a_tick_killed_before_each_step(stage):
    """Whoever comes next makes what is missing, and nothing twice."""
    overdue(stage)
    shutil.copytree(stage.path("store"), stage.path("first"))
    wanted = [f"{year}-01-01T00:00:00.000Z" for year in range(2024, time.gmtime().tm_year + 1)]

    def tick(step):
        shutil.rmtree(stage.path("store"))
        shutil.copytree(stage.path("first"), stage.path("store"))
        done = subprocess.run(
            [killat(), str(step), stage.path("steps"), stage.path("store"), "qctl", "schedule", "tick"],
            env=stage.environment, cwd=stage.folder, timeout=200)
        stage.check(done.returncode in ((0,) if step == 0 else (0, 137)), f"step {step}: {done.returncode}")

    tick(0)
    with open(stage.path("steps")) as file:
        steps = file.read().splitlines()
    stage.check(len(steps) > 5, f"only {steps}: this proves nothing")
    for step in range(1, len(steps) + 1):
        tick(step)
        stage.qctl("schedule", "tick")
        jobs = stage.jobs()
        note = f"killed before step {step} of {len(steps)}, {steps[step - 1]}"
        if not stage.equal(f"ticks with a job; {note}", sorted(job["run_at"] for job in jobs), wanted):
            return
        last = json.loads(stage.qctl("schedule", "list", "--json"))["last_job"]
        stage.check(last in [job["id"] for job in jobs], f"the last job is no job of it; {note}")
        stage.doctor()


if __name__ == "__main__":
    run(a_tick_killed_before_each_step, through_the_night_in_which_clocks_go_forward, through_the_night_in_which_clocks_go_back)
