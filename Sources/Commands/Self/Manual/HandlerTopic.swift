import CommandLineSpec
import Engine

/// qctl-handler(7): what a program must know that a worker runs for jobs.
enum HandlerTopic {
  static let topic = Topic(
    "handler", "How programs work for qctl", section: 7,
    seeAlso: ["work", "help job", "help exit-status", "claim", "tail"],
    call + environment + ending + lines + processes + repeats + examples)

  private static var call: Prose {
    [
      "A handler is any program. \(command: "work") runs it for each job, with exactly the arguments that follow \(literal: "--"): no shell is between, and nothing of the job is among them. It is looked for in PATH once, when the worker starts, and runs in the worker's directory, as the worker's user.",
      .terms([
        Term(
          "standard input",
          "The payload, byte for byte, then the end. A handler need not read it: that it closes its input early is no failure."
        ),
        Term(
          "standard output, standard error",
          "Kept with the attempt, as \(command: "show") prints it: of each so much as \(flag: "output-limit", of: "work") says, the beginning and the end, with a line between that says how much is left out. The end of standard error becomes the job's error where it fails."
        ),
        Term("other descriptors", "None: whatever the worker has open is closed."),
        Term("signals", "As a program expects them: none is ignored or blocked."),
      ]),
    ]
  }

  private static var environment: Prose {
    [
      .heading("Environment"),
      "The worker's own, without what its service manager told it (NOTIFY_SOCKET, WATCHDOG_*, LISTEN_*), and with:",
      .terms([
        Term("\(literal: "QCTL_JOB_ID")", "The job's id: 13 characters, as everywhere."),
        Term("\(literal: "QCTL_QUEUE")", "Its queue."),
        Term("\(literal: "QCTL_TYPE")", "What kind of work it is."),
        Term(
          "\(literal: "QCTL_ATTEMPT")",
          "Which execution of the job this is, from 1. It only ever rises, also where an operator replays the job."
        ),
        Term("\(literal: "QCTL_MAX_ATTEMPTS")", "With so many failures it is dead."),
        Term("\(literal: "QCTL_ENQUEUED_AT")", "When it was accepted: RFC 3339, UTC."),
        Term(
          "\(literal: "QCTL_DEADLINE")",
          "When it will be stopped, where it has a timeout; else not set."),
        Term(
          "\(literal: "QCTL_IDEMPOTENCY_KEY")",
          "The same in all executions of a job: the key that it was enqueued with, else its id."),
        Term(
          "\(literal: "QCTL_SCHEDULE")",
          "The schedule that made the job; not set where none did."),
        Term(
          "\(literal: "QCTL_STORE")",
          "The store, so that \(literal: "qctl") within the handler means the same one."),
        Term(
          "\(literal: "QCTL_CONTROL")",
          "A file that the handler may make, see below. It lies in a folder of the worker's own."),
      ]),
      "With \(flag: "persistent", of: "work") or \(flag: "batch", of: "work") only QCTL_STORE is set; the rest is in the lines.",
    ]
  }

  private static var ending: Prose {
    [
      .heading("Exit status"),
      .terms([
        Term("\(literal: "0")", "Done: the job is completed."),
        Term(
          "\(literal: permanent)",
          "Failed for good: the job is dead. \(flag: "permanent-exit", of: "work") adds to them."),
        Term(
          "any other",
          "Failed: the job is tried again after its backoff, until it has failed as often as \(literal: "max_attempts") says; then it is dead. \(flag: "retry-exit", of: "work") takes statuses from the line above into this one. 126 and 127 are warned of, too: a shell says so of a command that it can't run."
        ),
        Term(
          "a signal, a timeout", "Failed, and tried again as above; the log has the signal."),
        Term(
          "not started",
          "A handler that can't be started costs the job nothing. After some tries the worker ends with 78."
        ),
      ]),
      .heading("Control file"),
      "In the file that QCTL_CONTROL names, the handler may leave a JSON object, before it ends:",
      .terms([
        Term(
          "\(literal: "retry_after")",
          "With a failure: try again after this, instead of the backoff. A time such as \(literal: "\"5m\""), or seconds as a number, up to a year."
        ),
        Term(
          "\(literal: "snooze")",
          "With any status but those for good: not done and not failed; run me again after this. Nothing is counted."
        ),
        Term(
          "\(literal: "result")",
          "With status 0: what the job gave, any JSON up to 256 KiB; \(command: "show") prints it."),
      ]),
      "A file that is no such object, or has another member, is ignored with a warning; the exit status counts as ever.",
    ]
  }

  private static var permanent: String {
    ExitPolicy.permanentStatuses.map(String.init).joined(separator: ", ")
  }

  private static var processes: Prose {
    [
      .heading("Processes and signals"),
      "A handler has a process group of its own, and what is sent to stop it goes to all of the group: SIGTERM, and after \(flag: "kill-after", of: "work") SIGKILL. That happens when its time is up (\(flag: "timeout", of: "enqueue"), that of the queue, or that of the worker), when the job is cancelled, and when the worker must end and \(flag: "grace", of: "work") is over; in the last case the job is given back with nothing counted. Children that leave the group are the handler's own affair; one that keeps standard output open keeps nobody waiting.",
      "A handler that wants to clean up catches SIGTERM and ends within \(flag: "kill-after", of: "work"). If the worker itself is killed, the other workers of the host kill what is left of its handlers before they free its jobs.",
    ]
  }

  private static var repeats: Prose {
    [
      .heading("Idempotency"),
      "A job runs at least once, not exactly once: its worker can die after the handler did the work and before that is recorded, and then the job runs again. So a handler must do no harm by running twice. Hand QCTL_IDEMPOTENCY_KEY on to services that take such a key, write results under the name of QCTL_JOB_ID, or record the key in the same transaction as the work. Two handlers of one job never run beside each other on a host.",
    ]
  }
}
