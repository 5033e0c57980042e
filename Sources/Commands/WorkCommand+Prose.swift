import CommandLineSpec

extension WorkCommand {
  static var prose: Prose {
    [
      "Takes jobs and runs \(placeholder: "HANDLER") for each, exactly as given: no shell, and nothing of the job among its arguments. The payload is its standard input. Everything after \(literal: "--"), or from the first word that is no option, belongs to the handler.",
      "What the handler's exit status means:",
      .terms([
        Term("\(literal: "0")", "Done."),
        Term(
          "\(literal: "64, 65, 76, 77, 78, 100, 112")",
          "Failed for good: the job is dead. \(flag: "permanent-exit") adds to them."),
        Term(
          "any other",
          "Failed: the job is retried after its backoff, until its failures are used up. The same for a handler that a signal ended or that took longer than its timeout."
        ),
      ]),
      "The end of its standard error becomes the job's error. In the file named by QCTL_CONTROL it may leave \(literal: "{\"retry_after\":\"5m\"}"), \(literal: "{\"snooze\":\"1h\"}") (not a failure: run me later) or \(literal: "{\"result\":…}").",
      "One line for each finished job goes to standard error: time, id, type, outcome, duration, and for a failure the last line of its error. \(flag: "quiet") leaves these lines out.",
      "SIGTERM or SIGINT: no new jobs; running ones may go on for \(flag: "grace"), then they are stopped and given back, nothing counted. A second signal stops them at once. SIGUSR1: no new jobs. SIGUSR2: says how things stand.",
      "Makes the store if there is none.",
    ]
  }

  static var sections: [ManualSection] {
    [
      ManualSection(
        .environment,
        [
          "The handler finds QCTL_JOB_ID, QCTL_QUEUE, QCTL_TYPE, QCTL_ATTEMPT (from 1), QCTL_MAX_ATTEMPTS, QCTL_ENQUEUED_AT, QCTL_DEADLINE (where there is a timeout), QCTL_IDEMPOTENCY_KEY (the job's id where none was given), QCTL_STORE and QCTL_CONTROL."
        ]),
      ManualSection(
        .notes,
        [
          "After Ctrl-C the worker ends by SIGINT, which a shell shows as 130; after SIGTERM with 0. A handler that can't be found or run is status 78, before any job is taken."
        ]),
    ]
  }
}
