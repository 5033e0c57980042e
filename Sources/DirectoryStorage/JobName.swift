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
    Self.part(id.description, to: &out)
    Self.part("p", priority.level, to: &out)
    Self.part("a", attempt, to: &out)
    Self.part("r", revision, to: &out)
    if let token { Self.part("t" + token.description, to: &out) }
    if let leaseUntil {
      Self.part("u", to: &out)
      NameStamp.append(leaseUntil, to: &out)
    }
    if holdsKey { Self.part("k", to: &out) }
    if isMarked { Self.part("m", to: &out) }
    if isCancelRequested { Self.part("c", to: &out) }
    if isEdited { Self.part("e", to: &out) }
    if let group {
      Self.part("g" + LeaseToken(rawValue: Int64(bitPattern: group)).description, to: &out)
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func part(_ text: String, _ number: Int64? = nil, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "-"))
    out.append(contentsOf: text.utf8)
    if let number { out.append(contentsOf: String(number).utf8) }
  }

  /// Reads a name; `nil` for one that is no job's.
  init?(_ text: String) {
    let bytes = text.utf8
    guard bytes.count >= NameStamp.length + 1 + JobID.textLength + 9 else { return nil }
    var rest = text[...].utf8
    guard let time = NameStamp.read(rest.prefix(NameStamp.length)) else { return nil }
    rest = rest.dropFirst(NameStamp.length)
    guard rest.popFirst() == UInt8(ascii: "-"),
      let id = Self.id(rest.prefix(JobID.textLength))
    else { return nil }
    rest = rest.dropFirst(JobID.textLength)
    guard let level = Self.number("p", &rest), let priority = try? Priority(level),
      let attempt = Self.number("a", &rest), let revision = Self.number("r", &rest)
    else { return nil }
    self.init(time: time, id: id, priority: priority, attempt: attempt, revision: revision)
    guard readOptions(&rest), rest.isEmpty else { return nil }
  }

  // One text for each name, so that none can stand for two: no leading zeros, no other spellings of
  // an id, options in their order.

  private static func id(_ text: Substring.UTF8View) -> JobID? {
    let isCanonical = text.allSatisfy { byte in
      48...57 ~= byte
        || 97...122 ~= byte && byte != UInt8(ascii: "i")
          && byte != UInt8(ascii: "l") && byte != UInt8(ascii: "o")
    }
    return isCanonical ? try? JobID(String(decoding: text, as: UTF8.self)) : nil
  }

  /// `-pNNN`.
  private static func number(_ letter: Character, _ rest: inout Substring.UTF8View) -> Int64? {
    guard rest.popFirst() == UInt8(ascii: "-"), rest.popFirst() == letter.asciiValue else {
      return nil
    }
    var (value, digits): (Int64, Int) = (0, 0)
    while let byte = rest.first, byte != UInt8(ascii: "-") {
      guard 48...57 ~= byte, digits < 18, digits == 0 || value > 0 else { return nil }
      value = value * 10 + Int64(byte - 48)
      digits += 1
      rest.removeFirst()
    }
    return digits > 0 ? value : nil
  }

  /// Sixteen hexadecimal digits.
  private static func token(_ rest: inout Substring.UTF8View) -> LeaseToken? {
    let digits = rest.prefix(16)
    guard digits.allSatisfy({ 48...57 ~= $0 || 97...102 ~= $0 }),
      let token = try? LeaseToken(String(decoding: digits, as: UTF8.self))
    else { return nil }
    rest = rest.dropFirst(16)
    return token
  }

  private static let options = Array("tukmceg".utf8)

  private mutating func readOptions(_ rest: inout Substring.UTF8View) -> Bool {
    var allowed = Self.options[...]
    while let dash = rest.popFirst() {
      guard dash == UInt8(ascii: "-"), let letter = rest.popFirst(),
        let place = allowed.firstIndex(of: letter)
      else {
        return false
      }
      allowed = allowed[(place + 1)...]
      switch letter {
      case UInt8(ascii: "t"):
        guard let token = Self.token(&rest) else { return false }
        self.token = token
      case UInt8(ascii: "u"):
        guard let end = NameStamp.read(rest.prefix(NameStamp.length)) else { return false }
        leaseUntil = end
        rest = rest.dropFirst(NameStamp.length)
      case UInt8(ascii: "k"): holdsKey = true
      case UInt8(ascii: "m"): isMarked = true
      case UInt8(ascii: "c"): isCancelRequested = true
      case UInt8(ascii: "e"): isEdited = true
      case UInt8(ascii: "g"):
        guard let token = Self.token(&rest) else { return false }
        group = UInt64(bitPattern: token.rawValue)
      default: return false
      }
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
