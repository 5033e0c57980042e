import CommandLineSpec
import Engine

extension HealthCommand {
  static var exits: [ExitNote] {
    [
      ExitNote(0, "OK: all is well"),
      ExitNote(1, "WARNING: worth a look"),
      ExitNote(2, "CRITICAL: somebody has to act"),
      ExitNote(3, "UNKNOWN: it could not be found out, wrong options included"),
    ]
  }

  static var examples: [Example] {
    [
      Example("qctl health", "All rules, for every queue"),
      Example("qctl health oldest-age -q emails -w ~:5m -c ~:1h", "One check, for one queue"),
      Example("qctl health depth -w 1000 --for 5m", "Too many for five minutes"),
      Example("qctl health --quiet", "From cron: prints, and so mails, only what is not OK"),
    ]
  }

  static var prose: Prose {
    [
      "Says in one line how the queues are, with numbers behind a \(literal: "|"), as plugins of Nagios, Icinga and the like do, and ends with 0 to 3, whatever happens. Nothing is changed, and no store is made. It reads kept counts and not the jobs, so it costs the same at any size.",
      "Without a CHECK these rules hold for every queue:",
      .list([
        "the oldest ready job waits for over 5 minutes (WARNING) or an hour (CRITICAL), also in a paused queue, and also where nobody is there to take it;",
        "over 1000 jobs are ready, for 5 minutes (WARNING);",
        "a job is dead (WARNING); over 50 died within an hour (CRITICAL);",
        "all but the slowest in a hundred executions of the last hour took over twice as long as in the 7 days before (WARNING), once those have 100 executions;",
        "fewer workers of this host live than \(flag: "workers", of: "queue set") expects, or one has died or gone silent (CRITICAL);",
        "a schedule is overdue for 5 minutes (WARNING) or an hour (CRITICAL).",
      ]),
      "With several rules the worst wins: CRITICAL, then WARNING, UNKNOWN, OK. Checks are:",
      .terms([
        Term("\(literal: "oldest-age")", "For how long the oldest ready job has waited."),
        Term("\(literal: "depth")", "Ready jobs; with \(flag: "for"), at the end of each minute."),
        Term("\(literal: "dlq")", "Dead jobs."),
        Term("\(literal: "dlq-growth")", "Jobs that died within \(flag: "in") (1h)."),
        Term(
          "\(literal: "failure-rate")",
          "Executions that failed, in per cent of those that ended within \(flag: "in") (5m)."),
        Term(
          "\(literal: "duration-p99")",
          "How long all but the slowest in a hundred took within \(flag: "in") (1h): a time, or a multiple of the 7 days before such as \(literal: "2x")."
        ),
        Term("\(literal: "workers")", "Living workers of this host, and lost ones."),
        Term("\(literal: "schedules")", "For how long a tick that has come was not fired."),
        Term(
          "\(literal: "store")",
          "The store's files, disk and log; thresholds are for the bytes of a write-ahead log that is not folded in."
        ),
      ]),
      "RANGE is \(literal: "[@][START:][END]"): an alert is due outside of START to END, with \(literal: "@") inside. START is 0 if left out, \(literal: "~") is below everything. So \(literal: "10") is above 10 or below 0, \(literal: "10:") below 10, \(literal: "~:10") above 10. Ends are times, such as \(literal: "5m"), where times are measured; plain numbers are seconds. Without a range a check has that of the rules above.",
      "A store of plain files keeps no minutes: rules that need them are left out there (\(literal: "-v") says which), and are UNKNOWN where they are asked for.",
    ]
  }

  static var sections: [ManualSection] {
    [
      ManualSection(
        .notes,
        [
          "From cron, which mails whatever is printed and knows few folders; one at a time:",
          .code(
            "*/5 * * * * flock -n -E 75 /var/lib/shop/health.lock /usr/bin/qctl health --quiet --store /var/lib/shop/queue.db"
          ),
          "By systemd, in a service of \(literal: "Type=oneshot") that a timer starts; a failed unit is what others watch, and with the second line a WARNING is none:",
          .code(
            "[Service]\nType=oneshot\nSuccessExitStatus=1\nExecStart=/usr/bin/qctl health --store /var/lib/shop/queue.db\n\n[Timer]\nOnCalendar=*:0/5\nPersistent=true"
          ),
          "By Nagios or Icinga, where qctl is a plugin as it is:",
          .code(
            "define command {\n  command_name  check_qctl\n  command_line  /usr/bin/qctl health $ARG1$ -t 8 --store /var/lib/shop/queue.db\n}"
          ),
          "By Checkmk, as a local check in \(literal: "/usr/lib/check_mk_agent/local"):",
          .code("#!/bin/sh\nexec /usr/bin/qctl health -o checkmk --store /var/lib/shop/queue.db"),
          "By a service that waits for pings, such as Healthchecks: the status makes it up or down, and the output is its log. There a WARNING alerts as well:",
          .code(
            "m=$(/usr/bin/qctl health --store /var/lib/shop/queue.db); curl -fsS -m 10 --retry 5 --data-raw \"$m\" https://hc-ping.com/UUID/$?"
          ),
        ])
    ]
  }
}
