"""A disk that fails while a worker works: a sentence, the documented status, and no job lost."""

import os
import shutil
import subprocess

from stage import SCRIPTS, only, run

JOBS = 300
# The job that runs until the disk has failed, and the one that runs until the worker is to stop.
BEFORE_FAULT, BEFORE_REST = 40, 100
HANDLER = f"""
held_until() {{ while [ ! -e "$1" ] && [ -e starts ]; do sleep 0.02; done; }}
number=$(cat)
if [ "$number" -ge {BEFORE_FAULT} ]; then held_until fault; fi
if [ "$number" -ge {BEFORE_REST} ]; then held_until rest; fi
seq 2000
"""


def begin(stage):
    """Many jobs, whose handlers leave output behind, so that the store must grow."""
    stage.enqueue_all([{"payload": n} for n in range(JOBS)])
    return stage.alone(stage.script("handler", HANDLER))


def under_way(stage):
    stage.until("some jobs are completed", lambda: len(stage.starts()) > BEFORE_FAULT)


def let_all_run(stage):
    """What runs meets the disk as it is now when it ends."""
    stage.touch("fault")
    stage.touch("rest")


def faulty(stage, handler, *words):
    """A worker of the debug build whose writes fail when the file `faults` says so."""
    library = stage.path("faults.so")
    source = os.path.join(SCRIPTS, "faults.c")
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return stage.work(
        "--quiet", *words, handler=["env", "-u", "LD_PRELOAD", *handler],
        program=os.environ["DEBUG_BUILD"],
        environment={"LD_PRELOAD": library, "QCTL_FAULTS": stage.path("faults"), "QCTL_FAULTY": stage.store})


def tell(stage, fault):
    with open(stage.path("new"), "w") as file:
        file.write(fault)
    os.rename(stage.path("new"), stage.path("faults"))


def ended_with(stage, worker, status, *words):
    """A worker gives up once it cannot hold its jobs any more, here after 2 s."""
    stage.equal("the worker", stage.ends(worker, what="the worker"), status)
    said = stage.said_by(worker)
    for word in ("qctl: ", stage.store, *words):
        stage.check(word in said, f"no word of '{word}', but: {said}")


def all_is_there(stage, handler):
    """Every job is there, nothing was charged, and the next worker completes what is left."""
    jobs = stage.jobs()
    stage.equal("jobs", len(jobs), JOBS)
    stage.check(any(job["state"] != "completed" for job in jobs), "all was done already: this proves nothing")
    stage.qctl("work", "-c", "4", "--until-settled", "--quiet", "--", *handler)
    stage.equal("jobs not completed, or charged", [
        (job["id"], job["state"], job["failures"], job["crashes"]) for job in stage.jobs()
        if (job["state"], job["failures"], job["crashes"]) != ("completed", 0, 0)], [])
    # A job's own history is durable everywhere; the log may lack what a failing disk refused, where the
    # store declares it so.
    histories = stage.details(job["id"] for job in jobs).values()
    stage.equal("jobs not completed just once", [
        history["id"] for history in histories
        if [each["outcome"] for each in history["attempts"]].count("completed") != 1], [])
    if "durable_log" not in stage.lacks():
        stage.equal("completions in the log", len(stage.events("completed")), JOBS)
    stage.doctor()


def a_disk_that_fills_up(stage):
    """On a small file system that a file fills. A job whose outcome could not be stored runs again."""
    disk = stage.path("disk")
    os.mkdir(disk)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "none", disk], check=True)
    try:
        stage.put_store(disk)
        handler = begin(stage)
        worker = stage.work("--lease", "2s", "--quiet", handler=handler)
        under_way(stage)
        with open(disk + "/filler", "wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                pass
        let_all_run(stage)
        stage.equal("the worker", stage.ends(worker, what="the worker"), 74)
        said = stage.said_by(worker)
        stage.check(f"the disk of {stage.store} is full" in said, f"it said: {said}")
        os.remove(disk + "/filler")
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        all_is_there(stage, handler)
    finally:
        stage.close()
        subprocess.run(["umount", "-l", disk], check=True)


def a_disk_without_room_for_a_sign_of_life(stage):
    """The store can still be written, but a worker that nobody could see must not begin: if it died,
    its handlers would live on while its jobs run again."""
    disk = stage.path("disk")
    os.mkdir(disk)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "nr_inodes=200,mode=700", "none", disk], check=True)
    try:
        stage.put_store(disk)
        # Whoever looks while the worker makes the store meets an empty file.
        stage.qctl("init", "--quiet")
        handler = stage.alone("true")
        first = stage.work(handler=handler)
        stage.until("the first worker has started", lambda: stage.workers() == 1)
        os.mkdir(disk + "/fillers")
        try:
            for number in range(1000):
                open(f"{disk}/fillers/{number}", "w").close()
        except OSError:
            pass
        second = stage.work(handler=handler)
        stage.equal("the second worker", stage.ends(second, what="the second worker"), 74)
        stage.check("is full" in stage.said_by(second), f"it said: {stage.said_by(second)}")
        shutil.rmtree(disk + "/fillers")
        job = stage.enqueue()
        stage.until("the first worker has completed a job", lambda: stage.state(job) == "completed")
        stage.stop(first)
    finally:
        stage.close()
        subprocess.run(["umount", "-l", disk], check=True)


def a_disk_that_becomes_read_only(stage):
    """As when the kernel remounts it after an error; `mount` itself refuses while files are open."""
    handler = begin(stage)
    worker = faulty(stage, handler, "--lease", "2s")
    under_way(stage)
    tell(stage, "read-only")
    let_all_run(stage)
    ended_with(stage, worker, 77, "cannot be written")
    os.remove(stage.path("faults"))
    all_is_there(stage, handler)


def a_disk_that_is_full_for_a_while(stage):
    """For less than the lease: the worker goes on by itself, and no job runs twice."""
    handler = begin(stage)
    worker = faulty(stage, handler)
    under_way(stage)
    tell(stage, "full")
    stage.touch("fault")
    stage.until("the worker says so", lambda: "full" in stage.said_by(worker))
    os.remove(stage.path("faults"))
    stage.until("the worker goes on", lambda: len(stage.starts()) > BEFORE_REST)
    stage.check(worker.poll() is None, "the worker has ended")
    worker.terminate()
    stage.touch("rest")
    stage.equal("the worker", stage.ends(worker, what="the worker"), 0)
    starts = [job for job, _, _ in stage.starts()]
    stage.equal("jobs started twice", len(starts) - len(set(starts)), 0)
    all_is_there(stage, handler)


@only("sqlite")
def a_sync_that_fails(stage):
    """The kernel tells of lost pages once only: the session that heard of it must not go on."""
    handler = begin(stage)
    worker = faulty(stage, handler)
    under_way(stage)
    tell(stage, "sync")
    let_all_run(stage)
    stage.until("a sync has failed", lambda: not os.path.exists(stage.path("faults")))
    # Where it knows not what is stored, nothing but a new session may judge.
    stage.equal("the worker", stage.ends(worker, what="the worker"), 69)
    stage.check("may or may not last" in stage.said_by(worker), f"it said: {stage.said_by(worker)}")
    all_is_there(stage, handler)


if __name__ == "__main__":
    run(a_disk_that_fills_up, a_disk_without_room_for_a_sign_of_life, a_disk_that_becomes_read_only,
        a_disk_that_is_full_for_a_while, a_sync_that_fails)
