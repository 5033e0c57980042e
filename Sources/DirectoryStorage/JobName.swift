import Jobs
import Text

/// The name of a job's file: all that counts, orders and claims need without opening it.
///
/// `20261121T132011.123Z-0f8k3w2zq1a7b-p5-a2-r512[-t0123456789abcdef][-u20261121T132111.123Z][-k][-m][-c][-e]
/// [-g0123456789abcdef]`:
/// the moment that orders it where it is, its id, priority, attempt, and where in the file the latest
/// line of its history begins (0 for none). An active job's name has the token of its lease, and its
/// end where the lease goes by time; `k` says that it holds its unique key, `m` that it must run alone,
/// `c` that it was asked to stop, `e` that its payload is in a line of its history (a qctl that did not
/// know of such jobs knows no such name and leaves them alone), `g` tells the concurrency key, so that
/// those that run can be counted by their names.
///
/// Every change of a job is one rename from a name to another, so whoever saw a job by a name that is
/// gone meanwhile changes nothing: the name is the fence.
struct JobName: Hashable {
  /// When it is due, was started or ended, by where it is.
  var time: Instant
  let id: JobID
  var priority: Priority
  var attempt: Int64
  /// Where in the file the latest line of its history begins, in bytes; 0 for none.
  var revision: Int64
  var token: LeaseToken?
  var leaseUntil: Instant?
  var holdsKey = false
  var isMarked = false
  var isCancelRequested = false
  var isEdited = false
  /// Stands for its concurrency key; see `group(of:)`.
  var group: UInt64?

  init(time: Instant, id: JobID, priority: Priority, attempt: Int64 = 0, revision: Int64 = 0) {
    self.time = time
    self.id = id
    self.priority = priority
    self.attempt = attempt
    self.revision = revision
  }

  /// The name of a job as it is.
  ///
  /// - Parameters:
  ///   - revision: where its history stands.
  ///   - isEdited: whether its payload is there.
  init(of job: Job, revision: Int64, isEdited: Bool) {
    let time =
      job.state.isTerminal ? job.finishedAt : job.state == .active ? job.startedAt : job.runAt
    self.init(
      time: time ?? job.runAt, id: job.id, priority: job.priority, attempt: job.attempt,
      revision: revision)
    token = job.token
    leaseUntil = job.presence == nil ? job.leaseUntil : nil
    holdsKey = job.holdsUniqueKey
    isMarked = job.marked
    isCancelRequested = job.cancelRequested
    self.isEdited = isEdited
    group = job.concurrencyKey.map(Self.group)
  }

  /// What stands for a concurrency key in names: the beginning of its SHA-256.
  static func group(of key: String) -> UInt64 {
    SHA256.digest(Array(key.utf8)).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}

// MARK: - Text

extension JobName: CustomStringConvertible {
  var description: String {
    var out: [UInt8] = []
    out.reserveCapacity(96)
    NameStamp.append(time, to: &out)
    out.append(UInt8(ascii: "-"))
    out.append(contentsOf: id.description.utf8)
    Self.append("p", priority.level, to: &out)
    Self.append("a", attempt, to: &out)
    Self.append("r", revision, to: &out)
    if let token { Self.append("t", hexadecimal: UInt64(bitPattern: token.rawValue), to: &out) }
    if let leaseUntil {
      Self.append("u", to: &out)
      NameStamp.append(leaseUntil, to: &out)
    }
    if holdsKey { Self.append("k", to: &out) }
    if isMarked { Self.append("m", to: &out) }
    if isCancelRequested { Self.append("c", to: &out) }
    if isEdited { Self.append("e", to: &out) }
    if let group { Self.append("g", hexadecimal: group, to: &out) }
    return String(decoding: out, as: UTF8.self)
  }

  private static func append(_ letter: Unicode.Scalar, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "-"))
    out.append(UInt8(ascii: letter))
  }

  private static func append(_ letter: Unicode.Scalar, _ number: Int64, to out: inout [UInt8]) {
    append(letter, to: &out)
    guard 0..<10 ~= number else { return out.append(contentsOf: String(number).utf8) }
    out.append(UInt8(ascii: "0") + UInt8(number))
  }

  private static func append(
    _ letter: Unicode.Scalar, hexadecimal number: UInt64, to out: inout [UInt8]
  ) {
    append(letter, to: &out)
    for shift in stride(from: 60, through: 0, by: -4) {
      let digit = UInt8(truncatingIfNeeded: number >> UInt64(shift)) & 15
      out.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }

  /// Reads a name; `nil` for one that is no job's.
  init?(_ text: String) {
    let known = text.utf8.withContiguousStorageIfAvailable { JobName(NameReader($0)) }
    let read = known ?? Array(text.utf8).withUnsafeBufferPointer { JobName(NameReader($0)) }
    guard let read else { return nil }
    self = read
  }

  private init?(_ reader: NameReader) {
    var reader = reader
    guard let time = reader.stamp(), reader.skip("-"), let id = reader.id(),
      reader.skip("-"), reader.skip("p"), let level = reader.number(),
      let priority = try? Priority(level),
      reader.skip("-"), reader.skip("a"), let attempt = reader.number(),
      reader.skip("-"), reader.skip("r"), let revision = reader.number()
    else { return nil }
    self.init(time: time, id: id, priority: priority, attempt: attempt, revision: revision)
    guard readOptions(&reader), reader.isAtEnd else { return nil }
  }

  // One text for each name, so that none can stand for two: no leading zeros, no other spellings of
  // an id, options in their order.

  private mutating func readOptions(_ reader: inout NameReader) -> Bool {
    if reader.skip("-", "t") {
      guard let number = reader.hexadecimal() else { return false }
      token = LeaseToken(rawValue: Int64(bitPattern: number))
    }
    if reader.skip("-", "u") {
      guard let end = reader.stamp() else { return false }
      leaseUntil = end
    }
    holdsKey = reader.skip("-", "k")
    isMarked = reader.skip("-", "m")
    isCancelRequested = reader.skip("-", "c")
    isEdited = reader.skip("-", "e")
    if reader.skip("-", "g") {
      guard let number = reader.hexadecimal() else { return false }
      group = number
    }
    return true
  }
}

extension JobName {
  /// The order in which jobs of one priority are taken: due first, then the older one.
  static func isBefore(_ left: JobName, _ right: JobName) -> Bool {
    (left.time, left.id) < (right.time, right.id)
  }
}
