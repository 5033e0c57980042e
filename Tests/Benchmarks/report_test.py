#!/usr/bin/env python3
"""What the benchmarks say of figures: targets, verdicts, tables and comparisons."""

import json
import sys
import unittest

sys.dont_write_bytecode = True

import instructions  # noqa: E402
import report  # noqa: E402
from measure import Sample  # noqa: E402
from options import chosen_cases  # noqa: E402
from ratios import Ratios, comparison  # noqa: E402
from report import MET, MISSED, NOT_MEASURED, NOT_YET, Measurement, Target  # noqa: E402
from stores import id_number, id_text  # noqa: E402
from subjects import FULL, LIMIT, NONE, QCTL, Subjects  # noqa: E402


def samples(**runs):
    return {label: Sample(figures) for label, figures in runs.items()}


class TargetTests(unittest.TestCase):
    def test_a_rate_is_held_against_the_limit_by_medians(self):
        target = Target("qctl", 0.8, "limit", at_least=True)
        found = samples(qctl=[70, 90, 1000], limit=[100, 100])
        self.assertAlmostEqual(target.value(found), 0.9)
        self.assertEqual(target.verdict(found), MET)
        self.assertEqual(target.verdict(samples(qctl=[79], limit=[100])), MISSED)
        self.assertEqual(target.text("/s"), "≥ 0.8 × limit")

    def test_runs_side_by_side_are_compared_with_each_other(self):
        target = Target("qctl", 0.8, "limit", at_least=True)
        found = samples(qctl=[90, 90, 9, 9, 9], limit=[100, 100, 100, 10, 10])
        self.assertAlmostEqual(target.value(found), 0.9)

    def test_a_time_is_held_against_a_figure(self):
        target = Target("qctl", 10, percentile=99)
        self.assertEqual(target.verdict(samples(qctl=[1] * 99 + [50])), MET)
        self.assertEqual(target.verdict(samples(qctl=[1] * 98 + [50, 50])), MISSED)
        self.assertEqual(target.text("ms"), "p99 ≤ 10 ms")

    def test_the_longest_of_all_may_count(self):
        target = Target("qctl", 200, percentile=100)
        self.assertEqual(target.verdict(samples(qctl=[1] * 999 + [201])), MISSED)

    def test_a_stretch_is_shown_and_not_counted(self):
        target = Target("qctl", 1.2, "C", at_least=True, stretch=True)
        found = samples(qctl=[100], C=[100])
        self.assertEqual(target.verdict(found), NOT_YET)
        self.assertEqual(target.text("/s"), "≥ 1.2 × C, stretch")
        case = Measurement(13, "files", "/s", found, "C", [target])
        self.assertEqual(report.summary([case]), "0 targets: 0 met, 0 missed, 0 not measured")

    def test_a_side_that_is_missing_leaves_it_open(self):
        target = Target("qctl", 1, "peer")
        self.assertEqual(target.verdict(samples(qctl=[1])), NOT_MEASURED)
        self.assertEqual(target.verdict(samples(peer=[1])), NOT_MEASURED)


def measurement():
    about = Subjects(durability=FULL)
    about.qctl("qctl", None)
    about.limit("C", None)
    about.peer("nq", None, NONE)
    targets = [Target("qctl", 1.3, "C"), Target("qctl", 1, "nq"), Target("other", 5)]
    found = samples(qctl=[2.0, 2.2], C=[1.9], nq=[1.0])
    return Measurement(2, "enqueue", "ms", found, "C", targets, about)


class ReportTests(unittest.TestCase):
    def test_the_table_says_ratio_durability_and_verdict(self):
        lines = report.table([measurement()]).splitlines()
        self.assertEqual(lines[1].split(), ["2", "enqueue"])
        self.assertEqual(
            lines[2].split(),
            ["qctl", "2.10", "ms", "2.00–2.20", "FULL", "1.11", "≤", "1.3", "×", "C", "1.11", "met"])
        self.assertEqual(lines[3].split(), ["≤", "1", "×", "nq", "2.10", "MISSED"])
        self.assertEqual(lines[5].split()[:4], ["nq", "1.00", "ms", "1.00–1.00"])
        self.assertIn("none", lines[5])
        self.assertEqual(lines[6].split(), ["other", "-", "≤", "5", "ms", "not", "measured"])

    def test_the_summary_names_what_is_missed(self):
        self.assertEqual(
            report.summary([measurement()]).splitlines(),
            [
                "3 targets: 1 met, 1 missed, 1 not measured",
                "  missed: 2 enqueue: qctl ≤ 1 × nq, is 2.10",
                "  not measured: 2 enqueue: other ≤ 5 ms",
            ])

    def test_programs_are_told_the_same(self):
        told = json.loads(report.as_json({"cpus": 2}, [measurement()], ["a note"]))
        self.assertEqual(told["format"], report.FORMAT)
        self.assertEqual(told["summary"]["targets"], 3)
        self.assertEqual(told["summary"]["met"], 1)
        (case,) = told["measurements"]
        self.assertEqual(case["subjects"]["C"]["kind"], LIMIT)
        self.assertEqual(case["subjects"]["qctl"]["kind"], QCTL)
        self.assertEqual(case["subjects"]["nq"]["durability"], NONE)
        self.assertEqual(
            [target["verdict"] for target in case["targets"]], [MET, MISSED, NOT_MEASURED])

    def test_who_is_not_wanted_is_described_but_not_run(self):
        subjects = Subjects((QCTL,), FULL)
        subjects.qctl("qctl", 1)
        subjects.peer("huey", 2)
        self.assertEqual(subjects, {"qctl": 1})
        self.assertEqual(subjects.durability, {"qctl": FULL, "huey": FULL})


class OptionTests(unittest.TestCase):
    def test_cases_are_numbers_and_stretches(self):
        self.assertEqual(chosen_cases("1,2 5-6"), [1, 2, 5, 6])
        self.assertEqual(chosen_cases("16-19"), [16, 18, 19])
        self.assertEqual(chosen_cases("")[:3], [1, 2, 3])

    def test_what_is_no_case_is_refused(self):
        for text in ("17", "x", "1,99"):
            with self.assertRaises(SystemExit):
                chosen_cases(text)

    def test_an_id_is_written_as_qctl_does(self):
        self.assertEqual(id_number("0000000000010"), 32)
        self.assertEqual(id_text(id_number("0s9xhm7hw090q")), "0s9xhm7hw090q")


class ComparisonTests(unittest.TestCase):
    @staticmethod
    def ratios(unit, here, base):
        made = Ratios()
        for pair in zip(here, base):
            made.add(*pair, unit)
        return made

    def test_a_difference_shows_in_all_passes_but_one_of_nine(self):
        faster = self.ratios("/s", [110] * 8 + [90], [100] * 9)
        self.assertEqual(faster.verdict, "better")
        self.assertEqual(faster.wins, 8)
        slower = self.ratios("ms", [110] * 8 + [90], [100] * 9)
        self.assertEqual(slower.verdict, "worse")
        self.assertEqual(slower.wins, 1)

    def test_noise_is_no_difference(self):
        self.assertEqual(
            self.ratios("/s", [110] * 7 + [90] * 2, [100] * 9).verdict, "no difference")
        self.assertEqual(self.ratios("/s", [200] * 5, [100] * 5).verdict, "too few passes to tell")

    def test_the_table_counts(self):
        found = {(3, "enqueue", "qctl"): self.ratios("/s", [110] * 6, [100] * 6)}
        lines = comparison(found, "abc").splitlines()
        self.assertIn("1.100  1.100–1.100  6 of 6  better", lines[2])
        self.assertEqual(lines[-1], "1 compared: 1 better, 0 worse")


class InstructionTests(unittest.TestCase):
    def test_what_is_within_its_tolerance_passes(self):
        recorded = {"start": (1000, 2.0)}
        self.assertEqual(instructions.judge(recorded, {"start": 1019})[1], [])
        self.assertEqual(instructions.judge(recorded, {"start": 981})[1], [])

    def test_a_loss_and_a_gain_are_both_told(self):
        recorded = {"start": (1000, 2.0), "list": (500, 2.0)}
        lines, broken = instructions.judge(recorded, {"start": 1021, "list": 480})
        self.assertEqual(broken, ["start", "list"])
        self.assertIn("MORE", lines[1])
        self.assertIn("fewer", lines[2])

    def test_a_path_that_one_side_lacks_is_told(self):
        self.assertEqual(instructions.judge({"start": (1000, 2.0)}, {})[1], ["start"])
        self.assertEqual(instructions.judge({}, {"start": 1000})[1], ["start"])

    def test_the_table_is_read_as_it_was_written(self):
        written = instructions.write_table("a compiler", {"start": 1000, "list": 5}, {"list": 3.5})
        self.assertEqual(
            instructions.read_table(written),
            ("a compiler", {"start": (1000, 2.0), "list": (5, 3.5)}))


if __name__ == "__main__":
    unittest.main()
