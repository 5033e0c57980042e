"""Workers that die, that are stopped, and that live: who runs a job, and never twice at once."""

import os
import signal
import sqlite3

from stage import DEADLINE, kill, has_stopped, leases, lives, only, run, state_of

# The first run ends only when it may (or when it is killed, and not by SIGTERM); later runs at once.
FIRST_HOLDS = """
if [ "$QCTL_ATTEMPT" -eq 1 ]; then
  trap '' TERM
  while [ ! -e go ]; do sleep 0.02; done
fi
"""
# The same, with a child that holds out as its parent does.
FIRST_HOLDS_WITH_CHILD = """
if [ "$QCTL_ATTEMPT" -eq 1 ]; then
  trap '' TERM
  (trap '' TERM; while [ ! -e go ]; do sleep 0.02; done) &
  while [ ! -e go ]; do sleep 0.02; done
fi
"""


def first_started(stage, count=1):
    stage.until("handlers started", lambda: len(stage.starts()) >= count)


def stop_while_running(stage, words):
    """Starts a worker, and stops it (SIGSTOP) while it runs a job; the worker, the job, its handler."""
    job = stage.enqueue()
    worker = stage.work("--lease", "2s", "--name", "first", handler=words)
    first_started(stage)
    worker.send_signal(signal.SIGSTOP)
    stage.until("the worker is stopped", lambda: has_stopped(worker.pid))
    return worker, job, stage.starts()[0][2]


def settles_in_vain(stage, worker, job):
    """Lets the stopped worker go on: nothing may change but the log."""
    before = stage.job(job)
    stage.equal("attempts", [(attempt["attempt"], attempt["outcome"]) for attempt in before["attempts"]],
                [(1, "lost"), (2, "completed")])
    stage.equal("what it was charged with", (before["failures"], before["crashes"]), (0, 0))
    worker.send_signal(signal.SIGCONT)
    lost = stage.until("lease_lost is logged", lambda: stage.events("lease_lost"))
    stage.equal("leases lost", [record.get("job_id") for record in lost], [job])
    worker.terminate()
    status = stage.ends(worker, what="the worker that had been stopped")
    stage.check(status in (0, -signal.SIGTERM), f"the worker that had been stopped ended with {status}")
    stage.equal("the job", stage.job(job), before)
    stage.equal("completions", len(stage.events("completed")), 1)
    stage.equal("rescues", [record["job_id"] for record in stage.events("rescued")], [job])
    stage.equal("starts", [start[:2] for start in stage.starts()], [(job, 1), (job, 2)])


def a_stopped_worker_changes_nothing(stage):
    """Trap 1. Its handler still runs when the lease ends: it is killed before the job runs again."""
    handler = stage.alone(stage.script("handler", FIRST_HOLDS_WITH_CHILD))
    worker, job, process = stop_while_running(stage, handler)
    other = stage.work("--name", "second", handler=handler)
    stage.until("another worker has completed the job", lambda: stage.state(job) == "completed")
    stage.check(not lives(process), "the first handler still lives")
    settles_in_vain(stage, worker, job)
    stage.stop(other)


def a_late_settlement_changes_nothing(stage):
    """Trap 1. Its handler ends well while the worker cannot hear of it."""
    handler = stage.alone(stage.script("handler", FIRST_HOLDS))
    worker, job, process = stop_while_running(stage, handler)
    stage.touch("go")
    stage.until("the first handler has ended", lambda: not lives(process))
    other = stage.work("--name", "second", handler=handler)
    stage.until("another worker has completed the job", lambda: stage.state(job) == "completed")
    settles_in_vain(stage, worker, job)
    stage.stop(other)


def rescued_at_once(stage, start_others):
    handler = stage.alone(stage.script("handler", FIRST_HOLDS_WITH_CHILD))
    job = stage.enqueue()
    worker = stage.work(handler=handler)
    first_started(stage)
    others = start_others(handler)
    worker.kill()
    worker.wait()
    others = others or [stage.work("--until-empty", handler=handler)]
    # Far below the lease, which is 60 s here.
    stage.until("the job of the dead worker is completed", lambda: stage.state(job) == "completed")
    left = [pid for _, attempt, pid in stage.starts() if attempt == 1 and lives(pid)]
    stage.equal("first handlers that still live", left, [])
    found = stage.job(job)
    stage.equal("attempts", [attempt["outcome"] for attempt in found["attempts"]], ["lost", "completed"])
    stage.equal("what it was charged with", (found["failures"], found["crashes"]), (0, 0))
    stage.equal("rescues", [record["job_id"] for record in stage.events("rescued")], [job])
    return others


def handlers_that_live_on_are_gone_first(stage):
    """Trap 2, where one process has one job after the other, or several at once."""
    handler = stage.alone_in_lines("go")
    for words in (["--persistent"], ["--persistent", "--batch", "3"], ["--batch", "3"]):
        before = len(stage.starts())
        jobs = [stage.enqueue() for _ in range(3)]
        worker = stage.work(*words, handler=handler)
        stage.until("a handler has a job", lambda: len(stage.starts()) > before)
        first = stage.starts()[before][2]
        worker.kill()
        worker.wait()
        other = stage.work("--until-empty", *words, handler=handler)
        stage.until("the killed worker's handler is gone", lambda: not lives(first))
        stage.touch("go")
        stage.equal("the next worker", stage.ends(other), 0)
        os.remove(stage.path("go"))
        for job in jobs:
            found = stage.job(job)
            stage.equal("the job", (found["state"], found["failures"], found["crashes"]), ("completed", 0, 0))
    stage.nothing_overlapped()


def a_handler_that_lives_on_is_killed(stage):
    """Its job is charged with that; the others go on in another process."""
    handler = stage.alone_in_lines("go")
    jobs = [stage.enqueue("--backoff", "fixed:10ms") for _ in range(3)]
    worker = stage.work("--persistent", "--until-settled", handler=handler)
    for number in range(3):
        stage.until("a first attempt runs", lambda: sum(start[1] == 1 for start in stage.starts()) > number)
        kill([start[2] for start in stage.starts() if start[1] == 1][number], signal.SIGKILL)
    stage.equal("the worker", stage.ends(worker), 0)
    for job in jobs:
        found = stage.job(job)
        stage.equal("the attempts", [(each["outcome"], each["signal"]) for each in found["attempts"]],
                    [("failed", 9), ("completed", None)])
        stage.equal("the error", found["attempts"][0]["error"], "killed by SIGKILL")


def an_idle_worker_rescues_at_once(stage):
    """Trap 2."""
    def idle(handler):
        other = stage.work(handler=handler)
        stage.until("the second worker has started", lambda: stage.workers() == 2)
        return [other]
    for worker in rescued_at_once(stage, idle):
        stage.stop(worker)


def the_next_worker_rescues_at_once(stage):
    """Trap 2: nobody was there when the worker died."""
    for worker in rescued_at_once(stage, lambda handler: []):
        stage.equal("the next worker", stage.ends(worker), 0)


def a_busy_worker_rescues_at_once(stage):
    """Trap 2: the only other worker has its hands full, and looks after the dead all the same."""
    handler = stage.alone("sleep", "600")
    long = stage.enqueue("--priority", "0")
    busy = stage.work("--name", "busy", handler=handler)
    first_started(stage)
    job = stage.enqueue()
    dead = stage.work("--name", "dead", handler=handler)
    first_started(stage, 2)
    process = stage.starts()[1][2]
    dead.kill()
    dead.wait()
    stage.until("the job is ready again", lambda: stage.state(job) == "ready")
    stage.check(not lives(process), "the handler of the dead worker still lives")
    stage.equal("the other job", stage.state(long), "active")
    kill(busy.pid, signal.SIGKILL)


@only("sqlite")
def what_a_handler_left_behind_is_gone_first(stage):
    """The worker dies when its handler has ended, but before the store could hear of it."""
    handler = stage.alone(stage.script("handler", """
if [ "$QCTL_ATTEMPT" -eq 1 ]; then
  while [ ! -e go ]; do sleep 0.02; done
  sleep 600 >leftover 2>&1 &
fi
"""))
    job = stage.enqueue()
    worker = stage.work(handler=handler)
    first_started(stage)
    database = sqlite3.connect(stage.store, isolation_level=None, timeout=DEADLINE)
    database.execute("BEGIN IMMEDIATE")
    stage.touch("go")
    process = stage.starts()[0][2]
    stage.until("the worker knows that its handler has ended", lambda: state_of(process) == "")
    worker.kill()
    worker.wait()
    database.execute("ROLLBACK")
    database.close()
    stage.equal("the next worker", stage.ends(stage.work("--until-settled", handler=handler)), 0)
    stage.equal("the job", (stage.state(job), len(stage.starts())), ("completed", 2))


@leases(1, 10, 50)
def a_long_job_runs_once(stage):
    """Trap 2: a job of four leases beside an idle worker."""
    handler = stage.alone(stage.script("handler", "while [ ! -e go ]; do sleep 0.1; done\n"))
    job = stage.enqueue()
    workers = [stage.work("--lease", f"{stage.lease}s", handler=handler) for _ in range(2)]
    first_started(stage)
    stage.outlasts(4)
    stage.touch("go")
    stage.until("the job is completed", lambda: stage.state(job) == "completed")
    stage.no_lease_was_lost()
    stage.equal("starts", [start[:2] for start in stage.starts()], [(job, 1)])
    for worker in workers:
        stage.stop(worker)


def marked_jobs_run_alone(stage):
    """Four jobs of a dead worker run again one after the other, with nothing beside them."""
    handler = stage.script("handler", """
echo "$QCTL_JOB_ID" >>"$QCTL_ATTEMPT"
if [ "$QCTL_ATTEMPT" -eq 1 ] && [ "$QCTL_TYPE" = first ]; then exec sleep 600; fi
echo "begin $QCTL_JOB_ID" >>runs
sleep 0.05
echo "end $QCTL_JOB_ID" >>runs
""")
    marked = {stage.enqueue("-t", "first") for _ in range(4)}
    worker = stage.work("-c", "4", handler=[handler])
    stage.until("four jobs run", lambda: len(stage.lines("1")) == 4)
    worker.kill()
    worker.wait()
    stage.enqueue_all([{"type": "neighbour", "priority": n % 10} for n in range(20)])
    stage.qctl("work", "-c", "4", "--until-settled", "--quiet", "--", handler)
    running = set()
    for line in stage.lines("runs"):
        verb, job = line.split()
        if verb == "end":
            running.discard(job)
            continue
        running.add(job)
        stage.check(len(running) == 1 or not running & marked, f"beside a marked job: {running}")
    left = [(job["id"], job["state"], job["failures"]) for job in stage.jobs()
            if job["state"] != "completed" or job["failures"]]
    stage.equal("jobs not completed, or charged", left, [])
    stage.equal("rescues", {record["job_id"] for record in stage.events("rescued")}, marked)


def a_job_that_kills_its_worker(stage):
    """Trap 4: dead after three crashes while alone; its twenty neighbours never pay."""
    handler = stage.script("handler", """
if [ "$QCTL_TYPE" = poison ]; then
  kill -9 "$PPID"
  exec sleep 600
fi
sleep 0.05
""")
    stage.enqueue_all(
        [{"type": "neighbour"} for _ in range(10)] + [{"type": "poison", "backoff": "fixed:100ms"}]
        + [{"type": "neighbour"} for _ in range(10)])
    deaths = 0
    while (status := stage.ends(stage.work("-c", "4", "--until-settled", handler=[handler]))) and deaths < 8:
        stage.equal("how a worker ended", status, -signal.SIGKILL)
        deaths += 1
    # The first time it is one of several that might have done it.
    stage.equal("deaths of workers", deaths, 4)
    jobs = stage.jobs()
    poison = [job for job in jobs if job["type"] == "poison"]
    stage.equal("the poison", [(job["state"], job["crashes"]) for job in poison], [("dead", 3)])
    stage.check(all(job["error"] for job in poison), "nothing says what the poison died of")
    neighbours = [(job["state"], job["failures"], job["crashes"]) for job in jobs if job["type"] != "poison"]
    stage.equal("the neighbours", neighbours, [("completed", 0, 0)] * 20)


if __name__ == "__main__":
    run(handlers_that_live_on_are_gone_first, a_handler_that_lives_on_is_killed,
        a_stopped_worker_changes_nothing, a_late_settlement_changes_nothing, an_idle_worker_rescues_at_once,
        the_next_worker_rescues_at_once, a_busy_worker_rescues_at_once, what_a_handler_left_behind_is_gone_first, a_long_job_runs_once,
        marked_jobs_run_alone, a_job_that_kills_its_worker)
