import CommandLineSpec

/// The records of `--json`: which there are, and what each field means.
extension JobTopic {
  static var records: Prose {
    [
      .heading("Records of --json"),
      "Each command prints the fields of its kind of record, in this order. Fields may be added; none is renamed or removed. A field of which there is nothing to say is null, but a log record leaves it out.",
      .terms(
        RecordKind.all.map { kind in
          Term(
            Sentence(stringLiteral: "\(kind.name) (\(kind.commands.joined(separator: ", ")))"),
            Sentence(stringLiteral: kind.fields.joined(separator: ", ") + "."))
        }),
      "\(command: "show") prints a job with all of these:",
      terms(detail),
      "\(command: "claim") adds the payload and \(literal: "tags"). Log records have the job's tags as further members. What verbs print that make something, such as \(literal: "enqueue --json"), is in their schema: JSON Schemas of all records lie in \(literal: "share/qctl/schemas").",
      .heading("Fields"),
      .terms(
        FieldMeaning.inOrder.map { meaning in Term("\(literal: meaning.field)", meaning.text) }),
    ]
  }

  /// What `show --json` has beyond the fields of a job; held against its schema by a test.
  static let detail: KeyValuePairs<String, Sentence> = [
    "payload, payload_text, payload_b64": "The payload, in one of these.",
    "tags": "An object of texts.",
    "backoff": "How it waits between failures.",
    "cancel_requested": "It is running, and asked to stop.",
    "unique_scope": "How long it holds its unique key.",
    "holds_unique_key": "It does.",
    "concurrency_key": "Of jobs with it only so many run at a time.",
    "schedule": "The schedule that made it.",
    "batch": "The batch that it belongs to.",
    "on_parent_failure": "What follows when a job that it waits for fails.",
    "after": "The jobs that it was to wait for.",
    "waits_for": "Those of them that it still waits for.",
    "result, result_text, result_b64": "What it gave, in one of these.",
    "attempts":
      "Its executions, oldest first: \(literal: "attempt"), \(literal: "outcome"), \(literal: "started_at"), \(literal: "finished_at"), \(literal: "duration_ms"), \(literal: "worker"), \(literal: "error"), \(literal: "exit_code"), \(literal: "signal") and \(literal: "output") or \(literal: "output_b64").",
    "actions":
      "What operators did to it, oldest first: \(literal: "at"), \(literal: "event"), \(literal: "actor"), \(literal: "reason"), \(literal: "filter"), \(literal: "planned"), \(literal: "from_queue"), and the payload before, as \(literal: "payload_text") or \(literal: "payload_b64").",
    "error_group": "Of a dead job, the group of its error.",
  ]

  static var examples: Prose {
    [
      .heading("Examples"),
      ManualNote.placeholders,
      "A file of jobs, each of which waits for the one before; save as \(literal: "jobs.ndjson"):",
      .file(
        "jobs.ndjson",
        """
        {"ref":"fetch","type":"fetch","payload":{"url":"http://example.org"}}
        {"ref":"parse","type":"parse","after":["fetch"],"timeout_ms":60000}
        {"type":"mail","after":["parse"],"payload_text":"done","priority":7}
        """),
      .session(
        """
        $ qctl enqueue -q pages --bulk jobs.ndjson
        qctl: enqueued 3 jobs
        $ qctl list -q pages --json |
        >   grep -o '"type":"[a-z]*","state":"[a-z]*"'
        "type":"mail","state":"blocked"
        "type":"parse","state":"blocked"
        "type":"fetch","state":"ready"
        """),
      "From one store to another, by hand:",
      .session(
        """
        $ qctl export --output-file all.ndjson --quiet
        $ head -c 40 all.ndjson; echo
        {"kind":"header","format":"qctl export",
        $ qctl import --store dir:copy all.ndjson --json
        qctl: left out <any>
        qctl: imported 1 queue, 3 jobs
        {"restored":4,"already_there":0,"differing":<any>}
        $ head -n 4 copy/queues/pages/ready/5/*/*
        qctl-job: 1
        id: <id>
        queue: pages
        type: fetch
        """),
    ]
  }
}
