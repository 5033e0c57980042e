"""Plays random histories of producers, workers and operators under attack, and judges each.

    history [STORE…] [--attacks N] [--kills N] [--rounds N]
    history judge FILE

Each store is played on with the seed of $QCTL_HISTORY_SEED, or else with two fixed ones; `random` there draws another.
A seed fixes what everybody does, one thing after another; the moments are the kernel's. What breaks a
rule is printed with the life of the job, and how to play it again.
"""

import argparse
import os
import random
import shutil
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))

import seeds
from clients import Operator, Producer, Script
from fate import Fate
from play import Play
from record import History
from rules import judge
from stage import STORES, Failed

FIXED_SEEDS = [20_261_121, 300]
MOST_SHOWN = 12


def main():
    if sys.argv[1:2] == ["judge"]:
        sys.exit(show(History.load(sys.argv[2])))
    parser = argparse.ArgumentParser()
    parser.add_argument("stores", nargs="*", default=STORES)
    parser.add_argument("--attacks", type=int, default=30, help="so many attacks on workers, at least")
    parser.add_argument("--kills", type=int, default=0, help="so many kills of workers and commands, at least")
    parser.add_argument("--rounds", type=int, default=0, help="so many histories, each with a fresh seed")
    asked = parser.parse_args()
    given = os.environ.get("QCTL_HISTORY_SEED")
    fresh = [random.randrange(1 << 32) for _ in range(asked.rounds)]
    chosen = [seeds.chosen("QCTL_HISTORY_SEED")] if given else fresh or FIXED_SEEDS
    failed = False
    for kind in asked.stores:
        for seed in chosen:
            failed = play(kind, seed, asked.attacks, asked.kills) or failed
    sys.exit(failed)


def play(kind, seed, attacks, kills):
    begun = time.monotonic()
    play = Play(f"history-{kind}-{seed}", kind, seed, max(attacks, kills))
    try:
        history = perform(play, lambda done: done >= attacks and play.kills >= kills)
    finally:
        play.close()
    failed = show(history)
    print(f"{kind}: {play.kills} kills, {len(history.calls)} calls, {len(history.starts)} runs of "
          f"{len(history.jobs)} jobs, {time.monotonic() - begun:.0f} s; seed {seed}", flush=True)
    if failed:
        file = os.path.join(os.environ.get("QCTL_KEEP", os.getcwd()), f"history-{kind}-{seed}.json")
        history.save(file)
        print(f"repeat with QCTL_HISTORY_SEED={seed}, history {kind} --attacks {attacks} --kills {kills}\n"
              f"judge again with history judge {file}", flush=True)
    else:
        shutil.rmtree(play.stage.folder, ignore_errors=True)
    return failed


def perform(play, enough):
    fate, attacks = Fate(play), 0
    clients = [Producer(play, "p1"), Producer(play, "p2"), Script(play, "s1"), Script(play, "s2"), Operator(play, "o1")]
    try:
        fate.keep()
        for client in clients:
            client.start()
        while not enough(attacks) and not play.history.problems:
            fate.step()
            attacks += 1
        play.over.set()
        for client in clients:
            client.join(600)
            if client.is_alive():
                play.problem(f"{client.called} hangs")
        fate.end()
        fate.drain()
    except Failed:
        pass
    return play.collect()


def show(history):
    """Prints what is wrong; whether anything is."""
    found = judge(history)
    for rule, job, said in found[:MOST_SHOWN]:
        print(f"{rule}: {job or ''} {said}")
    if len(found) > MOST_SHOWN:
        print(f"… and {len(found) - MOST_SHOWN} more")
    if job := next((job for _, job, _ in found if job), None):
        print(f"the life of {job}:\n{history.life(job)}")
    return bool(found)


if __name__ == "__main__":
    main()
