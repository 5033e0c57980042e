"""The hot paths whose instructions are counted, each with what is made ready for it.

A path is a function that is given a `Counter` and yields (name, instructions). What a process does
once would hide what is done for each job, so loops are counted twice, and the difference divided.
A press of TAB can't be counted: it ends itself after a fifth of a second, and that is too slow here.
"""

FEW, MANY = 100, 200
NAMES = {"enqueue-keyed": "enqueue with keys", "fill": "enqueue in one bulk", "drain": "settle + claim"}
PAYLOAD = ["-t", "bench", "--payload", '{"user":42,"template":"welcome"}']


def start_up(counter):
    yield "qctl --version", counter.qctl("--version")
    yield "qctl help", counter.qctl("help")


def commands(counter):
    """Whole commands on a small store of their own."""
    place, job = counter.filled("queue.db", 1_000)
    yield "qctl enqueue", counter.qctl("--store", place, "enqueue", *PAYLOAD)
    yield "qctl show ID", counter.qctl("--store", place, "show", job, "--utc")
    yield "qctl list -n 100", counter.qctl("--store", place, "list", "-n", "100", "--utc")
    yield "qctl queues", counter.qctl("--store", place, "queues")
    yield "qctl stats", counter.qctl("--store", place, "stats")
    yield "qctl health", counter.qctl("--store", place, "health")
    yield "qctl claim", counter.qctl("--store", place, "claim", "--json")
    yield "qctl cancel ID", counter.qctl("--store", place, "cancel", job, "--quiet")
    yield "qctl retry ID", counter.qctl("--store", place, "retry", job, "--quiet")
    place, job = counter.filled("dir:spool", 1_000)
    yield "qctl enqueue, directory", counter.qctl("--store", place, "enqueue", *PAYLOAD)
    yield "qctl list -n 100, directory", counter.qctl("--store", place, "list", "-n", "100", "--utc")


def loops(counter):
    """The store's work in one process, for each job."""
    for work, words, few, many in (
        ("enqueue", (), FEW, MANY),
        ("enqueue-keyed", (), FEW, MANY),
        ("fill", (), 1_000, 2_000),
        ("drain", ("1",), FEW, MANY),
        ("drain", ("100",), 1_000, 2_000),
    ):

        def in_database(count, work=work, words=words):
            place = counter.place("queue.db")
            if work == "drain":
                counter.prepare("qctl-bench", "fill", str(count), place)
            return counter.loop(work, count, place, *words)

        batch = f", {words[0]} at a time" if words else ""
        yield f"{NAMES.get(work, work)}{batch}: a job", counter.per_job(few, many, in_database)
    for work in ("enqueue", "claim", "settle"):

        def directory(count, work=work):
            place = counter.place("dir:spool")
            if work != "enqueue":
                counter.prepare("qctl-bench", "fill", str(count), place)
            return counter.loop(work, count, place)

        yield f"{work}, directory: a job", counter.per_job(FEW, MANY, directory)


def streams(counter):
    """What is read, parsed and printed, for each job."""

    def enqueue_bulk(count):
        place = counter.place("queue.db")
        counter.prepare("qctl", "--store", place, "init", "--quiet")
        return counter.qctl("--store", place, "enqueue", "--bulk", counter.lines(count))

    def printed(*words):
        def run(count):
            place, _ = counter.filled("queue.db", count)
            return counter.qctl("--store", place, *words)

        return run

    def imported(count):
        place, _ = counter.filled("queue.db", count)
        counter.prepare("qctl", "--store", place, "export", "--output-file", counter.path("out.ndjson"))
        place = counter.place("other.db")
        counter.prepare("qctl", "--store", place, "init", "--quiet")
        return counter.qctl("--store", place, "import", counter.path("out.ndjson"), "--quiet")

    few, many = 1_000, 2_000
    yield "enqueue --bulk: a line", counter.per_job(few, many, enqueue_bulk)
    yield "list, 10,000 rows", printed("list", "--utc")(10_000)
    yield "list --json: a row", counter.per_job(few, many, printed("list", "--json", "--utc"))
    yield "list --error, no match: a row", counter.per_job(
        few, many, printed("list", "--error", "nowhere"))
    yield "export: a job", counter.per_job(few, many, printed("export"))
    yield "import: a job", counter.per_job(few, many, imported)


def workers(counter):
    """A whole worker. How often it looks around depends on how fast others are, so each job is
    fetched alone; with processes to wait for it needs a wider tolerance all the same."""

    def work(*words):
        place, _ = counter.filled("queue.db", 300)
        start = ["--store", place, "work", "--until-empty", "--quiet", "--prefetch", "1"]
        return counter.qctl(*start, *words)

    yield "work, 300 jobs", work("--", "/bin/true")
    yield "work --persistent, 300 jobs", work("--persistent", "--", "./answer")


PATHS = (start_up, commands, loops, streams, workers)
