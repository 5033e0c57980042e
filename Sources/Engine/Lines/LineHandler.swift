import Jobs
import PosixIO
import Storage
import Text

// A handler that is told its jobs in lines, and answers each in a line (design.md §7). Its life:
//
//   it is started with its first jobs; it has up to a batch of jobs at a time, in the order in which
//   it was told of them, until each is answered; then it is told of the next, if it lives on. It ends
//   of itself, or is asked to (its input is closed, or SIGTERM), and killed where that does not help.
//   It is over once it is reaped and its output was read to the end; what it has not answered then
//   fares as it did.
//
// An answer names its job, so none can be taken for another's. Whoever answers for a job that it does
// not have, or says what is no answer, can't be believed in anything that follows: it is stopped, and
// its jobs fail with what was wrong.

/// A process that has one job, or batch of jobs, after the other.
final class LineHandler {
  /// What becomes of a job by its handler's doing.
  enum Said: Equatable {
    case answer(Answer)
    /// It ended, and that is all it said.
    case ended
    /// It broke the rules.
    case broken(String)
    /// It ended before it had read of the job.
    case unread
    /// It was stopped for another job's sake.
    case stopped
  }

  let token: LoopToken
  /// Its slot in the worker's file, for life, and what that says of its start.
  let place: Int
  let note: [UInt8]?
  let child: ChildProcess
  let isPersistent: Bool

  /// Becomes readable when the process ends; `nil` where it must be looked at now and then.
  var exit: FileDescriptor?
  var input: FileDescriptor?
  var output: FileDescriptor?
  var error: FileDescriptor?
  /// The other end of `input`, where that is closed behind the last line.
  var inputReader: FileDescriptor?

  /// What it has been told of and has not answered, in order.
  private(set) var jobs: [RunningJob] = []
  /// How many jobs it has answered in its life.
  private(set) var answered = 0
  /// When it last got or answered a job.
  private(set) var progress: Tick
  /// How many bytes it has been told in its life, read or not.
  private(set) var told = 0
  private(set) var outcome: ExitOutcome?
  /// Whether it ended without having read of any job, and not by our doing.
  private(set) var leftUnread = false
  /// Whether it gets no more jobs.
  private(set) var isEnding: Bool
  /// Whether we end it, and not it itself.
  private var isStopped = false
  /// Whether `input` is waited for.
  var isInputWatched = false

  private var outgoing: [UInt8] = []
  private var read = 0
  private var problem: String?
  private var incoming = LineBuffer()
  private let outputLimit: Int
  private var capture: StreamCapture
  private var errorEnd = TailBuffer(limit: FailureText.captureLimit)
  private var terminateAt: Tick?
  private var killAt: Tick?
  private var lingerUntil: Tick?
  private var lookAt: Tick?

  private static let linger = TimeSpan(milliseconds: 100)
  private static let look = TimeSpan(milliseconds: 10)

  init(
    token: LoopToken, place: Int, note: [UInt8]?, child: ChildProcess, isPersistent: Bool,
    outputLimit: Int, started: Tick
  ) {
    self.token = token
    self.place = place
    self.note = note
    self.child = child
    self.isPersistent = isPersistent
    self.outputLimit = outputLimit
    capture = StreamCapture(limit: outputLimit)
    isEnding = !isPersistent
    progress = started
  }

  /// Whether it waits for a job.
  var isFree: Bool { jobs.isEmpty && !isEnding && outcome == nil && input != nil }

  var isOver: Bool { outcome != nil && output == nil && error == nil }
}

// MARK: - Telling

extension LineHandler {
  /// Begins with what comes next: what it said in between belongs to no job.
  func begin(at now: Tick) {
    progress = now
    forgetErrors()
  }

  /// Gives it a job; `send` then writes what the pipe takes.
  func tell(_ job: RunningJob, _ line: [UInt8]) {
    jobs.append(job)
    told += line.count
    outgoing += line
  }

  /// Writes more of the lines, and closes the pipe behind the last of a handler that gets no more.
  ///
  /// - Returns: whether something is left to be written.
  func send() -> Bool {
    guard let number = input?.rawValue else { return false }
    guard let count = RunningJob.write(outgoing[...], to: BorrowedDescriptor(number)) else {
      // Nobody reads any more: what is not answered shows when the process ends.
      closeInput()
      isEnding = true
      return false
    }
    outgoing.removeFirst(count)
    guard outgoing.isEmpty else { return true }
    if !isPersistent { closeInput() }
    return false
  }

  private func closeInput() {
    noteRead()
    input = nil
  }

  /// Learns how much of what it was told it has read.
  private func noteRead() {
    let written = told - outgoing.count
    let left = (try? inputReader?.unreadCount()) ?? (try? input?.unreadCount()) ?? written
    read = max(read, written - left)
  }
}

// MARK: - Hearing

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

  private func finish(_ job: RunningJob, _ said: Said, at now: Tick) {
    job.capture.error = capture
    job.errorEnd = errorEnd
    job.finish(said, at: now)
  }

  private func forgetErrors() {
    if !capture.isEmpty { capture = StreamCapture(limit: outputLimit) }
    errorEnd = TailBuffer(limit: FailureText.captureLimit)
  }

  /// What it says from now on is not heard.
  private func breakOff(_ reason: String, at now: Tick) {
    problem = reason
    kill()
  }

  /// Whether it broke the rules, and how.
  var brokenRule: String? { problem }

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

// MARK: - Ending

extension LineHandler {
  /// Asks the whole group to stop, and kills it after a while.
  func end(killAfter: TimeSpan, at now: Tick) {
    (isEnding, isStopped) = (true, true)
    terminateAt = nil
    if killAt == nil { killAt = now + killAfter }
    signal(.terminate)
  }

  /// Lets it end of itself: there is nothing more for it to read.
  func retire(at now: Tick, patience: TimeSpan) {
    isEnding = true
    closeInput()
    if terminateAt == nil, killAt == nil { terminateAt = now + patience }
  }

  /// Gives it no more jobs after those that it has.
  func expire() { isEnding = true }

  /// Whether it has nothing to do and is to end, but has not been told.
  var isToRetire: Bool {
    isEnding && jobs.isEmpty && outcome == nil && terminateAt == nil && !isStopped
  }

  func kill() {
    (isEnding, isStopped) = (true, true)
    (terminateAt, killAt) = (nil, nil)
    signal(.kill)
  }

  private func signal(_ signal: Signal) {
    guard outcome == nil else { return }
    try? signal.send(toGroup: child.pid)
  }

  /// Reaps the process if it has ended; what is left of a group that was to stop is killed before.
  func reap(at now: Tick) {
    guard outcome == nil else { return }
    if exit != nil, isStopped { signal(.kill) }
    do { outcome = try child.tryWait() } catch {
      outcome = .signaled(.kill, coreDumped: false)
    }
    guard outcome != nil else { return }
    noteRead()
    exit = nil
    input = nil
    inputReader = nil
    (terminateAt, killAt, lookAt) = (nil, nil, nil)
    lingerUntil = now + Self.linger
  }

  /// Says of each job that it leaves unanswered what follows from its end.
  func leaveJobs(at now: Tick) {
    let isStopped = jobs.contains { $0.stop != nil }
    leftUnread = !jobs.isEmpty && problem == nil && !isStopped && read == 0
    for job in jobs {
      if let problem {
        finish(job, .broken(problem), at: now)
      } else if isStopped, job.stop == nil {
        finish(job, .stopped, at: now)
      } else {
        finish(job, read <= job.told ? .unread : .ended, at: now)
      }
    }
    jobs = []
  }

  /// How it ended, and the end of what it said.
  var lastWords: String {
    let how = outcome.map(FailureText.describe) ?? ""
    return FailureText.end(of: errorEnd.bytes).map { how + ": " + $0 } ?? how
  }

  func lookNowAndThen(from now: Tick) { lookAt = now + Self.look }

  /// The next moment at which `advance` has something to do.
  var nextTimer: Tick {
    var next = Tick(nanoseconds: .max)
    for timer in [terminateAt, killAt, lingerUntil, lookAt] {
      if let timer, timer < next { next = timer }
    }
    return next
  }

  /// Does what is due.
  func advance(to now: Tick, killAfter: TimeSpan) {
    if let lookAt, lookAt <= now {
      self.lookAt = now + Self.look
      reap(at: now)
    }
    if let terminateAt, terminateAt <= now { end(killAfter: killAfter, at: now) }
    if let killAt, killAt <= now {
      self.killAt = nil
      signal(.kill)
    }
    if let lingerUntil, lingerUntil <= now {
      output = nil
      error = nil
    }
  }
}
