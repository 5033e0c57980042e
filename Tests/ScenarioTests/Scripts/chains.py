"""Workers and enqueuers are killed while chains and batches flow; then each job is as its rule demands.

    chains.py [SCENE…] [STORE…]

Each step of an enqueuer is one bulk: a chain of five, each waiting for the one before, in a batch of its
own with a job that waits for that. In some the third dies. A job that waits must not begin before the last
run of the one before has ended, and the job behind a batch not before the last run of any of its jobs has.
$QCTL_KILLS and $QCTL_CHAINS make it longer; QCTL_TEST_SEED repeats its choices.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import threading
import time

import seeds
from between import killat
from stage import DEADLINE, kill, run

KILLS = int(os.environ.get("QCTL_KILLS", 10))
CHAINS = int(os.environ.get("QCTL_CHAINS", 16))
POINTS = os.environ.get("QCTL_POINTS", "6")
SEED = seeds.chosen()
RULES = ("hold", "cancel", "run")
LENGTH = 5


class Chain:
    """One bulk of an enqueuer."""

    def __init__(self, number, chance):
        self.number = number
        self.rule = chance.choice(RULES)
        self.dies = chance.random() < 0.4
        self.ids = []

    def lines(self):
        for place in range(LENGTH):
            isBad = self.dies and place == 2
            yield {"queue": "q", "type": f"{'bad' if isBad else 'job'}-{self.number}-{place}",
                   "on_parent_failure": self.rule, "idempotency_key": f"{self.number}-{place}"}

    def words(self, stage):
        path = stage.path(f"chain-{self.number}")
        with open(path, "w") as file:
            file.writelines(json.dumps(line) + "\n" for line in self.lines())
        return ["--bulk", path, "--bulk-chain", "--batch", f"batch-{self.number}", "--then", f"then-{self.number}",
                "--then-queue", "q", "--quiet"]


class Enqueuer(threading.Thread):
    """Sends chains; one that is killed sends the same again."""

    def __init__(self, stage, chains, chance):
        super().__init__(daemon=True)
        self.stage, self.chains, self.chance = stage, chains, chance
        self.failure, self.kills = None, 0

    def run(self):
        for chain in self.chains:
            while not self.failure:
                process = self.stage.start("qctl", "enqueue", *chain.words(self.stage))
                if self.chance.random() < 0.4:
                    time.sleep(self.chance.uniform(0, 0.02))
                    process.kill()
                status = process.wait()
                if status == 0:
                    break
                self.kills += 1
                if status != -signal.SIGKILL:
                    self.failure = f"{status}: {self.stage.said_by(process)}"
            time.sleep(self.chance.uniform(0, 0.2))


def handler(stage):
    """Says when it begins and ends; jobs that are bad fail for good until they are mended."""
    return stage.alone(stage.script("handler", """
echo "start $QCTL_JOB_ID" >>order
case $QCTL_TYPE in
  bad*) [ -e mended ]; status=$? ;;
  *) status=0 ;;
esac
echo "end $QCTL_JOB_ID" >>order
[ $status -eq 0 ] || exit 65
"""))


def chains_and_batches_outlive_kills(stage):
    chance = random.Random(f"{SEED} {stage.kind}")
    # One that met two kills is charged with the second.
    stage.qctl("queue", "set", "q", "--backoff", "fixed:10ms", "--quiet")
    words = ["-q", "q", "-c", "2", "--quiet"]
    program = handler(stage)
    chains = [Chain(number, chance) for number in range(CHAINS)]
    workers = [stage.work(*words, handler=program) for _ in range(2)]
    enqueuers = [Enqueuer(stage, chains[n::2], random.Random(f"{SEED} {stage.kind} {n}")) for n in range(2)]
    for enqueuer in enqueuers:
        enqueuer.start()
    kills = 0
    end = time.monotonic() + DEADLINE
    while kills < KILLS or any(enqueuer.is_alive() for enqueuer in enqueuers):
        if not stage.check(time.monotonic() < end, "the enqueuers never end"):
            return
        time.sleep(chance.uniform(0.02, 0.25))
        victim = chance.randrange(len(workers))
        kill(workers[victim].pid, signal.SIGKILL)
        workers[victim].wait()
        kills += 1
        workers[victim] = stage.work(*words, handler=program)
    stage.equal("enqueues that failed", [each.failure for each in enqueuers if each.failure], [])
    # Those that live go on with what the dead have left.
    stage.until("everything is as the rules demand", lambda: not wrong(stage, chains))
    told(stage, chains)
    order(stage, chains)
    stage.touch("mended")
    stage.qctl("dlq", "replay", "--all", "--yes", "--quiet", status=None)
    stage.until("all that held is completed", lambda: not wrong(stage, chains, mended=True))
    for worker in workers:
        worker.terminate()
        stage.check(stage.ends(worker, what="a stopped worker") in (0, -signal.SIGTERM), "a worker failed")
    told(stage, chains)
    stage.doctor()
    stage.check(not stage.problems, f"repeat with QCTL_TEST_SEED={SEED}")


def by_chain(stage, chains):
    """The jobs of each chain in order, and the job behind it."""
    jobs = {}
    for job in stage.jobs():
        kind, number, *place = job["type"].split("-")
        jobs.setdefault(int(number), {}).setdefault(int(place[0]) if place else "then", []).append(job)
    return jobs


def wrong(stage, chains, mended=False):
    """What is not as the rules demand; each job exactly once."""
    found, jobs = [], by_chain(stage, chains)
    for chain in chains:
        mine = jobs.get(chain.number, {})
        if sorted(map(str, mine)) != ["0", "1", "2", "3", "4", "then"] or any(len(each) > 1 for each in mine.values()):
            found.append(f"chain {chain.number} has {mine}")
            continue
        states = [mine[place][0]["state"] for place in range(LENGTH)]
        for place, state in enumerate(states):
            allowed = follows(chain, mine[place][0], states[place - 1] if place else "completed", mended)
            if state not in allowed:
                found.append(f"{place} of chain {chain.number} ({chain.rule}) is {state}, of {states}")
        isDone = "blocked" not in states
        then = mine["then"][0]
        if then["state"] != ("completed" if isDone else "blocked") and then["crashes"] < 3:
            found.append(f"behind batch {chain.number}: {then['state']}, of {states}")
    return found


def follows(chain, job, before, mended):
    """In which states a job may be, by how the one before it ended."""
    if job["crashes"] >= 3:
        return ["dead"]
    isBad = job["type"].startswith("bad") and not mended
    ran = ["dead"] if isBad else ["completed"]
    if mended and chain.rule == "cancel":
        # One that gave up did so for good, whatever became of the one before.
        return ["completed", "cancelled"]
    if before == "completed" or chain.rule == "run":
        return ran
    return ["blocked"] if chain.rule == "hold" else ["cancelled"]


def told(stage, chains):
    """What is counted is so."""
    for problem in wrong(stage, chains, mended=os.path.exists(stage.path("mended"))):
        stage.check(False, problem)
    jobs = by_chain(stage, chains)
    batches = [json.loads(line) for line in stage.qctl("batch", "list", "--json").splitlines()]
    stage.equal("batches", sorted(batch["name"] for batch in batches), sorted(f"batch-{n}" for n in range(CHAINS)))
    for batch in batches:
        mine = jobs[int(batch["name"].split("-")[1])]
        states = [mine[place][0]["state"] for place in range(LENGTH)]
        for state in ("completed", "dead", "cancelled"):
            stage.equal(f"{state} of {batch['name']}", batch[state], states.count(state))
        stage.equal(f"the job behind {batch['name']}", batch["follower"], mine["then"][0]["id"])
    for queue in map(json.loads, stage.qctl("queues", "--json").splitlines()):
        for state in ("ready", "active", "blocked", "dead", "completed", "cancelled"):
            truth = sum(job["state"] == state for mine in jobs.values() for each in mine.values() for job in each)
            stage.equal(f"{state} of {queue['queue']}", queue[state], truth)


def order(stage, chains):
    """Nobody began before those had ended that it waits for."""
    starts, ends = {}, {}
    for number, line in enumerate(stage.lines("order")):
        word, job = line.split()
        if word == "start":
            starts.setdefault(job, number)
        else:
            ends[job] = number
    for number, mine in by_chain(stage, chains).items():
        ids = [mine[place][0]["id"] for place in range(LENGTH)]
        for before, after in zip(ids, ids[1:]):
            stage.check(starts.get(after, 1 << 60) > ends.get(before, -1), f"chain {number}: {after} before {before}")
        last = max(ends.get(id, -1) for id in ids)
        stage.check(starts.get(mine["then"][0]["id"], 1 << 60) > last, f"the job behind batch {number} was early")


# A kill before each step.


def killed_before_each_step(stage, prepare, *words, judge, needs=5):
    """Kills a command at each step in turn, on copies of one store; then one worker makes all as it should be."""
    os.mkdir(stage.path("store"))
    stage.environment["QCTL_STORE"] = f"{stage.kind}:{stage.path('store/it')}"
    words = [*words, *(prepare() or [])]
    shutil.copytree(stage.path("store"), stage.path("first"))
    chance = random.Random(f"{SEED} {stage.folder}")

    def step(number):
        shutil.rmtree(stage.path("store"))
        shutil.copytree(stage.path("first"), stage.path("store"))
        done = subprocess.run(
            [killat(), str(number), stage.path("steps"), stage.path("store"), "qctl", *words], env=stage.environment,
            cwd=stage.folder, timeout=DEADLINE, capture_output=True, text=True)
        stage.check(done.returncode in (0, 137), f"step {number}: {done.returncode}, {done.stderr}")
        return done

    step(0)
    with open(stage.path("steps")) as file:
        steps = file.read().splitlines()
    stage.check(len(steps) > needs, f"only {steps}: this proves little")
    numbers = list(range(1, len(steps) + 1))
    if POINTS != "all" and len(numbers) > int(POINTS):
        numbers = sorted(chance.sample(numbers, int(POINTS)))
    for number in numbers:
        done = step(number)
        stage.doctor()
        # In a directory the end of a batch may be found by tidying alone, which a worker begins after a second.
        worker = stage.work("-q", "q", "--quiet", handler=["true"])
        note = f"killed before step {number} of {len(steps)}, {steps[number - 1]}; QCTL_TEST_SEED={SEED}"
        stage.until(note, lambda: judge(states_by_type(stage), bool(done.stdout.strip())), 60)
        worker.terminate()
        # One that was started a moment ago may be ended before it hears signals.
        stage.check(stage.ends(worker, what="a stopped worker") in (0, -signal.SIGTERM), "a worker failed")
        stage.doctor()
        if stage.problems:
            return


def states_by_type(stage):
    states = {}
    for job in stage.jobs():
        states.setdefault(job["type"], []).append(job["state"])
    return states


COMPLETED = ["completed"]


def a_chain_that_is_killed_while_it_is_accepted(stage):
    """All of it, or nothing."""
    whole = {name: COMPLETED for name in "abcde"}
    killed_before_each_step(
        stage, lambda: stage.qctl("init", "--quiet"), "enqueue", "-q", "q", "--chain", "a,b,c,d,e",
        judge=lambda states, isTold: states == whole or not isTold and not states)


def a_batch_that_is_killed_while_it_is_accepted(stage):
    """With the job behind it, or not at all."""
    def prepare():
        stage.qctl("init", "--quiet")
        with open(stage.path("jobs"), "w") as file:
            file.writelines(json.dumps({"queue": "q", "type": name}) + "\n" for name in "abc")
        return ["--bulk", stage.path("jobs"), "--batch", "night", "--then", "then", "--then-queue", "q"]

    whole = {name: COMPLETED for name in ["a", "b", "c", "then"]}
    killed_before_each_step(
        stage, prepare, "enqueue",
        judge=lambda states, isTold: states == whole or not isTold and not states)


def the_end_of_a_batch_that_is_killed(stage):
    """The last job of a batch, for which another waits besides."""
    def prepare():
        stage.qctl("init", "--quiet")
        with open(stage.path("jobs"), "w") as file:
            file.write(json.dumps({"queue": "mine", "type": "last"}) + "\n")
        stage.qctl("enqueue", "--bulk", stage.path("jobs"), "--batch", "night", "--then", "then", "--then-queue", "q",
                   "--quiet")
        id, token = stage.qctl("claim", "-q", "mine", "--lease", "1h").split()
        stage.enqueue("-q", "q", "-t", "child", "--after", id)
        return [id, "--token", token]

    def judge(states, isTold):
        if states["last"] == COMPLETED:
            return states["child"] == states["then"] == COMPLETED
        return not isTold and states["last"] == ["active"] and states["child"] == states["then"] == ["blocked"]

    killed_before_each_step(stage, prepare, "complete", judge=judge)


def the_end_of_a_parent_that_is_killed(stage):
    """A parent that is cancelled, and those that wait for it by each rule."""
    def prepare():
        stage.qctl("init", "--quiet")
        id = stage.enqueue("-q", "mine", "-t", "parent")
        for rule in RULES:
            stage.enqueue("-q", "q", "-t", rule, "--after", id, "--on-parent-failure", rule)
        return [id, "--yes"]

    def judge(states, isTold):
        if states["parent"] == ["cancelled"]:
            return [states[rule] for rule in RULES] == [["blocked"], ["cancelled"], COMPLETED]
        return not isTold and all(states[rule] == ["blocked"] for rule in RULES)

    killed_before_each_step(stage, prepare, "cancel", judge=judge)


if __name__ == "__main__":
    run(chains_and_batches_outlive_kills, a_chain_that_is_killed_while_it_is_accepted,
        a_batch_that_is_killed_while_it_is_accepted, the_end_of_a_batch_that_is_killed,
        the_end_of_a_parent_that_is_killed)
