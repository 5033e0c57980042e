import Engine
import Jobs
import Testing

@Suite struct ExpositionTests {
  private func text(_ families: [MetricFamily], _ format: Exposition = .prometheus) -> String {
    String(decoding: format.bytes(of: families), as: UTF8.self)
  }

  @Test func aCounterIsDeclaredAsEachFormatWantsIt() {
    var family = MetricFamily("qctl_jobs_enqueued_total", .counter, "Jobs.")
    family.add(.count(3), .init("queue", "emails"))
    #expect(
      text([family]) == """
        # HELP qctl_jobs_enqueued_total Jobs.
        # TYPE qctl_jobs_enqueued_total counter
        qctl_jobs_enqueued_total{queue="emails"} 3

        """)
    #expect(
      text([family], .openmetrics) == """
        # HELP qctl_jobs_enqueued Jobs.
        # TYPE qctl_jobs_enqueued counter
        qctl_jobs_enqueued_total{queue="emails"} 3
        # EOF

        """)
  }

  @Test func bucketsAddUpToTheirCount() {
    var lengths = DurationHistogram()
    for milliseconds: Int64 in [1, 3, 400, 9_000_000] {
      lengths.add(TimeSpan(milliseconds: milliseconds))
    }
    var family = MetricFamily("qctl_job_run_seconds", .histogram, "Runs.")
    family.add(lengths, sum: TimeSpan(milliseconds: 9_000_404), .init("queue", "q"))
    let lines = text([family]).split(separator: "\n").map(String.init)
    #expect(lines.contains(#"qctl_job_run_seconds_bucket{queue="q",le="0.001"} 1"#))
    #expect(lines.contains(#"qctl_job_run_seconds_bucket{queue="q",le="0.005"} 2"#))
    #expect(lines.contains(#"qctl_job_run_seconds_bucket{queue="q",le="3600"} 3"#))
    #expect(
      lines.suffix(3) == [
        #"qctl_job_run_seconds_bucket{queue="q",le="+Inf"} 4"#,
        #"qctl_job_run_seconds_sum{queue="q"} 9000.404"#,
        #"qctl_job_run_seconds_count{queue="q"} 4"#,
      ])
    let open = text([family], .openmetrics)
    #expect(open.contains(#"le="3600.0""#))
    #expect(open.contains("# UNIT qctl_job_run_seconds seconds\n"))
  }

  @Test func whatWouldEndALabelIsEscaped() {
    var family = MetricFamily("qctl_x", .gauge, "back\\slash, \"quote\"\nline")
    family.add(.count(1), .init("queue", "a\"b\\c\nd} 7\r\u{1b}ü"))
    #expect(
      text([family]) == "# HELP qctl_x back\\\\slash, \"quote\"\\nline\n# TYPE qctl_x gauge\n"
        + "qctl_x{queue=\"a\\\"b\\\\c\\nd} 7\r\u{1b}ü\"} 1\n")
    #expect(text([family], .openmetrics).contains("\\\"quote\\\""))
  }

  @Test func aFamilyWithoutSamplesIsNotDeclared() {
    #expect(text([MetricFamily("qctl_x", .gauge, "X.")]) == "")
    #expect(text([MetricFamily("qctl_x", .gauge, "X.")], .openmetrics) == "# EOF\n")
  }

  @Test(arguments: [
    (Int64(0), "0"), (1, "0.001"), (250, "0.25"), (1000, "1"), (90_000, "90"), (-1500, "-1.5"),
    (1_748_764_800_120, "1748764800.12"), (Int64.min, "-9223372036854775.808"),
  ])
  func secondsAreExact(_ milliseconds: Int64, _ text: String) {
    #expect(TimeSpan(milliseconds: milliseconds).decimalSeconds == text)
  }
}
