import Jobs
import PosixIO
import Storage

// A worker's file, `PATH.qctl/workers/<presence>`: how processes of one host know who lives, and what
// the dead were doing (design.md §7).
//
// The worker holds an flock(2) on it for life, and a thread of its own writes the heartbeat. Nothing
// in it is ever synced: after a power cut no handler lives, and the boot id tells.
//
//   offset
//   0     magic
//   8     boot id, 16 bytes
//   24    pid namespace: only within it do process numbers mean anything
//   32    pid of the worker
//   40    heartbeat: CLOCK_BOOTTIME, then CLOCK_MONOTONIC, in nanoseconds
//   56    how long the worker may be silent, in nanoseconds
//   64    refusal: not zero once somebody has declared the worker lost
//   72    kind: 1 of a worker, 2 a stand-in for a file that is missing
//   80    length of the worker's name, then the name, at most 168 bytes
//   256   slots of 64 bytes, as many as the worker has used:
//           0  job id         8  attempt
//          16  before its start, CLOCK_BOOTTIME
//          24  the handler's own note before it runs: pid and CLOCK_BOOTTIME (StartRecord);
//              the worker clears the pid once it has reaped the process
//
// The first slots name the worker's queues instead (PresenceQueues).
//
// A handler that has one job after the other (LineHandler) keeps the slot of its start for life. Its
// first job in hand is named there; each further one that it has at a time has a slot of its own,
// with the same note. A job is named before the handler hears of it, and its note is there as long
// as its process: so whoever rescues the job ends the process first.
//
// Who declares a worker lost writes the refusal first and then reads the slots; a child writes its
// note first and then reads the refusal. So either the child sees that it must not run, or it is
// seen and killed: a stopped worker that goes on can't start a handler of a job that others have.

/// The places of things in a worker's file, and its header as a value.
struct PresenceHeader: Equatable {
  static let size = 256
  static let slotSize = 64
  static let heartbeatOffset: Int64 = 40
  static let refusalOffset: Int64 = 64
  static let noteOffset: Int64 = 24
  /// Whatever a file says, no more slots are read.
  static let mostSlots = LoopToken.mostSlots

  private static let magic: Int64 = 0x316b_7277_6c74_6371  // "qctlwrk1"
  private static let longestName = size - 88

  enum Kind: Int64 {
    case worker = 1
    case standIn = 2
  }

  var bootID: [UInt8]
  var namespace: Int64
  var pid: Int64
  var boottime: Int64
  var monotonic: Int64
  var silence: Int64
  var isRefused = false
  var kind = Kind.worker
  var name: String

  /// Where a slot begins.
  static func offset(ofSlot index: Int) -> Int64 { Int64(size + index * slotSize) }

  var bytes: [UInt8] {
    var words = WordWriter()
    words.append(Self.magic)
    words.bytes += bootID.prefix(16) + Array(repeating: 0, count: max(0, 16 - bootID.count))
    for word in [
      namespace, pid, boottime, monotonic, silence, isRefused ? 1 : 0, kind.rawValue,
    ] {
      words.append(word)
    }
    let text = Array(name.utf8.prefix(Self.longestName))
    words.append(Int64(text.count))
    words.bytes += text
    words.bytes += Array(repeating: 0, count: Self.size - words.bytes.count)
    return words.bytes
  }

  /// The header of a file; `nil` for what is none.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= Self.size, Self.word(bytes, 0) == Self.magic,
      let kind = Kind(rawValue: Self.word(bytes, 72))
    else { return nil }
    bootID = Array(bytes[8..<24])
    namespace = Self.word(bytes, 24)
    pid = Self.word(bytes, 32)
    boottime = Self.word(bytes, 40)
    monotonic = Self.word(bytes, 48)
    silence = Self.word(bytes, 56)
    isRefused = Self.word(bytes, 64) != 0
    self.kind = kind
    let length = min(max(0, Self.word(bytes, 80)), Int64(Self.longestName))
    name = String(decoding: bytes[88..<(88 + Int(length))], as: UTF8.self)
  }

  init(
    bootID: [UInt8], namespace: Int64, pid: Int64, silence: Int64, name: String,
    kind: Kind = .worker
  ) {
    self.bootID = bootID
    self.namespace = namespace
    self.pid = pid
    self.silence = silence
    self.name = name
    self.kind = kind
    boottime = SystemClock.boottimeNanoseconds()
    monotonic = SystemClock.monotonicNanoseconds()
  }

  static func word(_ bytes: [UInt8], _ offset: Int) -> Int64 {
    bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Int64.self) }
  }
}

/// What a worker's file says of one handler.
struct PresenceSlot: Equatable {
  let execution: Execution
  /// Before the start of the process, and within it, by CLOCK_BOOTTIME.
  let notBefore: Int64
  /// What the process said of itself; `nil` if it never came so far, or has been reaped.
  let process: StartRecord.Note?
  /// Whether a handler of this execution ever started.
  let hasStarted: Bool

  /// The slots behind a header.
  static func all(in bytes: [UInt8]) -> [PresenceSlot] {
    let count = (bytes.count - PresenceHeader.size) / PresenceHeader.slotSize
    guard count > 0 else { return [] }
    return (0..<min(count, PresenceHeader.mostSlots)).compactMap { index in
      slot(bytes, Int(PresenceHeader.offset(ofSlot: index)))
    }
  }

  private static func slot(_ bytes: [UInt8], _ start: Int) -> PresenceSlot? {
    guard let id = JobID(rawValue: PresenceHeader.word(bytes, start)) else { return nil }
    let note = start + Int(PresenceHeader.noteOffset)
    return PresenceSlot(
      execution: Execution(id: id, attempt: PresenceHeader.word(bytes, start + 8)),
      notBefore: PresenceHeader.word(bytes, start + 16),
      process: StartRecord.Note(bytes[note..<(note + StartRecord.Note.size)]),
      hasStarted: PresenceHeader.word(bytes, note + 8) != 0)
  }

  /// The first words of a slot: which execution it is about.
  static func name(of execution: Execution) -> [UInt8] {
    var words = WordWriter()
    words.append(execution.id.rawValue)
    words.append(execution.attempt)
    return words.bytes
  }

  /// A slot before its handler starts.
  static func prepared(_ execution: Execution) -> [UInt8] {
    var words = WordWriter()
    words.append(execution.id.rawValue)
    words.append(execution.attempt)
    words.append(SystemClock.boottimeNanoseconds())
    for _ in 0..<5 { words.append(0) }
    return words.bytes
  }
}

/// Sixty-four-bit words of this machine, one after the other.
struct WordWriter {
  var bytes: [UInt8] = []

  mutating func append(_ word: Int64) {
    withUnsafeBytes(of: word) { bytes.append(contentsOf: $0) }
  }
}
