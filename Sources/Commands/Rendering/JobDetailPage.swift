import Jobs
import Text

/// A whole job as a page for people; everything from the job is escaped.
struct JobDetailPage {
  let times: TimeDisplay
  let now: Instant
  let isColoured: Bool

  func bytes(_ detail: JobDetail) -> [UInt8] {
    var page = ByteBuffer(capacity: 2048 + detail.payload.count)
    head(detail, &page)
    payload(detail.payload, &page)
    if let result = detail.result { block("Result", result, &page) }
    for attempt in detail.attempts { section(attempt, &page) }
    return page.bytes
  }

  private func head(_ detail: JobDetail, _ page: inout ByteBuffer) {
    let job = detail.job
    let state = job.effectiveState(at: now)
    line("Job", job.id.description, &page)
    line("Queue", job.queue.description, &page)
    line("Type", job.type.description, &page)
    line(
      "State", state.rawValue + (job.cancelRequested ? " (asked to stop)" : ""), &page, state.style)
    line("Priority", String(job.priority.level), &page)
    line("Enqueued", times.text(job.enqueuedAt), &page)
    line(
      state == .ready || !job.state.waitsForTime ? "Due" : "Next run", times.text(job.runAt), &page)
    line("Started", times.text(job.startedAt), &page)
    line("Finished", times.text(job.finishedAt), &page)
    line("Attempts", "\(job.attempt) (\(job.failures) of \(job.maxAttempts) failures)", &page)
    if job.crashes > 0 { line("Crashes", String(job.crashes), &page) }
    if job.replays > 0 { line("Replays", String(job.replays), &page) }
    line("Backoff", (job.backoff ?? .default).description, &page)
    line("Timeout", job.timeout?.brief ?? "", &page)
    line("Worker", job.worker ?? "", &page)
    line("Lease until", times.text(job.leaseUntil), &page)
    line("Unique key", job.uniqueKey ?? "", &page)
    line("Idempotency key", job.idempotencyKey ?? "", &page)
    for tag in detail.tags { line("Tag", "\(tag.name)=\(tag.value)", &page) }
    line("Error", job.error ?? "", &page, .red)
  }

  private func payload(_ bytes: [UInt8], _ page: inout ByteBuffer) {
    title("Payload (\(bytes.count) bytes)", &page)
    guard !bytes.isEmpty else { return }
    var pretty = ByteBuffer(capacity: bytes.count * 2)
    if (try? JSONPrettyPrinter.append(bytes, to: &pretty)) != nil {
      indent(pretty.bytes, &page)
    } else {
      text(bytes, &page)
    }
  }

  private func section(_ attempt: Attempt, _ page: inout ByteBuffer) {
    title("Attempt \(attempt.attempt): \(attempt.outcome.rawValue)", &page)
    line("  Started", times.text(attempt.startedAt), &page)
    let took = attempt.finishedAt.since(attempt.startedAt)
    line("  Took", took.milliseconds == 0 ? "0ms" : took.brief, &page)
    line("  Worker", attempt.worker, &page)
    line("  Exit status", attempt.exitCode.map { String($0) } ?? "", &page)
    line("  Signal", attempt.signal.map { String($0) } ?? "", &page)
    line("  Error", attempt.error ?? "", &page)
    if let output = attempt.output, !output.isEmpty {
      line("  Output", "\(output.count) bytes", &page)
      text(output, &page)
    }
  }

  private func block(_ name: String, _ bytes: [UInt8], _ page: inout ByteBuffer) {
    title("\(name) (\(bytes.count) bytes)", &page)
    text(bytes, &page)
  }

  private func text(_ bytes: [UInt8], _ page: inout ByteBuffer) {
    var escaped = ByteBuffer(capacity: bytes.count)
    TerminalText.append(bytes: bytes, to: &escaped, .lines)
    indent(escaped.bytes, &page)
  }

  /// A line end at the end begins no further line.
  private func indent(_ bytes: [UInt8], _ page: inout ByteBuffer) {
    let bytes = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
    for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      page.append(static: "    ")
      page.append(contentsOf: part)
      page.append(UInt8(ascii: "\n"))
    }
  }

  private func title(_ text: String, _ page: inout ByteBuffer) {
    page.append(UInt8(ascii: "\n"))
    append(text, .bold, &page)
    page.append(UInt8(ascii: "\n"))
  }

  private func line(
    _ name: String, _ value: String, _ page: inout ByteBuffer, _ style: TextStyle = .plain
  ) {
    guard !value.isEmpty else { return }
    page.append(name)
    page.append(repeating: 32, count: max(1, Self.labelWidth - name.utf8.count))
    append(TerminalText.escape(value, .line), style, &page)
    page.append(UInt8(ascii: "\n"))
  }

  private func append(_ text: String, _ style: TextStyle, _ page: inout ByteBuffer) {
    if isColoured { style.append(text, to: &page) } else { page.append(text) }
  }

  private static let labelWidth = 17
}
