"""Rows that other programs spoilt, and every command that reads them: none may crash, hang, or print
what a terminal obeys, and a sound job in another queue is found and claimed all the same."""

import json
import os
import random
import re
import shutil
import sqlite3
import subprocess

import seeds

SEED = seeds.chosen()
CHOICE = random.Random(SEED)
ROUNDS = int(os.environ.get("QCTL_ROUNDS") or 12)
STORE = os.environ["QCTL_STORE"]
EDGES = [0, 1, -1, 10, 2**31, 2**45, 2**53, 2**63 - 1, -2**63, -2**63 + 1, 253402300800000, -62167219200001]
TEXTS = [
    "", " ", "..", "no name", "a/b", "\x1b[31m", "\x00", "\u009b1m", "\u202e", "\r\n", "\ufeff", "x" * 100_000,
    "[" * 1000, '{"a":1}', '{"customer":"\x1b[0m"}', "exponential:base=1w,factor=100", "9" * 30, "ready", "dead",
]
BLOBS = [b"", b"\xff\xfe", b"\xed\xa0\x80", bytes(88), b"\xff" * 88, bytes(7), b"\x00\x1b"]
REALS = [0.5, -1e308, 1e308, float("inf")]
TABLES = ["qctl_jobs", "qctl_payloads", "qctl_attempts", "qctl_log", "qctl_queues", "qctl_minutes"]
KEPT = {"id", "job_id", "seq"}
READS = [
    ["queues"], ["queues", "--json"], ["list"], ["list", "--json"], ["list", "-o", "csv"], ["list", "--ids"],
    ["list", "--state", "dead,active", "--older-than", "1s"], ["list", "--payload-match", "a=1"], ["dlq", "list"],
    ["list", "--tag", "customer=42"], ["list", "--format", "{id} {queue} {run_at} {lease_until} {error} {timeout_ms}"],
    ["tail", "-n", "all"], ["tail", "-n", "50", "--format", "json"], ["tail", "-n", "50", "--format", "logfmt"],
    ["doctor"], ["doctor", "--json"], ["cancel", "--all", "--confirm", "all", "--dry-run"], ["purge", "-q", "spoilt", "--confirm", "spoilt", "--dry-run"],
]
WRITES = [
    ["claim", "-q", "spoilt", "-n", "5", "--json"], ["cancel", "-q", "spoilt", "--yes"], ["dlq", "replay", "--yes"],
    ["retry", "-q", "spoilt", "--yes"], ["pause", "spoilt"], ["queues"],
    ["work", "-q", "spoilt", "--once", "--", "true"], ["purge", "-q", "spoilt", "--confirm", "spoilt", "--yes"],
]
# All that an operator is told to expect (qctl(1), EXIT STATUS); above 128 is a death by signal.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]")


def value():
    return CHOICE.choice(CHOICE.choice([EDGES, EDGES, TEXTS, BLOBS, REALS, [None]]))


def spoil():
    database = sqlite3.connect(STORE, isolation_level=None)
    database.execute("PRAGMA ignore_check_constraints=ON")
    for _ in range(CHOICE.randint(1, 30)):
        table = CHOICE.choice(TABLES)
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})") if row[1] not in KEPT]
        if table == "qctl_jobs":
            where = "queue <> 'sound'" if CHOICE.random() < 0.5 else "id % 3 = 0 AND queue <> 'sound'"
        elif table in ("qctl_queues", "qctl_minutes"):
            where = "queue <> 'sound'"
        else:
            key = {"qctl_log": "job_id"}.get(table, KEPT.intersection({"id"}).pop() if table == "qctl_payloads" else "job_id")
            where = f"{key} IN (SELECT id FROM qctl_jobs WHERE queue <> 'sound')"
        try:
            database.execute(f"UPDATE {table} SET {CHOICE.choice(columns)} = ? WHERE {where}", (value(),))
        except sqlite3.Error:
            pass  # not even SQLite would take it
    database.close()


def run(words):
    ran = subprocess.run(
        ["qctl", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=200)
    told = f"seed {SEED}: qctl {' '.join(words)}"
    if ran.returncode < 0 or ran.returncode > 127:
        print(f"{told}: status {ran.returncode}: {ran.stderr[:600]!r}")
    # CSV is data, and exact where it goes to no terminal.
    for text in (b"" if "csv" in words else ran.stdout, ran.stderr):
        found = CONTROLS.search(text.decode("utf-8", "replace"))
        if found:
            print(f"{told}: prints {found.group()!r}: ...{text[max(0, found.start() - 80):found.start() + 20]!r}")
    if "json" in " ".join(words) and ran.returncode == 0:
        for line in ran.stdout.splitlines():
            try:
                json.loads(line)
            except ValueError as error:
                print(f"{told}: no JSON: {error}: {line[:200]!r}")
    return ran


def seed_store():
    def qctl(*words):
        return subprocess.run(["qctl", *words], check=True, stdout=subprocess.PIPE, text=True).stdout

    for state in range(6):
        qctl("enqueue", "-q", "spoilt", "--payload", '{"a":1}', "--tag", "customer=42", "--unique-key", f"k{state}")
    qctl("enqueue", "-q", "spoilt", "--at", "+1h")
    claims = [line.split() for line in qctl("claim", "-q", "spoilt", "-n", "4").splitlines()]
    qctl("complete", claims[0][0], "--token", claims[0][1])
    qctl("fail", claims[1][0], "--token", claims[1][1], "--permanent", "--error", "no")
    qctl("fail", claims[2][0], "--token", claims[2][1], "--error", "later")
    return qctl("enqueue", "-q", "sound").strip()


def main():
    for _ in range(ROUNDS):
        for path in (STORE, STORE + "-wal", STORE + "-shm"):
            if os.path.exists(path):
                os.unlink(path)
        shutil.rmtree(STORE + ".qctl", ignore_errors=True)
        sound = seed_store()
        spoil()
        ids = run(["list", "--ids"]).stdout.decode().split()
        for words in READS + [["show", job] for job in ids] + [["show", job, "--json"] for job in ids]:
            run(words)
        if sound not in ids:
            print(f"seed {SEED}: the sound job is not listed")
        for words in WRITES:
            run(words)
        claimed = run(["claim", "-q", "sound"]).stdout.decode()
        if not claimed.startswith(sound):
            print(f"seed {SEED}: the sound job is not claimed")


main()
