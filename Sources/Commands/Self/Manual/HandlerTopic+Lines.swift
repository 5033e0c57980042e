import CommandLineSpec
import Engine

/// The protocol of handlers that are told their jobs in lines, and examples of all kinds.
extension HandlerTopic {
  static var lines: Prose {
    [
      .heading("Handlers that live on"),
      "With \(flag: "persistent", of: "work") a handler is started once, for its first job, and reads a job a line from standard input: a JSON object with these members, \(literal: "id") always the first.",
      .terms(
        members.map { name, meaning in Term("\(literal: name)", meaning) }),
      "For each it writes one line to standard output, and flushes it: a JSON object with",
      .terms(
        answer.map { name, meaning in Term("\(literal: name)", meaning) }),
      "A member may be null instead of left out; no other is allowed, and neither is other output: a handler that writes anything else, or answers for a job that it has not, is killed, its jobs fail with what was wrong, and another is started. What it said on standard error since the answer before is the job's output. If it ends without an answer, its exit status counts as above, and 0 is a failure as well. If it ends before it has read of its job, the job is given back with nothing counted; after three such ends in a row the worker ends with 78. At the end its standard input is closed: it should end, is asked by SIGTERM after \(flag: "kill-after", of: "work"), and killed after as long again.",
      .heading("Batches"),
      "With \(flag: "batch", of: "work") up to so many jobs are told at once, in the same lines; the handler answers for each, in any order. It is started for each batch, and reads to the end of its input; with \(flag: "persistent", of: "work") as well it lives on, and should answer what it has been told before it waits for more. An answer counts whatever the exit status is; a job without one fails. Where one of them must be stopped, the handler is, and what it has not answered of the others is given back.",
    ]
  }

  static let members: KeyValuePairs<String, Sentence> = [
    "id": "The job's id.",
    "queue": "Its queue.",
    "type": "What kind of work it is.",
    "attempt": "Which execution this is, from 1.",
    "max_attempts": "With so many failures it is dead.",
    "enqueued_at": "When it was accepted: RFC 3339, UTC.",
    "deadline": "When it will be stopped; null without a timeout.",
    "idempotency_key": "The same in all executions; the id where none was given.",
    "schedule": "The schedule that made the job; null where none did.",
    "tags": "An object of texts; empty where it has none.",
    "payload": "Where its bytes are JSON: that, as it was written.",
    "payload_text": "Else, where they are text: that.",
    "payload_b64": "Else the bytes in base64.",
  ]

  static let answer: KeyValuePairs<String, Sentence> = [
    "id": "Which job it is about.",
    "outcome":
      "\(literal: "done"), \(literal: "retry") (failed, try again), \(literal: "dead") (failed for good) or \(literal: "snooze") (not a failure, run me again later).",
    "error": "What went wrong; else the end of standard error.",
    "retry_after":
      "When to try again, as in the control file; with \(literal: "snooze") it must be there.",
    "result": "What the job gave: any JSON up to 256 KiB.",
  ]

  static var examples: Prose {
    [
      .heading("Examples"),
      ManualNote.placeholders,
      "A shell script, a process for each job; save as \(literal: "resize"):",
      .file(
        "resize",
        """
        #!/bin/sh
        # Without a name it never gets better: 65 makes the job dead.
        name=$(cat)
        [ -n "$name" ] || { echo 'no name' >&2; exit 65; }
        case $name in
          *.busy)
            echo '{"retry_after":"5m"}' >"$QCTL_CONTROL"
            echo 'the scanner is busy' >&2
            exit 75 ;;
          *.later) echo '{"snooze":"1h"}' >"$QCTL_CONTROL" ;;
          *) printf '{"result":"small-%s"}\\n' "$name" >"$QCTL_CONTROL" ;;
        esac
        """),
      .session(
        """
        $ chmod +x resize
        $ id=$(qctl enqueue --payload cat.png)
        $ for name in dog.busy owl.later ''; do
        >   qctl enqueue --payload "$name"
        > done
        <id>
        <id>
        <id>
        $ qctl work --until-empty -- ./resize
        <time> <id> default completed <age>
        <time> <id> default failed <age> the scanner is busy
        <time> <id> default snoozed <age>
        <time> <id> default dead <age> no name
        $ qctl show "$id" --json | grep -o '"result":[^,]*'
        "result":"small-cat.png"
        """),
      "What it finds in its environment:",
      .session(
        """
        $ qctl schedule add sights --every 1h -q sights --timeout 1m --quiet
        $ qctl schedule run sights
        <id>
        $ qctl work -q sights --once --quiet -- sh -c 'env >seen'
        $ grep -E '^QCTL_(ATTEMPT|MAX_ATTEMPTS|SCHEDULE)=' seen | sort
        QCTL_ATTEMPT=1
        QCTL_MAX_ATTEMPTS=10
        QCTL_SCHEDULE=sights
        $ sed -n 's/^QCTL_DEADLINE=//p' seen
        <time>
        """),
      "One in Python that lives on; save as \(literal: "thumb.py"):",
      .file(
        "thumb.py",
        """
        import json, sys

        for line in sys.stdin:
            job = json.loads(line)
            answer = {"id": job["id"]}
            try:
                picture = job["payload"]["picture"]
                answer.update(outcome="done", result="small-" + picture)
            except (KeyError, TypeError) as error:
                answer.update(outcome="dead", error=f"payload: {error!r}")
            except OSError as error:
                answer.update(outcome="retry", error=str(error))
            print(json.dumps(answer), flush=True)
        """),
      .session(
        """
        $ printf '{"payload":%s}\\n' '{"picture":"cat.png"}' '{}' |
        >   qctl enqueue -q thumbs --bulk - --quiet
        $ qctl work -q thumbs --until-empty --persistent -- python3 thumb.py
        <time> <id> default completed <age>
        <time> <id> default dead <age> payload: KeyError('picture')
        """),
      "One that does many jobs at once, such as rows of one insert; save as \(literal: "insert.py"):",
      .file(
        "insert.py",
        """
        import json, sqlite3, sys

        jobs = [json.loads(line) for line in sys.stdin]
        table = sqlite3.connect("hits.db")
        with table:
            table.execute("CREATE TABLE IF NOT EXISTS hits(job UNIQUE, at)")
            # A batch that runs again finds its rows: none comes twice.
            table.executemany("INSERT OR IGNORE INTO hits VALUES (?, ?)",
                              [(job["id"], job["payload"]) for job in jobs])
        for job in jobs:
            print(json.dumps({"id": job["id"], "outcome": "done"}))
        """),
      .session(
        """
        $ printf '{"payload":"/%s"}\\n' home about home |
        >   qctl enqueue -q hits --bulk - --quiet
        $ qctl work -q hits --until-empty --quiet --batch 100 -- \\
        >   python3 insert.py
        $ qctl queues hits --format '{completed} of 3'
        3 of 3
        """),
    ]
  }
}
