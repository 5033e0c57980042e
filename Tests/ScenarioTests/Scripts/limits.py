"""Limits of queues under kill -9: never more handlers at once than allowed, not even orphans."""

import json
import random
import signal

from stage import run

WORKERS = 8
LIMIT = 3
JOBS = 120
KILLS = 15

# Takes one of as many locks as handlers may run at once. The kernel gives a lock back when the last
# process that has it is gone, so the handler of a dead worker counts for exactly as long as it lives.
HOLDS_ONE_OF_THREE = """
for slot in $SLOTS; do
  exec 9>"$FOLDER/slot-$slot"
  if flock -n 9; then
    echo "$slot" >>"$FOLDER/used"
    sleep 0.1
    exit 0
  fi
done
echo "$QCTL_JOB_ID $QCTL_ATTEMPT" >>"$FOLDER/one-too-many"
"""


def handler_of(stage, slots, name="handler"):
    text = HOLDS_ONE_OF_THREE.replace("$SLOTS", " ".join(map(str, slots))).replace("$FOLDER", stage.folder)
    return [stage.script(name, text)]


def running(stage, queue):
    return json.loads(stage.qctl("queue", "show", queue, "--json"))["active"]


def ended(stage):
    return sum(len(stage.jobs("--state", state)) for state in ("completed", "dead"))


def kill_at_random(stage, workers, start):
    """Kills workers, never their handlers, and puts others in their place."""
    dice = random.Random(stage.kind)
    for _ in range(KILLS):
        before = len(stage.lines("used"))
        place = dice.randrange(len(workers))
        workers[place].send_signal(signal.SIGKILL)
        workers[place].wait()
        workers[place] = start()
        # The places of what was lost are taken again.
        stage.until("slots refill", lambda: len(stage.lines("used")) >= before + 2 or ended(stage) == JOBS)


def never_one_too_many(stage):
    """Limit 3 over 8 workers: never 4 handlers at once; and after each death the slots refill."""
    handler = handler_of(stage, range(LIMIT))
    stage.qctl("queue", "set", "mail", "--concurrency", str(LIMIT), "--quiet")
    stage.enqueue_all([{"queue": "mail"} for _ in range(JOBS)])

    def start():
        return stage.work("-q", "mail", "-c", "2", handler=handler)

    workers = [start() for _ in range(WORKERS)]
    kill_at_random(stage, workers, start)
    stage.until("all places are taken at once", lambda: running(stage, "mail") == LIMIT or ended(stage) == JOBS)
    stage.until("all jobs have ended", lambda: ended(stage) == JOBS)
    stage.equal("runs beside as many as may run", stage.lines("one-too-many"), [])
    stage.equal("slots that were used", sorted(set(stage.lines("used"))), [str(slot) for slot in range(LIMIT)])
    for worker in workers:
        stage.stop(worker)
    stage.doctor()


def never_two_of_a_key(stage):
    """One at a time for each of three keys, over 8 workers; the keys do not wait for each other."""
    stage.qctl("queue", "set", "mail", "--concurrency-per-key", "1", "--quiet")
    stage.enqueue_all(
        [{"queue": "mail", "type": f"k{number % 3}", "concurrency_key": f"k{number % 3}"} for number in range(JOBS)])
    handler = [stage.script("handler", """
exec 9>"$FOLDER/key-$QCTL_TYPE"
if flock -n 9; then
  echo "$QCTL_TYPE" >>"$FOLDER/used"
  sleep 0.1
  exit 0
fi
echo "$QCTL_JOB_ID $QCTL_ATTEMPT" >>"$FOLDER/one-too-many"
""".replace("$FOLDER", stage.folder))]

    def start():
        return stage.work("-q", "mail", handler=handler)

    workers = [start() for _ in range(WORKERS)]
    kill_at_random(stage, workers, start)
    stage.until("all jobs have ended", lambda: ended(stage) == JOBS)
    stage.equal("runs beside one of the same key", stage.lines("one-too-many"), [])
    stage.equal("keys that ran", sorted(set(stage.lines("used"))), ["k0", "k1", "k2"])
    for worker in workers:
        stage.stop(worker)


if __name__ == "__main__":
    run(never_one_too_many, never_two_of_a_key)
