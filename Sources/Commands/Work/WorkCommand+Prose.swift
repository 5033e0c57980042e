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
      "With \(flag: "persistent") a handler lives on, as many as \(flag: "concurrency") says, each started with its first job. It is told each job in one line on its standard input, a JSON object with the members \(literal: "id") (the first one), \(literal: "queue"), \(literal: "type"), \(literal: "attempt"), \(literal: "max_attempts"), \(literal: "enqueued_at"), \(literal: "deadline") (null without a timeout), \(literal: "idempotency_key"), \(literal: "schedule") (null where none made it), \(literal: "tags"), and \(literal: "payload") where that is JSON, else \(literal: "payload_text") or \(literal: "payload_b64"). It answers in one line on its standard output, and must not keep it in a buffer:",
      .code(
        #"""
        {"id":"ID","outcome":"done","result":…}
        {"id":"ID","outcome":"retry","error":"TEXT","retry_after":"5m"}
        {"id":"ID","outcome":"dead","error":"TEXT"}
        {"id":"ID","outcome":"snooze","retry_after":"1h"}
        """#),
      "Only \(literal: "id") and \(literal: "outcome") must be there, and for a snooze \(literal: "retry_after"). What it said on standard error since the answer before is the job's output, and its end the error where the answer gives none. A handler that writes anything else to standard output, or answers for a job that it does not have, is killed, its jobs fail with what was wrong, and another one is started. If it ends without an answer, its exit status counts as above, and 0 is a failure, too: \(literal: "no outcome"). If it ends before it has read of its job, the job is given back, nothing counted; three such ends in a row, and the worker ends with 78. When there is nothing more to do its standard input is closed; it is asked to end after \(flag: "kill-after"), and killed after as long again. After SIGHUP each is replaced when it has nothing to do.",
      "With \(flag: "batch") a handler has up to N jobs at a time, in the same lines, and answers for each, in any order; without \(flag: "persistent") it is started for each batch, its input ends with the last line, and an answer counts whatever its exit status is. The time of a job counts from the answer before. Where one of them must be stopped (timeout, cancel), the handler is, and what it has not answered of the others is given back. A job that was running when a worker was lost is a batch of its own.",
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
      "With \(flag: "all-configured") the workers are those of the configuration files (see \(command: "config")): each line such as \(literal: "work -q emails -c 4 -- ./send-email"), with \(literal: "--") in it, is one, in a process of its own, so that what ends one ends no other. Other lines that begin with \(literal: "work") set flags for all of them, as ever. All are checked before any is started. Signals are passed on. A worker that dies, or fails for a reason that may pass, is started again, after a pause of 100 ms that doubles up to 30 s; one that is done, or ends with 1, 2 or 78, is not. When all have ended, the first line that did not end with 0 gives the status. The workers end with their supervisor, even if that is killed.",
      "Under a service manager (NOTIFY_SOCKET, WATCHDOG_USEC; see \(literal: "sd_notify(3)")) the worker says when it is ready, that is once its store is open, how things stand, when it reloads and when it stops, and its loop feeds the watchdog. Handlers do not inherit these variables. With \(flag: "all-configured") the supervisor does so, as soon as its workers are started.",
      "Makes the store if there is none.",
    ]
  }

  static var sections: [ManualSection] {
    [
      ManualSection(
        .environment,
        [
          "The handler finds QCTL_JOB_ID, QCTL_QUEUE, QCTL_TYPE, QCTL_ATTEMPT (from 1), QCTL_MAX_ATTEMPTS, QCTL_ENQUEUED_AT, QCTL_DEADLINE (where there is a timeout), QCTL_IDEMPOTENCY_KEY (the job's id where none was given), QCTL_SCHEDULE (where a schedule made the job), QCTL_STORE and QCTL_CONTROL. With \(flag: "persistent") or \(flag: "batch"), only QCTL_STORE: the rest is in the lines.",
          .terms([
            Term(
              "NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID",
              "How to speak with the service manager; kept from handlers.")
          ]),
        ]),
      ManualSection(
        .notes,
        [
          "After Ctrl-C the worker ends by SIGINT, which a shell shows as 130; after SIGTERM with 0. A handler that can't be found or run is status 78, before any job is taken."
        ]),
    ]
  }
}
