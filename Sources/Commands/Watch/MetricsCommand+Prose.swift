import CommandLineSpec

extension MetricsCommand {
  /// What is written, for whom, and how to be woken by it.
  static var prose: Prose {
    [
      "Writes everything that is kept about queues, schedules and workers in the text format of Prometheus, version 0.0.4; with \(flag: "output") \(literal: "openmetrics") in that of OpenMetrics 1.0. Nothing walks the jobs, so it costs the same however many there are. Labels are queues, states, outcomes and schedules only, never ids, payloads or errors; each combination that is known has a sample, if only a zero, and none has a timestamp.",
      .terms([
        Term("\(literal: "qctl_jobs{queue,state}")", "Jobs; what is due is ready."),
        Term(
          "\(literal: "qctl_queue_latency_seconds{queue}")",
          "For how long the oldest ready job has been due; 0 where none is ready."),
        Term(
          "\(literal: "qctl_queue_oldest_ready_timestamp_seconds{queue}")",
          "When it was due. A file grows old and an age in it does not, so alert on this one."),
        Term("\(literal: "qctl_queue_paused{queue}")", "1 where workers take nothing."),
        Term("\(literal: "qctl_jobs_enqueued_total{queue}")", "Jobs ever accepted."),
        Term(
          "\(literal: "qctl_job_attempts_total{queue,outcome}")",
          "Executions that ended: \(literal: "success"), \(literal: "retry") (failed, and tried again) or \(literal: "dead")."
        ),
        Term(
          "\(literal: "qctl_job_wait_seconds{queue}"), \(literal: "qctl_job_run_seconds{queue}")",
          "Histograms: how long jobs were due until they were taken, and how long executions took."),
        Term(
          "\(literal: "qctl_workers{queue}"), \(literal: "qctl_workers_busy{queue}")",
          "Living workers of this host that take jobs from the queue, and those of them that have a job in hand. A worker of several queues counts for each."
        ),
        Term(
          "\(literal: "qctl_schedule_last_success_timestamp_seconds{schedule}")",
          "When the schedule's latest job completed. Missing while that job has not, so ask with \(literal: "max_over_time")."
        ),
        Term("\(literal: "qctl_build_info{version}")", "Always 1."),
      ]),
      "Counters are kept in the store beside the jobs. They never fall: not by \(command: "purge"), by what retention drops, or by a restart.",
      "A directory store counts nothing over time. What it can't tell is left out, and a note on standard error says so unless there is \(flag: "quiet"): to a scraper a family that is missing is unknown, while zeros would say that nothing ever happened.",
      "With \(flag: "output-file") the file is replaced at once and for good, readable by all (0644): a scraper sees the old one or the new one, whatever happens. Where anything fails the old file stays, and the exit status says so. It then grows old, which \(literal: "node_textfile_mtime_seconds") tells. A line for cron:",
      .code(
        "* * * * * qctl metrics --quiet --output-file /var/lib/prometheus/node-exporter/qctl.prom"),
      "Rules for alerts lie in \(literal: "share/qctl/prometheus-rules.yml"): a file that grows old, jobs that nobody takes, dead jobs, many failures, queues without workers, and schedules that stopped succeeding. Name it under \(literal: "rule_files") of Prometheus. The heart of them:",
      .code(
        """
        time() - qctl_queue_oldest_ready_timestamp_seconds > 300
        increase(qctl_job_attempts_total{outcome="dead"}[1h]) > 50
        qctl_jobs{state="ready"} > 0 and on (queue, instance) qctl_workers == 0
        histogram_quantile(0.99, sum by (queue, le) (rate(qctl_job_run_seconds_bucket[5m])))
        """),
    ]
  }
}
