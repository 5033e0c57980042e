import CommandLineSpec

extension WorkCommand {
  static var prose: Prose {
    [
      "Takes jobs and runs \(placeholder: "HANDLER") for each, exactly as given: no shell, and nothing of the job among its arguments. The payload is its standard input. Everything after \(literal: "--"), or from the first word that is no option, belongs to the handler.",
      "Of several queues the first that has a ready job is served, in the order given. With weights, as in \(literal: "-q emails=6,reports=1"), each gets its share of the jobs instead (1 where none is said), and a queue without work gives way.",
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
      "What signals do:",
      .terms([
        Term(
          "SIGTERM, SIGINT",
          "No new jobs; running ones may go on for \(flag: "grace"), then they are stopped and given back, nothing counted. A second one stops them at once."
        ),
        Term(
          "SIGHUP",
          "With a terminal, as SIGTERM. Without one, the handler is looked for anew; there is nothing else to reload."
        ),
        Term("SIGUSR1", "No new jobs, until the worker is ended."),
        Term("SIGUSR2", "Says how things stand."),
        Term(
          "SIGRTMIN+1, SIGRTMIN+2",
          "One handler more, or one less, at a time. Less stops none that runs."),
      ]),
      "While it works, a file in \(literal: "STORE.qctl/workers/") shows the other workers of this host that it lives, and which handlers it has started. If it dies, any other worker, or \(command: "claim"), notices at once: it kills what is left of the dead one's handlers, waits until they are gone, and frees the jobs. The same if it shows no life for \(flag: "lease"), stopped or starved; should it go on later, it finds itself declared lost, changes nothing, and begins anew. No clock that is set decides any of this.",
      "A job that was running when its worker was lost is charged nothing, but runs alone in its next worker. Only if that one dies too is it a crash: a failure, with the usual backoff. Three crashes, and the job is dead. So jobs beside one that kills its worker never pay for it.",
      "Of jobs that take a few milliseconds a worker claims up to \(flag: "prefetch") ahead, and tells the store of as many ends together, within 5 ms. If it dies in between, that group runs again. What has not started within 50 ms goes back. 1 claims and settles each job by itself.",
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
