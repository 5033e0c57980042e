import Jobs
import Text
import Testing

@Suite struct JobFilterTests {
  private static let now = Instant(milliseconds: 1_790_000_000_000)

  private func job(_ edit: (inout Job) throws -> Void = { _ in }) throws -> Job {
    var job = Job(
      id: try #require(JobID(rawValue: 77)), queue: try QueueName("emails"),
      type: try JobType("send"), state: .dead, priority: .default,
      enqueuedAt: Self.now - .hours(2), runAt: Self.now - .hours(2), maxAttempts: 3)
    job.finishedAt = Self.now - .hours(1)
    job.error = "SMTP timeout: 10.0.0.1"
    job.attempt = 3
    try edit(&job)
    return job
  }

  private func matches(
    _ edit: (inout JobFilter) throws -> Void, _ change: (inout Job) throws -> Void = { _ in }
  ) throws -> Bool {
    var filter = JobFilter()
    try edit(&filter)
    return filter.matches(try job(change), at: Self.now)
  }

  @Test("Nothing asked for selects all")
  func empty() throws {
    #expect(try matches { _ in })
    #expect(JobFilter().selectsAll && !JobFilter().needsDetail)
    var limited = JobFilter()
    limited.limit = 3
    limited.ageOrigin = .death
    #expect(limited.selectsAll)
    limited.attempts = 1...2
    #expect(!limited.selectsAll)
  }

  @Test("Repeated values mean OR, negations mean AND")
  func selection() throws {
    let (mine, other) = (try QueueName("emails"), try QueueName("reports"))
    #expect(try matches { $0.queues.anyOf = [other, mine] })
    #expect(try !matches { $0.queues.anyOf = [other] })
    #expect(try !matches { $0.queues.noneOf = [other, mine] })
    #expect(try matches { $0.queues.noneOf = [other] })
    #expect(try !matches { $0.queues = Selection(anyOf: [mine], noneOf: [mine]) })
  }

  @Test("Different dimensions mean AND")
  func dimensions() throws {
    #expect(
      try !matches { filter in
        filter.states.anyOf = [.dead]
        filter.types.anyOf = [try JobType("other")]
      })
  }

  @Test("States are those that people are shown")
  func effective() throws {
    for state in [JobState.scheduled, .retrying] {
      #expect(try matches({ $0.states.anyOf = [.ready] }) { $0.state = state })
      #expect(try !matches({ $0.states.anyOf = [state] }) { $0.state = state })
      #expect(
        try matches({ $0.states.anyOf = [state] }) { job in
          job.state = state
          job.runAt = Self.now + TimeSpan(milliseconds: 1)
        })
    }
  }

  @Test("An error is sought byte for byte")
  func errors() throws {
    for part in ["SMTP", "timeout", "0.1", "", "SMTP timeout: 10.0.0.1"] {
      #expect(try matches { $0.errors.anyOf = [part] })
    }
    for part in ["smtp", "%", "10_0", "0.1 ", "timeout:  "] {
      #expect(try !matches { $0.errors.anyOf = [part] })
    }
    #expect(try !matches({ $0.errors.anyOf = [""] }) { $0.error = nil })
    #expect(try matches({ $0.errors.noneOf = ["SMTP"] }) { $0.error = nil })
    // Composed and decomposed letters are equal to Swift, but not the same bytes.
    #expect(!JobFilter.text("caf\u{E9}", holds: "e\u{301}"))
  }

  @Test("Ages count from enqueue, or from death, both ends included")
  func ages() throws {
    #expect(try matches { $0.olderThan = .hours(2) })
    #expect(try matches { $0.newerThan = .hours(2) })
    #expect(try !matches { $0.olderThan = TimeSpan(milliseconds: 7_200_001) })
    #expect(try !matches { $0.newerThan = .hours(1) })
    let death = { (filter: inout JobFilter) in filter.ageOrigin = .death }
    #expect(
      try matches { filter in
        death(&filter)
        filter.olderThan = .hours(1)
        filter.newerThan = .hours(1)
      })
    #expect(
      try matches(
        { filter in
          death(&filter)
          filter.olderThan = .hours(2)
        }, { $0.finishedAt = nil }))
  }

  @Test("Attempts, priorities and ids")
  func numbers() throws {
    #expect(try matches { $0.attempts = 1...3 })
    #expect(try !matches { $0.attempts = 4...9 })
    #expect(try matches { $0.priorities.anyOf = [.default] })
    #expect(try !matches { $0.priorities.noneOf = [.default] })
    #expect(try matches { $0.ids = [try #require(JobID(rawValue: 77))] })
    #expect(try !matches { $0.ids = [try #require(JobID(rawValue: 78))] })
  }

  @Test("Tags match by name and value, payloads by what stands at a path")
  func details() throws {
    let payload = Array(#"{"user":{"id":42,"name":"ada"},"list":[1,"2"]}"#.utf8)
    let tags = [try Tag(name: "a", value: "1")]
    func match(_ path: String, _ value: String) throws -> Bool {
      var filter = JobFilter()
      filter.payload.anyOf = [.init(path: try JSONPath.parse(path), value: value)]
      #expect(filter.needsDetail)
      return filter.matchesDetail(tags: tags, payload: payload)
    }
    #expect(try match("user.id", "42"))
    #expect(try match("user.name", "ada"))
    #expect(try !match("user.name", "\"ada\""))
    #expect(try !match("user.none", "42"))
    var filter = JobFilter()
    filter.tags.anyOf = [try Tag(name: "a", value: "2")]
    #expect(filter.needsDetail && !filter.matchesDetail(tags: tags, payload: payload))
    filter.tags = Selection(anyOf: tags)
    #expect(filter.matchesDetail(tags: tags, payload: [0xFF]))
  }
}
