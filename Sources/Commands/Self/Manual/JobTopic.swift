import CommandLineSpec

/// qctl-job(5): a job as a file, as a line of a bulk file, of an export, and of `--json`.
enum JobTopic {
  static let topic = Topic(
    "job", "Job files, and jobs and records as lines of JSON", section: 5,
    seeAlso: ["enqueue", "export", "import", "show", "list", "help formats", "help sql"],
    introduction + files + history + bulk + archive + records + examples)

  private static var introduction: Prose {
    [
      "A job is met in four forms: as a file, in a store of plain files; as a line of a file for \(literal: "enqueue --bulk"); as a line of what \(command: "export") writes; and as a record of \(literal: "--json"). All have the same words for the same things.",
      "Wherever there is JSON, it is one object a line, with times in RFC 3339 UTC and ids as texts of 13 characters. Bytes such as a payload stand in one of three members: as \(literal: "payload") where they are JSON, kept as they were written; else as \(literal: "payload_text") where they are text; else as \(literal: "payload_b64"), in base64. The same goes for \(literal: "result"), and for \(literal: "output"), which is always a text or base64.",
    ]
  }

  static func terms(_ pairs: KeyValuePairs<String, Sentence>) -> Block {
    .terms(pairs.map { name, meaning in Term("\(literal: name)", meaning) })
  }

  private static var files: Prose {
    [
      .heading("Job files"),
      "A store \(literal: "dir:FOLDER") keeps each job as a file that is never changed but at its end. The folders say its queue and state:",
      terms(folders),
      "MINUTE is such as \(literal: "20261121T1320Z"), HOLDER tells the worker, or \(literal: "lease") and the name that \(command: "claim") gave. The name of the file says the rest that may change, so that every change is one rename:",
      .code("20261121T132011.123Z-0f8k3w2zq1a7b-p5-a2-r512-k"),
      terms(nameParts),
      "The file begins with lines of \(literal: "name: value"), in this order, then an empty line and the bytes of the payload as they came:",
      terms(header),
      "Tools that read may list, grep and copy such files. Nobody but qctl should write below FOLDER: \(command: "doctor") puts into quarantine what it can't read.",
    ]
  }

  static let folders: KeyValuePairs<String, Sentence> = [
    "queues/QUEUE/ready/PRIORITY/MINUTE/":
      "By the minute in which it became due, or, of a bulk, by the moment and the first id.",
    "queues/QUEUE/scheduled/MINUTE/": "By the minute when it is due; retrying and blocked too.",
    "queues/QUEUE/active/HOLDER/": "By who has it.",
    "queues/QUEUE/dead/MINUTE/": "By the minute of its id; completed and cancelled too.",
    "log/": "The log by days, in the lines of \(command: "tail") with \(literal: "--json").",
    "keys/, bulks/, workers/, tmp/": "What qctl needs to keep its promises.",
    "quarantine/": "What \(literal: "doctor --repair") could make nothing of.",
    "format": "The version of the format, at most 3: an older one until something newer is needed.",
  ]

  static let nameParts: KeyValuePairs<String, Sentence> = [
    "20261121T132011.123Z": "When it is due, was started, or ended, by its state.",
    "0f8k3w2zq1a7b": "Its id.",
    "p5": "Its priority.",
    "a2": "Its attempt.",
    "r512": "Where in the file the latest line of its history begins; 0 for none.",
    "tTOKEN": "While it is active: the token of the lease.",
    "uTIME": "Until when a lease by time holds.",
    "k": "It holds its unique key.",
    "m": "It was running when its worker was lost, and next runs alone.",
    "c": "It is asked to stop.",
    "e": "Its payload was edited: the one that counts is in a line of its history.",
    "gHASH": "Stands for its concurrency key.",
  ]

  /// Held against the files of a store by a test.
  static let header: KeyValuePairs<String, Sentence> = [
    "qctl-job": "Always the first: the version of the form, 1.",
    "id": "13 characters, rising with time.",
    "queue": "The queue that it was accepted for; the folder says where it is now.",
    "type": "What kind of work it is.",
    "priority": "0 (most urgent) to 9, when it was accepted.",
    "enqueued_at": "When it was accepted.",
    "run_at": "Before which it was not to run.",
    "max_attempts": "With so many failures it is dead.",
    "unique_key": "A JSON text, if it has one.",
    "idempotency_key": "A JSON text, if it has one.",
    "timeout_ms": "How long one attempt may take, if it says so.",
    "backoff": "How it waits between failures, if it says so.",
    "tags": "A JSON object of texts, if it has any.",
    "unique_scope": "Where it is not \(literal: "active").",
    "concurrency_key": "A JSON text, if it has one.",
    "schedule": "The schedule that made it.",
    "batch": "The batch that it belongs to.",
    "on_parent_failure":
      "For one with parents: \(literal: "hold"), \(literal: "cancel") or \(literal: "run").",
    "after": "The ids of its parents, with blanks between.",
    "payload_bytes": "Always the last: how many bytes of payload follow the empty line.",
  ]

  private static var history: Prose {
    [
      "After the payload follows the history: for each change a line feed, an object, and a line feed. Only lines count to which the name of the file, or a line that counts, points; others were written by a process that died, or came too late. Members that are not needed are left out:",
      terms(historyMembers),
    ]
  }

  static let historyMembers: KeyValuePairs<String, Sentence> = [
    "at": "When.",
    "state, run_at, attempt, failures, crashes, replays":
      "How the job stands since; together, or none of them.",
    "started_at, finished_at, worker, error": "With these: what of it there is.",
    "queue": "The queue, where it is another than at first.",
    "payload_at, payload_line":
      "Where the payload is, if it was edited, and how long that line is.",
    "execution":
      "An execution that ended: \(literal: "attempt"), \(literal: "outcome"), \(literal: "started_at"), \(literal: "finished_at"), \(literal: "worker"), and where there are such \(literal: "error"), \(literal: "exit_code"), \(literal: "signal") and \(literal: "output").",
    "action": "What an operator did; as \(literal: "actions") below.",
    "payload_text, payload_b64": "The payload from now on.",
    "result, result_none": "The result from now on, or that there is none any more.",
    "previous": "Where in the file the line before begins; 0 for none.",
  ]
}
