"""An application that enqueues inside its own transactions, with nothing but a plain SQLite.

    transaction.py DATABASE [MODULE]

MODULE is the DB-API module to use, sqlite3 if none is named. Prints a line for each rule; each is
followed by "ok" or by what happened instead.
"""

import importlib
import os
import subprocess
import sys

path = sys.argv[1]
os.environ["QCTL_STORE"] = path
sqlite = importlib.import_module(sys.argv[2] if len(sys.argv) > 2 else "sqlite3")
db = sqlite.connect(path, isolation_level=None, timeout=120)


def qctl(*words):
    done = subprocess.run(["qctl", *words], capture_output=True, text=True)
    return done.stdout + done.stderr


def listed(*filters):
    return qctl("list", "--ids", *filters).split()


def check(rule, *problems):
    wrong = [problem for problem in problems if problem]
    print(f"{rule}: {'; '.join(map(str, wrong)) if wrong else 'ok'}")


def differs(found, wanted):
    return "" if found == wanted else f"{found!r} instead of {wanted!r}"


def last():
    return db.execute("SELECT id, created FROM qctl_last").fetchone()


def insert(verb="INSERT", **columns):
    names = ", ".join(columns)
    marks = ", ".join("?" for _ in columns)
    db.execute(f"{verb} INTO qctl_enqueue({names}) VALUES ({marks})", list(columns.values()))
    return last()


def refused(**columns):
    """What went wrong where a row must be refused by the trigger, in its own words."""
    verb = columns.pop("verb", "INSERT")
    before = db.execute("SELECT count(*) FROM qctl_jobs").fetchone()[0]
    try:
        insert(verb, **columns)
        return f"{verb} {str(columns)[:60]} was taken"
    except sqlite.Error as error:
        if not str(error).startswith("qctl: "):
            return f"{str(columns)[:60]}: {error}"
    after = db.execute("SELECT count(*) FROM qctl_jobs").fetchone()[0]
    return differs(after, before)


db.execute("CREATE TABLE IF NOT EXISTS orders(number INTEGER PRIMARY KEY, item TEXT)")

db.execute("BEGIN IMMEDIATE")
db.execute("INSERT INTO orders(item) VALUES ('book')")
job = insert(queue="orders", type="pack", payload='{"order":1}', priority=3, tags='{"user_id":"7"}')[0]
unseen = listed()
db.execute("COMMIT")
shown = qctl("show", "--json", job)
check(
    "a commit shows the job and the order, and not before",
    differs(unseen, []),
    differs(listed(), [job]),
    differs(db.execute("SELECT count(*) FROM orders").fetchone(), (1,)),
    "" if '"payload":{"order":1},"tags":{"user_id":"7"}' in shown else shown,
    "" if '"priority":3' in shown else shown,
    "" if '"queue":"orders","type":"pack","state":"ready"' in shown else shown,
)

db.execute("BEGIN IMMEDIATE")
db.execute("INSERT INTO orders(item) VALUES ('lamp')")
insert(queue="orders", type="pack")
db.execute("ROLLBACK")
check(
    "a rollback takes both back",
    differs(listed(), [job]),
    differs(db.execute("SELECT count(*) FROM orders").fetchone(), (1,)),
    "" if '"ready":1,' in qctl("queues", "--json") else qctl("queues", "--json"),
)

db.execute("BEGIN IMMEDIATE")
ids = [insert(queue="many", type="t", payload=str(n))[0] for n in range(50)]
db.execute("COMMIT")
check("ids rise within a transaction, and are those of the list",
      differs(ids, sorted(ids)), differs(listed("-q", "many"), ids[::-1]))

check(
    "bad values are refused by the trigger, whatever the conflict clause",
    *(
        refused(verb=verb, **bad)
        for verb in ("INSERT", "INSERT OR REPLACE", "INSERT OR ABORT", "REPLACE")
        for bad in (
            dict(queue="a b"), dict(queue=""), dict(queue=".."), dict(queue="-a"),
            dict(queue="a" * 65), dict(queue="a\0b"), dict(queue="a\x1b"), dict(queue=7),
            dict(queue=b"abc"), dict(queue="ä"), dict(type="a b"), dict(type=""),
            dict(type="x\0"), dict(type="-t"), dict(priority=12), dict(priority=-1),
            dict(priority="high"), dict(priority=1.5), dict(payload="x" * 300_000),
            dict(payload=b"x" * 262_145), dict(payload="ä" * 131_073), dict(max_attempts=0),
            dict(max_attempts=1001), dict(max_attempts="x"), dict(timeout_ms=0),
            dict(timeout_ms="1s"), dict(unique_key=""), dict(unique_key="k" * 256),
            dict(unique_key="k\0"), dict(unique_key=b"k"), dict(idempotency_key=""),
            dict(idempotency_key="k" * 256), dict(run_at="tomorrow"), dict(run_at=1 << 60),
            dict(backoff=7), dict(tags="x"), dict(tags=7),
        )
    ),
)
check("a refusal leaves the job counts true", differs(len(listed()), 51))

# What only qctl can read must be read as nothing worse than a default.
odd = [insert(queue="odd", type="t", **more)[0] for more in (
    dict(backoff="fast"), dict(tags="{nonsense}"), dict(tags='{"a b":1}'), dict(tags='{"event":"x"}'))]
check("what SQL can't check does no harm",
      differs(len(listed("-q", "odd")), 4), *(("" if id in qctl("show", id) else qctl("show", id)) for id in odd),
      differs("odd" in qctl("work", "-q", "odd", "--until-empty", "--quiet", "--", "true"), False),
      differs(len(listed("-q", "odd", "--state", "completed")), 4))

first = insert(queue="u", type="t", unique_key="k")
again = insert(queue="u", type="t", unique_key="k")
elsewhere = insert(queue="v", type="t", unique_key="k")
check("a unique key gives the live job back", differs(first[1], 1), differs(again, (first[0], 0)),
      differs(elsewhere[1], 1), differs(listed("-q", "u"), [first[0]]))
from_tool = qctl("enqueue", "-q", "u", "-t", "t", "--unique-key", "k").strip()
check("the tool sees the same key", differs(from_tool, first[0]))
qctl("cancel", first[0])
check("a key is free when its job has ended", differs(insert(queue="u", type="t", unique_key="k")[1], 1))

first = insert(queue="i", type="t", payload="1", idempotency_key="k")
again = insert(queue="i", type="t", payload="1", idempotency_key="k")
from_tool = qctl("enqueue", "-q", "i", "-t", "t", "--payload", "1", "--idempotency-key", "k").strip()
check("an idempotency key gives the first job back", differs(first[1], 1),
      differs(again, (first[0], 0)), differs(from_tool, first[0]), differs(listed("-q", "i"), [first[0]]))
check("with other content it is a conflict",
      refused(queue="i", type="t", payload="2", idempotency_key="k"),
      refused(queue="i", type="other", payload="1", idempotency_key="k"),
      refused(verb="INSERT OR REPLACE", queue="i", type="t", payload="2", idempotency_key="k"))

before = db.execute("SELECT * FROM qctl_jobs ORDER BY id").fetchall()
for verb in ("INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE", "INSERT OR ROLLBACK", "INSERT OR FAIL"):
    insert(verb, queue="i", type="t", payload="1", idempotency_key="k")
    insert(verb, queue="v", type="t", unique_key="k")
after = db.execute("SELECT * FROM qctl_jobs ORDER BY id").fetchall()
check("OR REPLACE and its kin harm no job", differs(after == before, True))

insert(queue="defaults")
shown = qctl("show", "--json", last()[0])
check("all but the queue may be left out",
      *("" if part in shown else f"no {part} in {shown}" for part in
        ('"type":"default"', '"priority":5', '"max_attempts":10', '"payload_text":""')))
later = insert(queue="later", type="t", run_at=4_000_000_000_000)[0]
check("run_at schedules", "" if '"state":"scheduled"' in qctl("show", "--json", later) else qctl("show", later))

check("the tool finds nothing wrong", "" if subprocess.run(
    ["qctl", "doctor"], capture_output=True).returncode in (0, 1) else qctl("doctor"),
      *(line for line in qctl("doctor").splitlines() if "error" in line.split()[:1]))
check("the application finds nothing wrong",
      differs(db.execute("PRAGMA integrity_check").fetchone(), ("ok",)))
