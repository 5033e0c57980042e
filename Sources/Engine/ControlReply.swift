import Jobs
import PosixIO
import Text

/// What a handler may say in its control file, beside its exit status.
struct ControlReply: Equatable {
  /// Failed; try again after this.
  private(set) var retryAfter: TimeSpan?
  /// Not a failure; try again after this.
  private(set) var snooze: TimeSpan?
  /// What the job gave, as JSON, exactly as written.
  private(set) var result: [UInt8]?

  /// The largest result: that of a payload.
  static let largestResult = NewJob.largestPayload
  /// A result, and room for the rest.
  static let largestFile = largestResult + 4096

  /// A handler that left no file.
  init() {}

  /// Reads a file's content; an empty one says nothing.
  init(_ bytes: [UInt8]) throws(ControlProblem) {
    guard bytes.contains(where: { $0 > 0x20 }) else { return }
    do throws(JSONError) {
      try read(JSONObjectReader(bytes))
    } catch {
      throw .notJSON(error)
    }
    if let problem { throw problem }
  }

  private var problem: ControlProblem?

  private mutating func read(_ reader: JSONObjectReader) throws(JSONError) {
    var reader = reader
    while let member = try reader.next() {
      switch member.key {
      case "retry_after": retryAfter = takeSpan(member, reader)
      case "snooze": snooze = takeSpan(member, reader)
      case "result": takeResult(reader.slice(of: member))
      default: note(.unknownKey(member.key))
      }
    }
  }

  private mutating func takeSpan(_ member: JSONMember, _ reader: JSONObjectReader) -> TimeSpan? {
    let span = Self.span(member, reader)
    if span == nil { note(.notADuration(member.key)) }
    return span
  }

  /// A duration in words, or seconds as an integer, as HTTP's Retry-After has them; `nil` for
  /// anything else, and for more than a year.
  static func span(_ member: JSONMember, _ reader: JSONObjectReader) -> TimeSpan? {
    let text = reader.string(of: member)
    let span = text.flatMap(TimeText.span) ?? reader.int64(of: member).map(TimeSpan.seconds)
    guard let span, span >= .zero, span <= Backoff.longest else { return nil }
    return span
  }

  private mutating func takeResult(_ slice: ArraySlice<UInt8>) {
    guard slice.count <= Self.largestResult else { return note(.tooLarge) }
    result = Array(slice)
  }

  private mutating func note(_ found: ControlProblem) {
    if problem == nil { problem = found }
  }
}

/// Why a control file is not understood.
enum ControlProblem: Error, Equatable {
  case notAFile
  case tooLarge
  case unreadable(SystemError)
  case notJSON(JSONError)
  case notADuration(String)
  case unknownKey(String)

  /// A clause for people, of one line; what the handler wrote is escaped.
  var reason: String {
    switch self {
    case .notAFile: "it is not a regular file"
    case .tooLarge: "it holds more than \(ControlReply.largestResult) bytes"
    case .unreadable(let error): error.code.reason
    case .notJSON(let error): error.description
    case .notADuration(let key): "\(key) is not a duration of up to a year"
    case .unknownKey(let key): "unknown key \"\(TerminalText.escape(key))\""
    }
  }
}
