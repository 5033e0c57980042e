"""What a worker does when it is told to end, to be quiet, to tell, and to run more or fewer at once."""

import os
import pty
import signal

from stage import lives, run

# Ends when the file `go` is there; `stubborn` jobs don't mind SIGTERM.
HANDLER = """
if [ "$QCTL_TYPE" = stubborn ]; then trap '' TERM; fi
while [ ! -e go ] && [ -e starts ]; do sleep 0.02; done
"""


def begin(stage, *words, type="willing", jobs=2, concurrency=1, **more):
    """A worker that runs as many of the jobs as it may at once."""
    handler = stage.alone(stage.script("handler", HANDLER))
    stage.enqueue_all([{"type": type} for _ in range(jobs)])
    worker = stage.work("-c", str(concurrency), *words, handler=handler, **more)
    stage.until("its handlers run", lambda: len(stage.starts()) == concurrency)
    return worker


def go(stage):
    stage.touch("go")


def is_draining(stage, worker, count=1):
    sentence = f"no new jobs, {count} still running"
    stage.until("it says that it takes no new jobs", lambda: sentence in stage.said_by(worker))


def states(stage):
    return sorted((job["state"], job["failures"], job["crashes"]) for job in stage.jobs())


def outcomes(stage):
    return [attempt["outcome"] for job in stage.jobs() for attempt in stage.job(job["id"])["attempts"]]


def sigterm_lets_running_jobs_finish(stage):
    worker = begin(stage, "--grace", "60s")
    worker.terminate()
    is_draining(stage, worker)
    go(stage)
    stage.equal("the worker", stage.ends(worker), 0)
    stage.equal("jobs", states(stage), [("completed", 0, 0), ("ready", 0, 0)])
    stage.equal("starts", len(stage.starts()), 1)


def after_the_grace_jobs_are_given_back(stage):
    worker = begin(stage, "--grace", "300ms", "--kill-after", "300ms", type="stubborn")
    worker.terminate()
    stage.equal("the worker", stage.ends(worker), 0)
    stage.equal("jobs", states(stage), [("ready", 0, 0)] * 2)
    stage.equal("outcomes", outcomes(stage), ["released"])
    stage.check(not lives(stage.starts()[0][2]), "the handler still lives")
    # Whoever comes next runs them, as if nothing had been; nothing makes them run alone.
    go(stage)
    stage.qctl("work", "-c", "2", "--until-empty", "--quiet", "--", *stage.alone("true"))
    stage.equal("jobs", states(stage), [("completed", 0, 0)] * 2)
    stage.equal("rescues", stage.events("rescued"), [])


def sigint_drains_and_ends_by_sigint(stage):
    worker = begin(stage, "--grace", "60s")
    worker.send_signal(signal.SIGINT)
    is_draining(stage, worker)
    go(stage)
    stage.equal("the worker", stage.ends(worker), -signal.SIGINT)
    stage.equal("jobs", states(stage), [("completed", 0, 0), ("ready", 0, 0)])


def a_second_signal_kills_at_once(stage):
    worker = begin(stage, "--grace", "300s", "--kill-after", "300s", type="stubborn")
    worker.terminate()
    is_draining(stage, worker)
    worker.terminate()
    stage.equal("the worker", stage.ends(worker), 0)
    stage.check(not lives(stage.starts()[0][2]), "the handler still lives")
    stage.equal("jobs", states(stage), [("ready", 0, 0)] * 2)


def hangup_is_nothing_without_a_terminal(stage):
    worker = begin(stage)
    worker.send_signal(signal.SIGHUP)
    go(stage)
    stage.until("it goes on to the next job", lambda: states(stage) == [("completed", 0, 0)] * 2)
    stage.check(worker.poll() is None, "it has ended")
    stage.stop(worker)


def hangup_of_its_terminal_drains(stage):
    master, slave = pty.openpty()
    worker = begin(stage, "--grace", "60s", stdout=slave)
    os.close(slave)
    worker.send_signal(signal.SIGHUP)
    is_draining(stage, worker)
    go(stage)
    stage.equal("the worker", stage.ends(worker), 0)
    stage.equal("jobs", states(stage), [("completed", 0, 0), ("ready", 0, 0)])
    os.close(master)


def usr1_makes_it_quiet(stage):
    worker = begin(stage)
    worker.send_signal(signal.SIGUSR1)
    stage.until("it says so", lambda: "no new jobs from now on" in stage.said_by(worker))
    go(stage)
    stage.until("its job is completed", lambda: states(stage)[0][0] == "completed")
    # A quiet worker answers, but takes nothing.
    worker.send_signal(signal.SIGUSR2)
    stage.until("it answers", lambda: len(stage.said_by(worker).splitlines()) >= 3)
    stage.equal("jobs", states(stage), [("completed", 0, 0), ("ready", 0, 0)])
    stage.stop(worker)


def usr2_tells_how_things_stand(stage):
    worker = begin(stage, "--quiet")
    job = stage.starts()[0][0]
    worker.send_signal(signal.SIGUSR2)
    stage.until("it names its running job", lambda: job in stage.said_by(worker))
    go(stage)
    stage.until("both jobs are completed", lambda: states(stage) == [("completed", 0, 0)] * 2)
    stage.stop(worker)


def running(stage):
    return sum(lives(pid) for _, _, pid in stage.starts())


def one_more_and_one_less(stage):
    """SIGRTMIN+1 and +2: one more at once, and one less."""
    handler = stage.alone(stage.script("handler", """
while [ ! -e "end-$QCTL_JOB_ID" ] && [ ! -e go ] && [ -e starts ]; do sleep 0.02; done
"""))
    more, less = signal.SIGRTMIN + 1, signal.SIGRTMIN + 2
    stage.enqueue_all([{} for _ in range(6)])
    worker = stage.work("-c", "1", handler=handler)
    stage.until("one runs", lambda: running(stage) == 1)
    for count in (2, 3):
        worker.send_signal(more)
        stage.until(f"{count} run at once", lambda: running(stage) == count)
    worker.send_signal(less)
    worker.send_signal(less)
    # Nobody is hurt: a running job ends by itself, and no other takes its place.
    worker.send_signal(signal.SIGUSR2)
    stage.until("it answers", lambda: all(job in stage.said_by(worker) for job, _, _ in stage.starts()))
    stage.equal("handlers that run on", running(stage), 3)
    for job, _, _ in stage.starts()[:2]:
        stage.touch(f"end-{job}")
    stage.until("two have ended", lambda: len(stage.jobs("--state", "completed")) == 2)
    stage.equal("one runs on", (running(stage), len(stage.starts())), (1, 3))
    stage.touch(f"end-{stage.starts()[2][0]}")
    stage.until("the next one runs", lambda: len(stage.starts()) == 4)
    stage.equal("at once", running(stage), 1)
    go(stage)
    stage.until("all is done", lambda: len(stage.jobs("--state", "completed")) == 6)
    stage.stop(worker)
    stage.equal("jobs", states(stage), [("completed", 0, 0)] * 6)


if __name__ == "__main__":
    run(sigterm_lets_running_jobs_finish, after_the_grace_jobs_are_given_back, sigint_drains_and_ends_by_sigint,
        a_second_signal_kills_at_once, hangup_is_nothing_without_a_terminal, hangup_of_its_terminal_drains,
        usr1_makes_it_quiet, usr2_tells_how_things_stand, one_more_and_one_less)
