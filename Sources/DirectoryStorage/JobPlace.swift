import Jobs

/// Where a job's file is: the folder says queue and state, the name the rest.
struct JobPlace: Hashable {
  let queue: QueueName
  let state: JobState
  /// The path of the folder.
  let folder: String
  let name: JobName

  /// The path of the file.
  var path: String { folder + "/" + name.description }
}

extension JobPlace {
  /// The place of a job as it is.
  ///
  /// - Parameters:
  ///   - revision: where its history stands.
  ///   - isEdited: whether its payload is there.
  init(of job: Job, revision: Int64, isEdited: Bool = false) {
    let name = JobName(of: job, revision: revision, isEdited: isEdited)
    self.init(
      queue: job.queue, state: job.state,
      folder: Shelf.folder(of: job, name), name: name)
  }

  /// The place of an active job in the folder of who has it.
  ///
  /// - Parameter revision: where its history stands.
  init(ofActive job: Job, in folder: String, revision: Int64, isEdited: Bool) {
    self.init(
      queue: job.queue, state: .active, folder: folder,
      name: JobName(of: job, revision: revision, isEdited: isEdited))
  }
}

/// The folders of a queue (design.md §5).
///
/// ```
/// queues/emails/ready/5/20261121T1320Z/…          priority, then the minute in which it was due
/// queues/emails/ready/5/20261121T132011.123Z+0f8k3w2zq1a7b/…  a part of a bulk: due from then on
/// queues/emails/scheduled/20261121T1320Z/…        the minute in which it is due; retrying, blocked too
/// queues/emails/active/<holder>/…                 who has it; see Holder
/// queues/emails/dead/20261121T1320Z/…             the minute of its id; completed, cancelled too
/// ```
enum Shelf {
  /// Everything that belongs to queues.
  static let root = "queues"

  /// The folder of a queue.
  static func queue(_ queue: QueueName) -> String { root + "/" + queue.description }

  /// The folder of all jobs of a state.
  static func state(_ state: JobState, of queue: QueueName) -> String {
    root + "/" + queue.description + "/" + state.rawValue
  }

  /// The folder of ready jobs of one priority.
  static func ready(_ priority: Priority, of queue: QueueName) -> String {
    state(.ready, of: queue) + "/" + String(priority.level)
  }

  /// The folder that a job belongs into.
  static func folder(of job: Job, _ name: JobName) -> String {
    switch job.state {
    case .ready:
      ready(job.priority, of: job.queue) + "/" + NameStamp.minute(name.time)
    case .scheduled, .retrying, .blocked:
      state(job.state, of: job.queue) + "/" + NameStamp.minute(name.time)
    case .active: active(Holder(of: job), of: job.queue)
    case .completed, .dead, .cancelled: ended(job.id, job.state, of: job.queue)
    }
  }

  /// The folder of the jobs that somebody has.
  static func active(_ holder: Holder, of queue: QueueName) -> String {
    state(.active, of: queue) + "/" + holder.folder
  }

  /// The folder of jobs that ended and whose ids are of the same minute.
  static func ended(_ id: JobID, _ state: JobState, of queue: QueueName) -> String {
    Self.state(state, of: queue) + "/" + NameStamp.minute(id.instant)
  }
}

/// Who has an active job, as the name of a folder: `<presence>,<worker>`, or `lease,<worker>` where a
/// lease by time keeps it.
///
/// A worker's name may hold anything: what is not plain is written as `%HH`, and a name that is too
/// long for a folder loses its end.
struct Holder: Hashable {
  let presence: PresenceID?
  let worker: String

  private static let byTime = "lease"
  private static let longest = 200

  var folder: String {
    var out = ByteText()
    out.append(presence?.description ?? Self.byTime)
    out.append(",")
    out.appendEscaped(worker, longest: Self.longest)
    return out.text
  }

  init(presence: PresenceID?, worker: String) {
    self.presence = presence
    self.worker = worker
  }

  /// Who has an active job.
  init(of job: Job) { self.init(presence: job.presence, worker: job.worker ?? "") }

  /// Reads the name of a folder; `nil` for anything else.
  init?(folder: String) {
    guard let comma = folder.utf8.firstIndex(of: UInt8(ascii: ",")) else { return nil }
    let head = folder[..<comma]
    let tail = folder[folder.utf8.index(after: comma)...]
    guard let worker = ByteText.unescaped(tail.utf8) else { return nil }
    if head == Self.byTime {
      self.init(presence: nil, worker: worker)
    } else {
      guard let presence = PresenceID(String(head)) else { return nil }
      self.init(presence: presence, worker: worker)
    }
  }
}

/// Text that is made of plain bytes, with `%HH` for all others.
private struct ByteText {
  private var bytes: [UInt8] = []

  var text: String { String(decoding: bytes, as: UTF8.self) }

  mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func appendEscaped(_ text: String, longest: Int) {
    let end = bytes.count + longest
    for scalar in text.unicodeScalars {
      var piece: [UInt8] = []
      for byte in String(scalar).utf8 {
        if Self.isPlain(byte) {
          piece.append(byte)
        } else {
          piece += [UInt8(ascii: "%"), Self.digit(byte >> 4), Self.digit(byte & 15)]
        }
      }
      guard bytes.count + piece.count <= end else { return }
      bytes += piece
    }
  }

  static func unescaped(_ text: Substring.UTF8View) -> String? {
    var bytes: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%") {
        guard let high = rest.popFirst().flatMap(value), let low = rest.popFirst().flatMap(value)
        else { return nil }
        bytes.append(high << 4 | low)
      } else {
        guard isPlain(byte) else { return nil }
        bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 48 && byte <= 57 || byte >= 65 && byte <= 90 || byte >= 97 && byte <= 122
      || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: "@") || byte == UInt8(ascii: ":")
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 48...57: digit - 48
    case 97...102: digit - 87
    default: nil
    }
  }
}
