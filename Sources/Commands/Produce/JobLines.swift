import Jobs

/// The jobs that the lines of a bulk file describe, one after the other.
final class JobLines {
  /// When the bulk is accepted.
  let now: Instant
  private let file: BulkFile
  private let template: NewJob
  /// Whether each line waits for the one before.
  private let isChained: Bool
  private var refs = LineRefs()
  /// The number of the line before, for the next one of a chain.
  private var latest: Int?
  /// Jobs that were read before anybody asked for them, the next one last.
  private var ahead: [NewJob] = []
  private var read = 0
  private var isAtEnd = false
  /// Where the distance between a job's index and its line grew: behind blank lines.
  private var steps: [(index: Int, number: Int)] = []

  init(_ file: BulkFile, template: NewJob, isChained: Bool = false, now: Instant) {
    self.isChained = isChained
    self.file = file
    self.template = template
    self.now = now
  }

  /// The file, for messages.
  var name: String { file.name }

  /// Whether there is no job at all; known once some were read ahead.
  var isEmpty: Bool { isAtEnd && read == 0 }

  /// How many jobs there are, where that is known.
  var count: Int? { isAtEnd ? read : nil }

  private static let mostAhead = 10_000
  private static let mostBytesAhead = 8 << 20

  /// Reads some jobs, so that a short file with a bad line leaves no trace anywhere.
  func readAhead() throws(CommandFailure) {
    var bytes = 0
    while ahead.count < Self.mostAhead, bytes < Self.mostBytesAhead, let job = try parseNext() {
      bytes += job.payload.count
      ahead.append(job)
    }
    ahead.reverse()
  }

  /// The next job; `nil` at the end.
  func next() throws(CommandFailure) -> NewJob? {
    if let job = ahead.popLast() { return job }
    return isAtEnd ? nil : try parseNext()
  }

  private func parseNext() throws(CommandFailure) -> NewJob? {
    guard let line = try file.next() else {
      isAtEnd = true
      return nil
    }
    note(line.number)
    read += 1
    do {
      let job = try JobLine.parse(
        line.bytes, in: line.range, template: template, now: now, refs: &refs)
      return isChained ? chained(job) : job
    } catch {
      throw located(.failed(.badData, error.reason), read - 1)
    }
  }

  /// The job as one that waits for the one before it; number 0 always stands for that.
  private func chained(_ job: NewJob) -> NewJob {
    var job = job
    if let latest {
      if !job.afterLabels.contains(latest) { job.afterLabels.append(latest) }
    }
    job.label = job.label ?? 0
    latest = job.label
    return job
  }

  private func note(_ number: Int) {
    if let last = steps.last, number - last.number == read - last.index { return }
    steps.append((read, number))
    // A store names none but the latest jobs.
    if steps.count > 2 * Self.rememberedSteps { steps.removeFirst(Self.rememberedSteps) }
  }

  private static let rememberedSteps = 50_000

  /// A refusal with the line of the job that it is about.
  func located(_ failure: CommandFailure, _ index: Int) -> CommandFailure {
    guard case .failed(let status, let sentence) = failure else { return failure }
    let step = steps.last { $0.index <= index } ?? (0, 1)
    let number = step.number + index - step.index
    return .failed(status, "\(name), line \(number): \(sentence); nothing was enqueued")
  }
}
