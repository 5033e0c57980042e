import Jobs
import PosixIO
import Storage
import Text

/// Hearing what a handler says.
extension LineHandler {
  /// Reads once from standard output, and takes in whole lines.
  func readOutput(_ buffer: UnsafeMutableRawBufferPointer, at now: Tick) {
    switch Self.read(output?.rawValue, buffer) {
    case .nothing: return
    case .end: endOutput(at: now)
    case .bytes(let bytes):
      guard problem == nil else { return }
      incoming.append(Array(bytes))
      takeLines(buffer, at: now)
    }
  }

  private func takeLines(_ buffer: UnsafeMutableRawBufferPointer, at now: Tick) {
    while problem == nil, let line = incoming.next() { take(line, buffer, at: now) }
    guard problem == nil else { return incoming.removeAll() }
    if incoming.waiting > Answer.longestLine {
      breakOff("a line of more than \(Answer.longestLine) bytes", at: now)
    }
  }

  /// A last line without an end counts if it is whole; half of one tells nothing.
  private func endOutput(at now: Tick) {
    output = nil
    if problem == nil, let line = incoming.rest(), (try? Answer(incoming.bytes, in: line)) != nil {
      take(line, nil, at: now)
    }
    incoming.removeAll()
    // It can't answer any more. Mostly it has just ended.
    if isPersistent, outcome == nil, terminateAt == nil { retire(at: now, patience: .seconds(1)) }
  }

  private func take(
    _ line: Range<Int>, _ buffer: UnsafeMutableRawBufferPointer?, at now: Tick
  ) {
    guard incoming.bytes[line].contains(where: { $0 > 0x20 }) else { return }
    guard line.count <= Answer.longestLine else {
      return breakOff("a line of more than \(Answer.longestLine) bytes", at: now)
    }
    do {
      let answer = try Answer(incoming.bytes, in: line)
      guard let index = jobs.firstIndex(where: { $0.claimed.job.id == answer.id }) else {
        return breakOff("an answer for job \(answer.id), which it does not have", at: now)
      }
      if let buffer { readErrors(buffer) }
      accept(answer, for: index, at: now)
    } catch {
      breakOff(error.reason, at: now)
    }
  }

  private func accept(_ answer: Answer, for index: Int, at now: Tick) {
    let job = jobs[index]
    // It was told to stop, and how it fares is decided.
    guard job.stop == nil else { return }
    jobs.remove(at: index)
    answered += 1
    finish(job, .answer(answer), at: now)
    progress = now
    forgetErrors()
  }

  func finish(_ job: RunningJob, _ said: Said, at now: Tick) {
    job.capture.error = capture
    job.errorEnd = errorEnd
    job.finish(said, at: now)
  }

  func forgetErrors() {
    if !capture.isEmpty { capture = StreamCapture(limit: outputLimit) }
    errorEnd = TailBuffer(limit: FailureText.captureLimit)
  }

  /// What it says from now on is not heard.
  private func breakOff(_ reason: String, at now: Tick) {
    problem = reason
    kill()
  }

  /// Reads what waits on standard error, so that it goes to the job that it is about.
  func readErrors(_ buffer: UnsafeMutableRawBufferPointer) {
    // No more than a pipe holds, so that a noisy handler gets no more than its turn.
    for _ in 0..<16 {
      switch Self.read(error?.rawValue, buffer) {
      case .nothing: return
      case .end: return error = nil
      case .bytes(let bytes):
        capture.append(bytes)
        errorEnd.append(bytes)
      }
    }
  }

  private enum Piece {
    case bytes(UnsafeRawBufferPointer)
    case nothing
    case end
  }

  private static func read(
    _ number: Int32?, _ buffer: UnsafeMutableRawBufferPointer
  ) -> Piece {
    guard let number else { return .nothing }
    do {
      let count = try BorrowedDescriptor(number).read(into: buffer)
      return count > 0 ? .bytes(UnsafeRawBufferPointer(rebasing: buffer[..<count])) : .end
    } catch {
      return error.code == .wouldBlock ? .nothing : .end
    }
  }
}
