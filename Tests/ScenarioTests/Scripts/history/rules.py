"""What must be true of every history.

Each rule is a function that yields what breaks it: a job's id (or None) and a sentence. Where a call
was killed, or heard that its outcome is not known, either end is right; where it was refused, nothing
may have happened; where it was acknowledged, all of it. The log is in the order of the changes, unless
the store declares that it is not durable: then what a job shows of itself is what counts.
"""

import json

from record import STATES, TERMINAL, instant

RULES = []
# After an operator's word, the state that it found and the one that it left are not the same life.
REVIVALS = ("replayed", "retried")
# What ends an execution, by its outcome; a job that is abandoned had none.
SETTLED = ("completed", "failed", "dead", "released", "snoozed", "rescued", "cancelled", "abandoned")
# Why a job is cancelled that gave way to another.
REPLACED = "replaced by "
FAILURES = ("failed", "timed_out", "rejected")
# How a command may end, and what only a disk in trouble, or a store that lies on it, excuses.
DOCUMENTED = {0, 1, 3, 4, 5, 65}
TROUBLES = {69, 74, 75, 77}
# Slack between a process reading its clock and its commit; only where an explanation is looked for.
SLACK = 30.0


def rule(function):
    RULES.append(function)
    return function


def judge(history):
    """All that is wrong, as (rule, job, sentence)."""
    found = [("playing", None, problem) for problem in history.problems]
    for function in RULES:
        found += [(function.__name__.replace("_", " "), job, said) for job, said in function(history)]
    return found


# What was accepted, and what was not.

@rule
def nothing_accepted_is_lost(h):
    for call in h.of("enqueue"):
        if not call.acknowledged:
            continue
        for answer in call.objects():
            id, note = answer["id"], call.note
            if id not in h.job:
                if id not in h.purged and not h.doubtful_purges(id, note["queue"]):
                    yield id, f"accepted by {call}, it is gone, and nobody purged it"
            elif answer["created"]:
                job = h.job[id]
                for name in ("queue", "type"):
                    if job[name] != note[name]:
                        yield id, f"its {name} is {job[name]} instead of {note[name]}"
                payload = h.details.get(id, {}).get("payload", note.get("payload"))
                if payload != note.get("payload"):
                    yield id, f"its payload is {payload} instead of {note['payload']}"


@rule
def a_call_makes_what_it_says(h):
    for call in h.of("enqueue", "bulk"):
        # One type for each call, but for requests that are sent again.
        if "key" in call.note:
            continue
        made = len(h.made.get(call.note["type"], ()))
        gone = h.doubtful_purges(None, call.note["queue"])
        gone += sum(h.doubtful_purges(answer["id"], None) for answer in call.objects() if "id" in answer)
        if not any(right - gone <= made <= right for right in right_numbers(call)):
            yield None, f"{made} jobs of {call}, of which {sorted(right_numbers(call))} are right"


def right_numbers(call):
    count = call.note.get("count", 1)
    if call.refused:
        return {0}
    if not call.acknowledged:
        return {0, count}
    if call.verb == "bulk":
        return {count}
    return {sum(answer["created"] for answer in call.objects())}


@rule
def an_idempotency_key_makes_one_job(h):
    given = {}
    for call in h.of("enqueue"):
        key = call.note.get("key")
        if key is not None and call.acknowledged:
            given.setdefault((call.note["queue"], key), set()).update(a["id"] for a in call.objects())
    made = {}
    for job in h.jobs:
        if job["idempotency_key"] is not None:
            made.setdefault((job["queue"], job["idempotency_key"]), set()).add(job["id"])
    for place in given.keys() | made.keys():
        all = given.get(place, set()) | made.get(place, set())
        if len(all) > 1:
            yield None, f"the idempotency key {place[1]} of {place[0]} gave {sorted(all)}"


@rule
def a_unique_key_has_one_live_job(h):
    holders = {}
    for call in h.of("enqueue"):
        key = call.note.get("unique")
        if key is None or not call.acknowledged:
            continue
        for answer in call.objects():
            if answer["created"]:
                # One that waits for the holder has the key later, if at all.
                if "after" not in answer:
                    holders.setdefault((call.note["queue"], key), []).append((call, answer["id"]))
            elif answer["id"] in h.job and h.job[answer["id"]]["unique_key"] != key:
                yield answer["id"], f"it was given for a unique key that it has not, by {call}"
    for (queue, key), made in holders.items():
        for first, id in made:
            ends = [time_of(r) for r in h.records.get(id, []) if r.get("status") in TERMINAL or r["event"] == "purged"]
            if id in h.job and h.job[id].get("finished_at"):
                ends.append(instant(h.job[id]["finished_at"]))
            until = min(ends, default=float("inf"))
            for second, other in made:
                if not h.tells_all and (id not in h.job or h.job[id]["replays"]):
                    continue
                if other != id and first.ended <= second.begun and second.ended < until:
                    yield other, f"made with the unique key {key} of {queue}, though {id} was live with it"


@rule
def a_unique_key_has_one_holder(h):
    """In the end all have ended, and nobody has a key."""
    for id, detail in h.details.items():
        if detail.get("holds_unique_key"):
            yield id, f"it has ended, and holds the unique key {detail['unique_key']} of {detail['queue']}"


def yielded(h):
    """Who gave way to whom, and how that is known: (old, new, call or None)."""
    for call in h.of("enqueue"):
        if call.acknowledged:
            for answer in call.objects():
                if "replaced" in answer:
                    yield answer["replaced"], answer["id"], call
    told = [(id, r.get("reason")) for id, records in h.records.items() for r in records if r["event"] == "cancelled"]
    told += [(id, a.get("reason")) for id, detail in h.details.items() for a in detail.get("actions", ())]
    for id, reason in told:
        if (reason or "").startswith(REPLACED):
            yield id, reason.removeprefix(REPLACED), None


@rule
def one_of_two_is_there(h):
    """Who gave way is gone, and the one that it gave way to is there."""
    for old, new, call in yielded(h):
        asked = [each for each in h.of("enqueue") if each.note.get("conflict") == "replace" and not each.refused]
        queue = h.job[old]["queue"] if old in h.job else None
        if new not in h.job and new not in h.records and not h.doubtful_purges(new, queue):
            yield old, f"it gave way to {new}, which is not there"
        if new in h.job and not any(h.job[new]["type"] == each.note["type"] for each in asked):
            yield old, f"it gave way to {new}, which did not ask for that"
        if call is None or call.troubled:
            continue
        if old in h.job and h.job[old]["replays"] == 0:
            if h.job[old]["state"] not in TERMINAL:
                yield old, f"it gave way by {call}, and is {h.job[old]['state']}"
            for start in h.starts:
                if start.job == old and start.at > call.ended:
                    yield old, f"attempt {start.attempt} began after it gave way by {call}"


# Runs of a job.

@rule
def no_run_meets_another(h):
    for violation in h.violations:
        yield violation.split()[0], f"a run began while another run of the job lived: {violation}"


def time_of(record):
    return instant(record["timestamp"])


def grants(h):
    """What `claim` gave: (call, job, attempt, until when it surely was ours)."""
    for call in h.of("claim"):
        for job in call.objects():
            until = instant(job["lease_until"])
            for renewal in h.of("renew"):
                if renewal.acknowledged and renewal.note["token"] == job["token"]:
                    until = max(until, renewal.begun + renewal.note["lease"])
            settled = [each.begun for each in h.of("complete", "fail") if each.note["token"] == job["token"]]
            yield call, job["id"], job["attempt"], min([until, *settled])


@rule
def a_valid_lease_is_the_only_one(h):
    by_job = {}
    for grant in grants(h):
        by_job.setdefault(grant[1], []).append(grant)
    starts = {}
    for start in h.starts:
        starts.setdefault(start.job, []).append(start)
    for id, given in by_job.items():
        for call, _, attempt, until in given:
            for other, _, later, _ in given:
                if later != attempt and call.ended <= other.begun and other.ended < until:
                    yield id, f"attempt {later} was given by {other} during the lease of attempt {attempt}"
            for start in starts.get(id, []):
                if call.ended <= start.at < until:
                    yield id, f"a handler of attempt {start.attempt} began during the lease of attempt {attempt}"
            for pid in call.note.get("alive", {}).get(id, []):
                yield id, f"attempt {attempt} was given by {call} while a handler lived: process {pid}"


@rule
def a_number_names_one_run(h):
    for (id, attempt), starts in h.begun.items():
        if len(starts) > 1:
            yield id, f"attempt {attempt} was started {len(starts)} times"
    given = {}
    for call, id, attempt, _ in grants(h):
        given.setdefault((id, attempt), []).append(call)
    for (id, attempt), calls in given.items():
        if len(calls) > 1 or (id, attempt) in h.begun:
            yield id, f"attempt {attempt} was given twice, first by {calls[0]}"


# The life of a job, as the log tells it.

@rule
def the_log_tells_a_possible_life(h):
    for id, records in h.records.items():
        for problem in walk(records) if h.tells_all else walk_in_pieces(records):
            yield id, problem


def walk_in_pieces(records):
    """What no gap and no other order explains."""
    settled = set()
    for record in records:
        event, attempt, status = record["event"], record.get("attempt") or 0, record.get("status")
        if event == "lease_lost":
            continue
        told = f"{event} of attempt {attempt}, to {status}"
        if not may_lead_to(event, status):
            yield f"{told}, where that never leads"
        if event in SETTLED and "worker" in record:
            if attempt in settled:
                yield f"{told}, though that attempt had ended"
            settled.add(attempt)


def walk(records):
    """A job's records in their order, against the transitions that there are."""
    state, last = "live", 0
    settled = set()
    for record in records:
        event, attempt, status = record["event"], record.get("attempt") or 0, record.get("status")
        if event == "lease_lost":
            continue
        told = f"{event} of attempt {attempt}, to {status}"
        if state == "purged":
            yield f"{told}, after it was purged"
        if attempt < last:
            yield f"{told}, after attempt {last}"
        last = max(last, attempt)
        if event in SETTLED:
            if state in TERMINAL:
                yield f"{told}, when it was {state} already"
            # An operator cancels what waits, after an attempt that ended otherwise.
            if event != "cancelled" or "worker" in record:
                if attempt in settled:
                    yield f"{told}, though that attempt had ended"
                settled.add(attempt)
        if not may_lead_to(event, status):
            yield f"{told}, where that never leads"
        if event == "replayed" and state not in TERMINAL or event == "retried" and state in TERMINAL:
            yield f"{told}, when it was {state}"
        state = "purged" if event == "purged" else status if status in TERMINAL else "live"


def may_lead_to(event, status):
    return status in {
        "completed": ("completed",), "failed": ("retrying",), "dead": ("dead",), "released": ("ready",),
        "snoozed": ("scheduled", "ready"), "rescued": ("ready", "retrying"), "cancelled": ("cancelled",),
        "replayed": ("ready", "scheduled"), "retried": ("ready", "scheduled"), "cancel_requested": ("active",),
        "purged": STATES, "unblocked": ("ready", "scheduled"), "abandoned": ("cancelled",),
    }.get(event, ())


@rule
def a_run_after_the_end_was_asked_for(h):
    """Once a job has ended, only an operator's word makes it run again."""
    starts = {}
    for id, attempt in h.begun:
        starts.setdefault(id, []).append(attempt)
    for job in h.jobs:
        for attempt in starts.get(job["id"], []):
            if attempt > job["attempt"]:
                yield job["id"], f"attempt {attempt} was started, though its last is {job['attempt']}"
        shown = h.details.get(job["id"], {}).get("attempts", [])
        ends = [each["attempt"] for each in shown
                if each["outcome"] in ("completed", "rejected") and each["attempt"] < job["attempt"]]
        if len(ends) > job["replays"]:
            yield job["id"], f"it ended with the attempts {ends}, went on to {job['attempt']}, and was replayed {job['replays']} times"
    if h.tells_all:
        yield from runs_after_the_log(h)


def runs_after_the_log(h):
    for id, records in h.records.items():
        ended = None
        for record in records:
            if record.get("status") in TERMINAL and record["event"] in SETTLED:
                ended = record
            elif record["event"] in REVIVALS:
                ended = None
        if ended is None:
            continue
        last = ended.get("attempt") or 0
        for attempt in [a for job, a in h.begun if job == id and a > last]:
            yield id, f"attempt {attempt} was started, though it was {ended['status']} after attempt {last}"
        if id in h.job and h.job[id]["attempt"] > last:
            yield id, f"it has attempt {h.job[id]['attempt']}, though it was {ended['status']} after attempt {last}"


@rule
def an_acknowledged_settlement_lasts(h):
    for call in h.of("complete", "fail"):
        id, attempt = call.note["job"], call.note["attempt"]
        if not call.acknowledged:
            continue
        wanted = "completed" if call.verb == "complete" else "failed"
        shown = [each["outcome"] for each in h.details.get(id, {}).get("attempts", []) if each["attempt"] == attempt]
        if id in h.details and shown not in ([wanted], ["rejected"] if wanted == "failed" else [wanted]):
            yield id, f"{call} was acknowledged, but it shows attempt {attempt} as {shown}"
        told = [r["event"] for r in h.records.get(id, [])
                if r["event"] in SETTLED and r.get("attempt") == attempt and "worker" in r]
        right = ("completed",) if call.verb == "complete" else ("failed", "dead", "cancelled")
        if h.tells_all and (len(told) != 1 or told[0] not in right):
            yield id, f"{call} was acknowledged, but the log says that attempt {attempt} ended as {told}"


def endings(h):
    """Every attempt that ended, as (job, attempt, outcome, exit code, signal), from jobs and from the log."""
    for id, detail in h.details.items():
        for each in detail["attempts"]:
            yield id, each["attempt"], each["outcome"], each.get("exit_code"), each.get("signal")
    for id, records in h.records.items():
        for r in records:
            # One that took too long is told as a failure too, with the signal that ended it.
            if r["event"] == "completed" or r["event"] == "failed" and "exit_code" in r:
                yield id, r.get("attempt"), r["event"], r.get("exit_code"), None


@rule
def what_ended_well_was_done(h):
    """A completion is a handler's that ended well, or a call's; and a failure is one's that failed."""
    done = {(call.note["job"], call.note["attempt"]) for call in h.of("complete") if not call.refused}
    failed = {(call.note["job"], call.note["attempt"]) for call in h.of("fail") if not call.refused}
    for id, attempt, outcome, code, signal in endings(h):
        place = id, attempt
        if outcome == "completed" and h.ends.get(place) not in ("ok", "stubborn") and place not in done:
            yield id, f"attempt {attempt} is completed, but its handler {h.ends.get(place, 'did not end')}"
        elif outcome in ("failed", "rejected") and code is not None and h.ends.get(place) not in ("fail", "reject"):
            yield id, f"attempt {attempt} failed with {code}, which no handler did"
        elif outcome == "failed" and signal is not None and place not in h.killed:
            yield id, f"attempt {attempt} was ended by signal {signal}, which nobody sent"
        elif outcome in ("failed", "rejected") and code is None and signal is None and place not in failed:
            yield id, f"attempt {attempt} failed, but nobody said so"


@rule
def attempts_are_within_limits(h):
    for job in h.jobs:
        id = job["id"]
        if job["failures"] > job["max_attempts"]:
            yield id, f"{job['failures']} failures of at most {job['max_attempts']}"
        if job["crashes"] > 3:
            yield id, f"{job['crashes']} crashes"
        attempts = h.details.get(id, {}).get("attempts", [])
        numbers = [attempt["attempt"] for attempt in attempts]
        if numbers != sorted(set(numbers)) or numbers and not 1 <= numbers[0] <= numbers[-1] <= job["attempt"]:
            yield id, f"its attempts are {numbers}, and the last is {job['attempt']}"
        told = sum(r["event"] == "replayed" for r in h.records.get(id, []))
        if id not in h.details or told != job["replays"] and not h.tells_all:
            continue
        revived = max([r.get("attempt") or 0 for r in h.records.get(id, []) if r["event"] == "replayed"], default=0)
        since = [attempt for attempt in attempts if attempt["attempt"] > revived]
        crashes = sum(attempt["outcome"] == "lost" and attempt["error"] is not None for attempt in since)
        failures = crashes + sum(attempt["outcome"] in FAILURES for attempt in since)
        if (job["failures"], job["crashes"]) != (failures, crashes):
            yield id, (f"{job['failures']} failures and {job['crashes']} crashes, "
                       f"but its attempts show {failures} and {crashes}")


@rule
def an_attempt_is_told_once_everywhere(h):
    """The attempts that a job shows, and the records of the log, are the same."""
    for id, detail in h.details.items():
        shown = {attempt["attempt"] for attempt in detail["attempts"]}
        told = {r["attempt"] for r in h.records.get(id, []) if r["event"] in SETTLED and "worker" in r}
        if told - shown or h.tells_all and shown - told:
            yield id, f"it shows the attempts {sorted(shown)}, the log tells of {sorted(told)}"
        for attempt in detail["attempts"]:
            events = [r["event"] for r in h.records.get(id, [])
                      if r["event"] in SETTLED and r.get("attempt") == attempt["attempt"] and "worker" in r]
            if (events or h.tells_all) and (attempt["outcome"] == "completed") != (events == ["completed"]):
                yield id, f"attempt {attempt['attempt']} was {attempt['outcome']}, the log says {events}"


@rule
def every_end_has_its_reason(h):
    for job in h.jobs:
        id, state = job["id"], job["state"]
        if state not in TERMINAL:
            yield id, f"it is {state} in the end"
            continue
        ends = [r for r in h.records.get(id, []) if r.get("status") in TERMINAL and r["event"] in SETTLED]
        if h.tells_all and (not ends or ends[-1]["status"] != state):
            yield id, f"it is {state}, but the log has no such end"
        if state == "dead" and not job["error"]:
            yield id, "it is dead, and nothing says what of"
        if state == "completed":
            attempts = h.details.get(id, {}).get("attempts")
            if attempts is not None and (not attempts or attempts[-1]["outcome"] != "completed"
                                         or attempts[-1]["attempt"] != job["attempt"]):
                yield id, "it is completed, but its last attempt was not"


@rule
def an_operators_change_was_asked_for(h):
    """What only operators do is explained by a call that had begun, whether or not it was acknowledged."""
    asked = sum(not call.refused for call in h.of("retry", "replay"))
    for job in h.jobs:
        if job["replays"] > asked:
            yield job["id"], f"{job['replays']} replays, but operators asked {asked} times"
        if job["state"] == "cancelled" and all(call.refused for call in h.of("cancel")) \
                and job["id"] not in {old for old, _, _ in yielded(h)}:
            yield job["id"], "it is cancelled, but no operator asked for it"
    verbs = {"purged": ("purge",), "replayed": ("retry", "replay"), "retried": ("retry",),
             "cancel_requested": ("cancel",), "cancelled": ("cancel",)}
    for id, records in h.records.items():
        for record in records:
            if (record.get("reason") or "").startswith(REPLACED):
                continue
            calls = h.of(*verbs.get(record["event"], ()))
            at = time_of(record)
            if record["event"] in verbs and not any(
                    not call.refused and call.begun - SLACK <= at <= call.ended + SLACK or
                    record["event"] == "cancelled" and call.begun <= at + SLACK for call in calls):
                yield id, f"{record['event']}, but no operator asked for it"


# Counts.

@rule
def counts_are_true(h):
    for queue in h.queues:
        for state in STATES:
            truth = sum(job["queue"] == queue["queue"] and job["state"] == state for job in h.jobs)
            if queue[state] != truth:
                yield None, f"{queue[state]} {state} of {queue['queue']} are counted, {truth} are there"
    for name in {job["queue"] for job in h.jobs} - {queue["queue"] for queue in h.queues}:
        yield None, f"the queue {name} is not shown"


@rule
def ids_are_unique(h):
    ids = [job["id"] for job in h.jobs]
    if len(ids) != len(set(ids)):
        yield None, "a job is listed twice"


@rule
def a_purged_job_stays_away(h):
    for id in h.purged & h.job.keys():
        yield id, "it was purged, and is there"


@rule
def doctor_finds_nothing(h):
    for finding in h.findings:
        # The disk of a history is a small one.
        if finding["grade"] not in ("ok", "note") and finding["check"] != "disk":
            yield None, f"doctor: {json.dumps(finding)}"


# What people hear.

@rule
def commands_end_as_documented(h):
    for call in h.calls:
        right = DOCUMENTED | (TROUBLES if call.troubled else set())
        if call.status == 65 and call.note.get("count") != 0:
            yield None, f"{call} was refused: {call.said.strip()[-300:]}"
        elif call.status not in right and call.status not in (-9, -15):
            yield None, f"{call} said: {call.said.strip()[-300:]}"
        for word in ("locked", "malformed", "corrupt", "Fatal", "damaged"):
            if word in call.said and not call.troubled:
                yield None, f"{call} said '{word}': {call.said.strip()[-300:]}"


@rule
def workers_end_as_documented(h):
    for worker in h.workers:
        right = {0, -9} | (TROUBLES if worker["troubled"] else set())
        if worker["told"]:
            # It was told to end before it could listen.
            right.add(-15)
        if worker["status"] not in right:
            yield None, f"a worker ended with {worker['status']}: {worker['said'].strip()[-300:]}"
        for word in ("locked", "malformed", "corrupt", "Fatal", "damaged"):
            if word in worker["said"] and not worker["troubled"]:
                yield None, f"a worker said '{word}': {worker['said'].strip()[-300:]}"
