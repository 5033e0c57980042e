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
  var jobs: [RunningJob] = []
  /// How many jobs it has answered in its life.
  var answered = 0
  /// When it last got or answered a job.
  var progress: Tick
  /// How many bytes it has been told in its life, read or not.
  var told = 0
  var outcome: ExitOutcome?
  /// Whether it ended without having read of any job, and not by our doing.
  var leftUnread = false
  /// Whether it gets no more jobs.
  var isEnding: Bool
  /// Whether we end it, and not it itself.
  var isStopped = false
  /// Whether `input` is waited for.
  var isInputWatched = false

  /// Told and not yet written.
  var outgoing: [UInt8] = []
  /// How many bytes it has read in its life, as far as it matters.
  var read = 0
  /// How it broke the rules.
  var problem: String?
  var incoming = LineBuffer()
  let outputLimit: Int
  var capture: StreamCapture
  var errorEnd = TailBuffer(limit: FailureText.captureLimit)
  var terminateAt: Tick?
  var killAt: Tick?
  var lingerUntil: Tick?
  var lookAt: Tick?

  static let linger = TimeSpan(milliseconds: 100)
  static let look = TimeSpan(milliseconds: 10)

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
