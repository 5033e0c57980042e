package import Jobs

/// Which log records are wanted.
package struct LogFilter: Equatable, Sendable {
  /// By queue.
  package var queues = Selection<QueueName>()
  /// By type.
  package var types = Selection<JobType>()
  /// These jobs only; empty for all.
  package var ids: [JobID] = []
  /// By tag.
  package var tags = Selection<Tag>()
  /// By what happened.
  package var events = Selection<LogRecord.Event>()
  /// By the state in which it left the job.
  package var states = Selection<JobState>()
  /// By a part of the error.
  package var errors = Selection<String>()
  /// By the number of the attempt.
  package var attempts: ClosedRange<Int64>?
  /// By all that a record says.
  package var text: TextMatch?
  /// From the mildest to the worst level wanted.
  package var levels: ClosedRange<LogLevel> = .trace ... .critical
  /// Not before this.
  package var since: Instant?
  /// Not after this.
  package var until: Instant?

  /// A filter that selects everything.
  package init() {}

  /// Judges one record.
  package func matches(_ record: LogRecord) -> Bool {
    levels.contains(record.level)
      && queues.accepts { $0 == record.queue }
      && types.accepts { $0 == record.jobType }
      && (ids.isEmpty || record.jobID.map { ids.contains($0) } ?? false)
      && tags.accepts { record.tags.contains($0) }
      && (since.map { record.timestamp >= $0 } ?? true)
      && (until.map { record.timestamp <= $0 } ?? true)
      && events.accepts { $0 == record.event }
      && states.accepts { $0 == record.status }
      && errors.accepts { record.error?.contains($0) ?? false }
      && (attempts.map { range in record.attempt.map { range.contains($0) } ?? false } ?? true)
      && (text.map { $0.matches(record.words) } ?? true)
  }
}

/// A test of a text, as whoever asks has made it.
package struct TextMatch: Equatable, Sendable {
  /// How it is written; two that are written alike are alike.
  package let source: String
  private let test: @Sendable ([UInt8]) -> Bool

  /// A test with how it is written.
  package init(_ source: String, _ test: @escaping @Sendable ([UInt8]) -> Bool) {
    self.source = source
    self.test = test
  }

  /// Judges a text.
  package func matches(_ text: [UInt8]) -> Bool { test(text) }

  package static func == (left: TextMatch, right: TextMatch) -> Bool {
    left.source == right.source
  }
}

extension LogRecord {
  /// All that a record says in words, with a space between two.
  fileprivate var words: [UInt8] {
    var words: [UInt8] = []
    func add(_ text: String?) {
      guard let text, !text.isEmpty else { return }
      if !words.isEmpty { words.append(UInt8(ascii: " ")) }
      words += text.utf8
    }
    add(event.rawValue)
    add(queue?.description)
    add(jobID?.description)
    add(jobType?.description)
    for text in [status?.rawValue, worker, actor, reason, fromQueue?.description, verb, filter] {
      add(text)
    }
    add(schedule?.description)
    for tag in tags { add("\(tag.name)=\(tag.value)") }
    add(error)
    return words
  }
}
