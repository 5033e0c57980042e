"""The rules, on small histories made by hand: one that is right, and for each rule what breaks it."""

import copy
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))

import rules
from record import Call, History, Start

JOB, OTHER = "0aaaaaaaaaaaa", "0bbbbbbbbbbbb"


def clock(seconds):
    """A moment of this history, as qctl writes it."""
    return f"1970-01-01T00:00:{seconds:06.3f}Z"


def call(verb, begun, ended, status=0, out="", said="", **note):
    return Call(0, "somebody", verb, [verb], begun, ended, status, out, said, note)


def enqueue(begun, ended, id=JOB, created=True, status=0, said="", **note):
    out = f'{{"id":"{id}","created":{str(created).lower()}}}\n' if status == 0 else ""
    return call("enqueue", begun, ended, status, out, said, **{"type": "one", "queue": "q", "payload": 1, **note})


def claim(begun, ended, attempt, until, token="t1", id=JOB, **note):
    out = f'{{"id":"{id}","attempt":{attempt},"token":"{token}","lease_until":"{clock(until)}"}}\n'
    return call("claim", begun, ended, 0, out, **note)


def record(event, at, attempt, status, worker="w", id=JOB, **more):
    found = {"timestamp": clock(at), "event": event, "queue": "q", "job_id": id, "job_type": "one",
             "attempt": attempt, "status": status, **more}
    if worker:
        found["worker"] = worker
    return found


def shown(attempt, outcome, error=None, **more):
    code = {"exit_code": 1} if outcome == "failed" and not error else {}
    return {"attempt": attempt, "outcome": outcome, "error": error, **code, **more}


def job(id=JOB, state="completed", attempt=1, attempts=(), **more):
    return {"id": id, "queue": "q", "type": "one", "state": state, "attempt": attempt, "failures": 0, "crashes": 0, "replays": 0,
            "max_attempts": 3, "unique_key": None, "idempotency_key": None, "error": None,
            "payload": 1, "attempts": list(attempts), **more}


def queue(**counts):
    return dict({state: 0 for state in rules.STATES}, queue="q", **counts)


def history(*, calls=(), starts=(), ends=(), log=(), jobs=(), **more):
    counts = {state: sum(job["state"] == state for job in jobs) for state in rules.STATES}
    more.setdefault("queues", [dict(counts, queue="q")] if jobs else [])
    return History(
        calls=list(calls), starts=[Start(*start) for start in starts], ends=dict(ends), log=list(log),
        jobs=list(jobs), details={job["id"]: job for job in jobs}, **more)


def done_twice():
    """A job that failed once and was then completed, by handlers."""
    return history(
        calls=[enqueue(1, 2)], starts=[(JOB, 1, 10, 3.0), (JOB, 2, 11, 5.0)],
        ends={(JOB, 1): "fail", (JOB, 2): "ok"},
        log=[record("failed", 4, 1, "retrying", exit_code=1), record("completed", 6, 2, "completed")],
        jobs=[job(attempt=2, failures=1, attempts=[shown(1, "failed"), shown(2, "completed")])])


def done_by_a_script():
    """A job that a script claimed and completed."""
    return history(
        calls=[enqueue(1, 2), claim(3, 4, 1, 20),
               call("complete", 6, 7, job=JOB, attempt=1, token="t1")],
        log=[record("completed", 6.5, 1, "completed")],
        jobs=[job(attempts=[shown(1, "completed")])])


class Right(unittest.TestCase):
    def test_right_histories_are_right(self):
        for make in (done_twice, done_by_a_script, replayed, purged, lost_and_run_again, crashed_to_death, cancelled, replaced,
                     followed):
            with self.subTest(make.__name__):
                self.assertEqual(rules.judge(make()), [])

    def test_one_that_was_killed_may_have_happened_or_not(self):
        self.assertEqual(rules.judge(history(calls=[enqueue(1, 2, status=-9)])), [])
        h = done_twice()
        h.calls = [enqueue(1, 2, status=-9)]
        self.assertEqual(rules.judge(h.index()), [])

    def test_where_the_log_is_not_durable_it_may_lack_records(self):
        for make in (done_twice, done_by_a_script, replayed, purged, cancelled):
            for kept in (lambda log: [], lambda log: log[1:], lambda log: log[::-1]):
                with self.subTest(make.__name__):
                    h = make()
                    h.log, h.absent = kept(h.log), ["durable_log"]
                    self.assertEqual(rules.judge(h.index()), [])

    def test_a_history_that_was_kept_is_judged_the_same(self):
        h = done_twice()
        h.log.pop()
        h.save("kept.json")
        self.assertEqual(rules.judge(History.load("kept.json")), rules.judge(h.index()))
        os.remove("kept.json")


def replayed():
    h = done_by_a_script()
    h.calls.append(call("retry", 8, 9))
    h.log += [record("replayed", 8.5, 1, "ready", worker=None, actor="somebody"),
              record("completed", 10, 2, "completed")]
    h.starts, h.ends = [Start(JOB, 2, 10, 9.5)], {(JOB, 2): "ok"}
    h.jobs[0].update(attempt=2, replays=1, attempts=[shown(1, "completed"), shown(2, "completed")])
    return h.index()


def purged():
    h = done_by_a_script()
    h.calls.append(call("purge", 8, 9, status=-9))
    h.calls[-1].words.append(JOB)
    h.log.append(record("purged", 8.5, 1, "completed", worker=None, actor="somebody"))
    h.jobs, h.details, h.queues = [], {}, [queue()]
    return h.index()


def lost_and_run_again():
    h = done_twice()
    h.log[0] = record("rescued", 4, 1, "ready", reason="worker died")
    h.ends.pop((JOB, 1))
    h.jobs[0].update(failures=0, attempts=[shown(1, "lost"), shown(2, "completed")])
    return h.index()


def crashed_to_death():
    attempts = [shown(1, "lost"), shown(2, "lost", "died"), shown(3, "lost", "died"), shown(4, "lost", "died")]
    return history(
        calls=[enqueue(1, 2)], starts=[(JOB, n, 10 + n, 2.0 + n) for n in (1, 2, 3, 4)],
        log=[record("rescued", 3.5, 1, "ready"), record("rescued", 4.5, 2, "retrying", error="died"),
             record("rescued", 5.5, 3, "retrying", error="died"), record("dead", 6.5, 4, "dead", error="died")],
        jobs=[job(state="dead", attempt=4, failures=3, crashes=3, error="died", attempts=attempts)])


def cancelled():
    return history(
        calls=[enqueue(1, 2), call("cancel", 3, 4)],
        log=[record("cancelled", 3.5, None, "cancelled", worker=None, actor="somebody")],
        jobs=[job(state="cancelled", attempt=0)])


def replaced():
    """A job that gave way to another with its key, which was run."""
    new = enqueue(3, 4, id=OTHER, unique="u", conflict="replace")
    new.out = f'{{"id":"{OTHER}","created":true,"outcome":"replaced","replaced":"{JOB}"}}\n'
    new.note["type"] = "two"
    return history(
        calls=[enqueue(1, 2, unique="u"), new], starts=[(OTHER, 1, 10, 5.0)], ends={(OTHER, 1): "ok"},
        log=[record("cancelled", 3.5, None, "cancelled", worker=None, actor="enqueue", reason=f"replaced by {OTHER}"),
             record("completed", 6, 1, "completed", id=OTHER, job_type="two")],
        jobs=[job(state="cancelled", attempt=0, unique_key="u"),
              job(id=OTHER, type="two", unique_key="u", attempts=[shown(1, "completed")])])


def followed():
    """A job that waited for the holder of its key."""
    h = done_by_a_script()
    later = enqueue(5, 5.5, id=OTHER, unique="u", conflict="after")
    later.out = f'{{"id":"{OTHER}","created":true,"outcome":"queued_after","after":"{JOB}"}}\n'
    later.note["type"] = "two"
    h.calls[0].note["unique"] = "u"
    h.calls.append(later)
    h.log += [record("unblocked", 6.6, 0, "ready", worker=None, id=OTHER, job_type="two"),
              record("completed", 9, 1, "completed", id=OTHER, job_type="two")]
    h.starts, h.ends = [Start(OTHER, 1, 10, 8.0)], {(OTHER, 1): "ok"}
    h.jobs.append(job(id=OTHER, type="two", unique_key="u", attempts=[shown(1, "completed")]))
    h.details[OTHER] = h.jobs[-1]
    h.queues[0]["completed"] = 2
    return h.index()


class Wrong(unittest.TestCase):
    def breaks(self, rule, h, *words):
        """The rule, and the words of its sentence, are among what is found."""
        found = [said for name, _, said in rules.judge(h.index()) if name == rule.replace("_", " ")]
        self.assertTrue(found, f"nothing was found, but {rules.judge(h)}")
        for word in words:
            self.assertIn(word, " ".join(found))

    def test_every_rule_is_broken_here(self):
        """A rule that no history breaks would prove nothing."""
        with open(__file__) as file:
            text = file.read()
        for rule in rules.RULES:
            self.assertIn(f'"{rule.__name__}"', text)

    def test_a_lost_job(self):
        h = done_twice()
        h.jobs, h.details, h.queues = [], {}, [queue()]
        self.breaks("nothing_accepted_is_lost", h, "gone")
        self.breaks("a_call_makes_what_it_says", history(calls=[enqueue(1, 2)]))
        # It was killed, but had told the id.
        h = history(calls=[enqueue(1, 2)])
        h.calls[0].status = -9
        self.breaks("nothing_accepted_is_lost", h, "gone")

    def test_a_job_that_came_as_another(self):
        for change in ({"queue": "other"}, {"payload": 2}):
            h = done_twice()
            h.jobs[0].update(change)
            self.breaks("nothing_accepted_is_lost", h, "instead of")

    def test_a_refused_job_that_is_there(self):
        h = done_twice()
        h.calls = [enqueue(1, 2, status=74, said="the disk is full; nothing was changed")]
        self.breaks("a_call_makes_what_it_says", h, "1 jobs")
        h.calls[0].said, h.calls[0].troubled = "may or may not last", True
        self.assertEqual(rules.judge(h.index()), [])

    def test_half_a_bulk(self):
        for status in (0, -9, 74):
            h = history(calls=[call("bulk", 1, 2, status, type="one", queue="q", count=3)],
                        jobs=[job(id=id, state="cancelled", attempt=0) for id in (JOB, OTHER)])
            self.breaks("a_call_makes_what_it_says", h, "2 jobs")

    def test_one_request_made_two_jobs(self):
        calls = [enqueue(1, 2, key="k"), enqueue(3, 4, id=OTHER, key="k")]
        self.breaks("an_idempotency_key_makes_one_job", history(calls=calls), "gave")
        calls = [enqueue(1, 2, key="k", status=-9), enqueue(3, 4, key="k", status=-9)]
        jobs = [job(id=id, idempotency_key="k") for id in (JOB, OTHER)]
        self.breaks("an_idempotency_key_makes_one_job", history(calls=calls, jobs=jobs), "gave")

    def test_two_live_jobs_with_a_unique_key(self):
        calls = [enqueue(1, 2, unique="u"), enqueue(3, 4, id=OTHER, unique="u")]
        log = [record("completed", 5, 1, "completed")]
        self.breaks("a_unique_key_has_one_live_job", history(calls=calls, log=log), "though")
        # Ended before, or made while the first may have ended: right.
        for second in (enqueue(6, 7, id=OTHER, unique="u"), enqueue(4.5, 5.5, id=OTHER, unique="u")):
            h = history(calls=[calls[0], second], log=log)
            self.assertNotIn("a unique key has one live job", [name for name, _, _ in rules.judge(h)])

    def test_a_key_that_is_held_in_the_end(self):
        h = done_twice()
        h.jobs[0].update(unique_key="u", holds_unique_key=True)
        self.breaks("a_unique_key_has_one_holder", h, "holds")

    def test_one_that_gave_way_to_nobody(self):
        h = replaced()
        h.log.pop()
        h.jobs.pop()
        h.details.pop(OTHER)
        self.breaks("one_of_two_is_there", h, "not there")
        h = replaced()
        h.calls[1].note["conflict"] = "fail"
        self.breaks("one_of_two_is_there", h, "did not ask")

    def test_one_that_gave_way_and_ran(self):
        h = replaced()
        h.starts.append(Start(JOB, 1, 12, 7.0))
        self.breaks("one_of_two_is_there", h, "began after")
        h = replaced()
        h.jobs[0]["state"] = "ready"
        self.breaks("one_of_two_is_there", h, "and is ready")

    def test_runs_that_met(self):
        h = done_twice()
        h.violations = [f"{JOB} 2 11 5000"]
        self.breaks("no_run_meets_another", h)

    def test_overlapping_leases(self):
        h = done_by_a_script()
        h.calls.append(claim(5, 5.5, 2, 25, token="t2"))
        self.breaks("a_valid_lease_is_the_only_one", h, "was given by")
        # Once it was settled, or its time was over, another may come.
        h.calls[-1] = claim(6.5, 8, 2, 25, token="t2")
        self.assertNotIn("a valid lease is the only one", [name for name, _, _ in rules.judge(h.index())])

    def test_a_handler_during_the_lease_of_a_script(self):
        h = done_by_a_script()
        h.starts = [Start(JOB, 2, 10, 5.0)]
        self.breaks("a_valid_lease_is_the_only_one", h, "began during the lease")
        h = done_by_a_script()
        h.calls[1].note["alive"] = {JOB: [77]}
        self.breaks("a_valid_lease_is_the_only_one", h, "77")

    def test_a_lease_that_was_renewed(self):
        h = done_by_a_script()
        h.calls[1] = claim(3, 4, 1, 5)
        h.calls[2] = claim(6, 7, 2, 25, token="t2")
        self.assertNotIn("a valid lease is the only one", [name for name, _, _ in rules.judge(h.index())])
        h.calls.append(call("renew", 4.2, 4.5, token="t1", lease=10))
        self.breaks("a_valid_lease_is_the_only_one", h)

    def test_a_number_that_was_given_twice(self):
        h = done_twice()
        h.starts.append(Start(JOB, 2, 12, 5.1))
        self.breaks("a_number_names_one_run", h, "2 times")
        h = done_by_a_script()
        h.starts = [Start(JOB, 1, 12, 30.0)]
        self.breaks("a_number_names_one_run", h, "twice")

    def test_a_double_completion(self):
        h = done_twice()
        h.log.append(record("completed", 7, 2, "completed"))
        self.breaks("the_log_tells_a_possible_life", h, "already", "had ended")

    def test_impossible_lives_in_a_log_with_gaps(self):
        h = done_twice()
        h.log.append(record("completed", 7, 2, "completed"))
        h.absent = ["durable_log"]
        self.breaks("the_log_tells_a_possible_life", h, "had ended")

    def test_impossible_lives(self):
        for more, word in (
                (record("failed", 7, 3, "retrying"), "already"),
                (record("retried", 7, 2, "ready", worker=None), "when it was completed"),
                (record("rescued", 7, 1, "ready"), "after attempt 2"),
                (record("snoozed", 7, 3, "ready"), "already")):
            h = done_twice()
            h.log.append(more)
            self.breaks("the_log_tells_a_possible_life", h, word)
        h = purged()
        h.log.append(record("replayed", 9, 1, "ready", worker=None))
        self.breaks("the_log_tells_a_possible_life", h, "purged")
        h = done_twice()
        h.log[0]["status"] = "ready"
        self.breaks("the_log_tells_a_possible_life", h, "never leads")
        h = done_twice()
        h.log.insert(1, record("replayed", 5, 1, "ready", worker=None))
        self.breaks("the_log_tells_a_possible_life", h, "when it was live")

    def test_a_run_after_the_end(self):
        h = done_twice()
        h.starts.append(Start(JOB, 3, 12, 9.0))
        self.breaks("a_run_after_the_end_was_asked_for", h, "attempt 3 was started")
        h = done_twice()
        h.jobs[0]["attempt"] = 3
        self.breaks("a_run_after_the_end_was_asked_for", h, "attempt 3", "went on to 3")
        h = replayed()
        h.jobs[0]["replays"], h.absent = 0, ["durable_log"]
        self.breaks("a_run_after_the_end_was_asked_for", h, "replayed 0 times")

    def test_an_acknowledged_completion_that_is_gone(self):
        h = done_by_a_script()
        h.log[0] = record("rescued", 21, 1, "ready")
        self.breaks("an_acknowledged_settlement_lasts", h, "rescued")
        h = done_by_a_script()
        h.calls[2] = call("fail", 6, 7, job=JOB, attempt=1, token="t1")
        self.breaks("an_acknowledged_settlement_lasts", h, "completed")
        h = done_by_a_script()
        h.jobs[0]["attempts"], h.absent = [shown(1, "lost")], ["durable_log"]
        self.breaks("an_acknowledged_settlement_lasts", h, "shows attempt 1")

    def test_a_completion_that_nobody_made(self):
        h = done_twice()
        h.ends[JOB, 2] = "fail"
        self.breaks("what_ended_well_was_done", h, "but its handler fail")
        del h.ends[JOB, 2]
        self.breaks("what_ended_well_was_done", h, "did not end")
        h = done_by_a_script()
        h.calls[2].status = 5
        self.breaks("what_ended_well_was_done", h)
        h = done_twice()
        h.ends[JOB, 1] = "ok"
        self.breaks("what_ended_well_was_done", h, "no handler did")
        for attempt, word in ((shown(1, "failed", "x"), "nobody said so"), (shown(1, "failed", "x", signal=9), "nobody sent")):
            h = done_twice()
            h.jobs[0]["attempts"][0] = attempt
            self.breaks("what_ended_well_was_done", h, word)

    def test_too_many_failures(self):
        h = done_twice()
        h.jobs[0].update(failures=4)
        self.breaks("attempts_are_within_limits", h, "of at most 3", "show 1")
        h = crashed_to_death()
        h.jobs[0].update(crashes=4)
        self.breaks("attempts_are_within_limits", h, "4 crashes")

    def test_numbers_that_do_not_rise(self):
        for attempts in ([shown(2, "failed"), shown(1, "completed")], [shown(2, "failed"), shown(2, "completed")],
                         [shown(1, "failed"), shown(3, "completed")]):
            h = done_twice()
            h.jobs[0].update(attempts=attempts)
            self.breaks("attempts_are_within_limits", h, "its attempts are")

    def test_attempts_and_log_that_differ(self):
        h = done_twice()
        h.log.pop(0)
        self.breaks("an_attempt_is_told_once_everywhere", h, "the log tells of [2]")
        h = done_twice()
        h.jobs[0]["attempts"][0]["outcome"] = "completed"
        self.breaks("an_attempt_is_told_once_everywhere", h, "was completed")

    def test_ends_without_a_reason(self):
        h = done_twice()
        h.jobs[0]["state"] = "retrying"
        self.breaks("every_end_has_its_reason", h, "in the end")
        h = done_twice()
        h.log.pop()
        self.breaks("every_end_has_its_reason", h, "no such end")
        h = crashed_to_death()
        h.jobs[0]["error"] = None
        self.breaks("every_end_has_its_reason", h, "what of")
        h = done_twice()
        h.jobs[0]["attempt"] = 3
        self.breaks("every_end_has_its_reason", h, "last attempt")

    def test_what_no_operator_asked_for(self):
        for make in (replayed, purged, cancelled):
            h = make()
            h.calls = [each for each in h.calls if each.verb not in ("retry", "purge", "cancel")]
            self.breaks("an_operators_change_was_asked_for", h)
            h.log = []
            if h.jobs:
                self.breaks("an_operators_change_was_asked_for", h)

    def test_counts_that_are_off(self):
        h = done_twice()
        h.queues[0]["ready"] = 1
        self.breaks("counts_are_true", h, "1 ready of q")
        h.queues = []
        self.breaks("counts_are_true", h, "not shown")

    def test_a_job_in_two_places(self):
        h = done_twice()
        h.jobs.append(copy.deepcopy(h.jobs[0]))
        self.breaks("ids_are_unique", h)

    def test_a_purged_job_that_is_there(self):
        h = done_twice()
        h.log.append(record("purged", 8, 2, "completed", worker=None))
        self.breaks("a_purged_job_stays_away", h)

    def test_what_doctor_finds(self):
        h = done_twice()
        h.findings = [{"grade": "ok", "check": "a"}, {"grade": "error", "check": "b", "message": "something"}]
        self.breaks("doctor_finds_nothing", h, "something")

    def test_what_commands_say(self):
        for status, said in ((74, "full"), (-11, ""), (65, "bad"), (70, "a bug"), (0, "database is locked"), (None, "")):
            h = done_twice()
            h.calls.append(call("look", 1, 2, status, said=said))
            self.breaks("commands_end_as_documented", h)
        h = done_twice()
        h.calls.append(call("look", 1, 2, 74))
        h.calls[-1].troubled = True
        self.assertEqual(rules.judge(h.index()), [])

    def test_how_workers_end(self):
        for status, said in ((70, ""), (-6, ""), (77, ""), (-15, ""), (0, "database is locked")):
            h = done_twice()
            h.workers = [{"status": status, "said": said, "troubled": False, "told": False, "words": []}]
            self.breaks("workers_end_as_documented", h)

    def test_what_went_wrong_in_playing(self):
        h = done_twice()
        h.problems = ["a client hangs"]
        self.breaks("playing", h, "hangs")


if __name__ == "__main__":
    unittest.main(verbosity=0)
