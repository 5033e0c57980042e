import CommandLineSpec

/// Help that belongs to no single command.
enum HelpTopics {
  static let all =
    explained + [
      Topic("topics", "What is explained here beside commands", topics)
    ]

  private static let explained = [
    ConfigTopic.topic, JobTopic.topic, HandlerTopic.topic, SQLTopic.topic, ExitStatusTopic.topic,
    Topic("environment", "Variables that qctl reads and sets", environment),
    Topic("formats", "Output formats and their fields", formats),
  ]

  private static var topics: Prose {
    [
      .terms(
        explained.map { topic in
          Term("\(literal: topic.name)", Sentence(stringLiteral: topic.summary + "."))
        }),
      "\(literal: "qctl help TOPIC") shows one, \(literal: "qctl help") the commands, and \(literal: "qctl help COMMAND") one of them.",
    ]
  }

  private static var environment: Prose {
    [
      .terms([
        Term("\(literal: "QCTL_STORE")", "The store, where no \(flag: "store") names one."),
        Term(
          "\(literal: "QCTL_ACTOR")",
          "Who acts, in the log; else who called sudo, else the account."),
        Term("\(literal: "QCTL_COLOR")", "As \(flag: "color")."),
        Term("\(literal: "NO_COLOR")", "No colour, if not empty."),
        Term(
          "\(literal: "CLICOLOR_FORCE")", "Colour without a terminal too, if not empty and not 0."),
        Term("\(literal: "CLICOLOR")", "No colour, if 0."),
        Term(
          "\(literal: "QCTL_PAGER"), \(literal: "PAGER")",
          "What shows long output on a terminal, \(literal: "less") if neither is set; nothing and \(literal: "cat") mean no pager, as does \(flag: "no-pager")."
        ),
        Term(
          "\(literal: "LESS")", "If not set, \(literal: "FRX") for a pager that qctl starts."),
        Term(
          "\(literal: "VISUAL"), \(literal: "EDITOR")",
          "What \(command: "edit") opens a payload with, vi if neither is set."),
        Term(
          "\(literal: "XDG_RUNTIME_DIR"), \(literal: "TMPDIR")",
          "Where the file for that editor lies meanwhile, else in /tmp."),
        Term(
          "\(literal: "QCTL_HISTFILE")",
          "Where \(command: "shell") remembers lines; nothing means nowhere."),
        Term("\(literal: "TZ")", "The zone in which times are read and shown."),
        Term(
          "\(literal: "XDG_DATA_HOME")",
          "Where the default store lies, in \(literal: "qctl/queue.db")."),
        Term(
          "\(literal: "XDG_CONFIG_HOME")",
          "Where the configuration lies, in \(literal: "qctl/config")."),
        Term("\(literal: "XDG_CONFIG_DIRS")", "Where the configuration of the machine lies."),
        Term(
          "\(literal: "XDG_STATE_HOME")",
          "Where \(command: "shell") remembers lines, in \(literal: "qctl/history")."),
      ]),
      "A handler started by \(command: "work") finds QCTL_JOB_ID, QCTL_QUEUE, QCTL_TYPE, QCTL_ATTEMPT, QCTL_MAX_ATTEMPTS, QCTL_ENQUEUED_AT, QCTL_DEADLINE (with a timeout), QCTL_IDEMPOTENCY_KEY, QCTL_SCHEDULE (of a job that a schedule made), QCTL_STORE and QCTL_CONTROL.",
    ]
  }

  private static var formats: Prose {
    [
      .terms([
        Term("\(literal: "table")", "For people; the default."),
        Term(
          "\(literal: "json")",
          "One compact JSON object a line; times in RFC 3339 UTC, ids as strings."),
        Term(
          "\(literal: "csv")",
          "RFC 4180, with a head line; with \(flag: "csv-safe", of: "list") nothing in it is a formula to a spreadsheet."
        ),
        Term("\(literal: "ids")", "Ids only, one a line, for another command's \(literal: "-")."),
      ]),
      "With \(flag: "format", of: "list") a template names fields, as '{id}\\t{state}'; with \(flag: "null", of: "list") records end in NUL instead of a line end. On a terminal times are relative, tables are cut to its width, there is colour, and a pager shows what is long; anywhere else there is none of that.",
      "These are the records and their fields, for templates, CSV and JSON. Fields may be added; none is renamed or removed.",
      .terms(
        RecordKind.all.map { kind in
          Term(
            Sentence(stringLiteral: "\(kind.name) (\(kind.commands.joined(separator: ", ")))"),
            Sentence(stringLiteral: kind.fields.joined(separator: ", ") + "."))
        }),
      "JSON has all of them, null where a record has nothing; but a log record leaves out what there is nothing to say of, and has the job's tags as further members, and a repair of \(command: "doctor") has \(literal: "deed") for \(literal: "grade"). \(command: "show") and \(command: "claim") add the payload: as \(literal: "payload") where its bytes are JSON, else as \(literal: "payload_text"), or \(literal: "payload_b64") where they are no text.",
      "JSON Schemas for all of them, and for the lines of \(command: "export"), lie in \(literal: "share/qctl/schemas").",
    ]
  }
}
