import Jobs
import Text

/// What a handler says of one of its jobs: a line with a JSON object (design.md §7).
///
/// `{"id","outcome":"done|retry|dead|snooze","error","retry_after","result"}`; a member may be left out
/// or null, but for the first two.
struct Answer: Equatable {
  enum Outcome: Equatable {
    case done(result: [UInt8]?)
    case retry(after: TimeSpan?)
    case dead
    case snooze(TimeSpan)
  }

  let id: JobID
  let outcome: Outcome
  /// What went wrong, in the handler's words.
  let error: String?

  /// The longest line: a result, and room for an error in every form of writing.
  static let longestLine = ControlReply.largestResult + (64 << 10)

  /// Reads a line without its end.
  init(_ bytes: [UInt8], in range: Range<Int>) throws(AnswerProblem) {
    var members = Members()
    do throws(JSONError) {
      var reader = JSONObjectReader(bytes, in: range)
      while let member = try reader.next() { members.take(member, reader) }
    } catch {
      throw .notJSON(error)
    }
    if let problem = members.problem { throw problem }
    guard let id = members.id else { throw .missing("id") }
    self.id = id
    outcome = try members.outcome()
    error = members.error
  }
}

/// The members of a line, as they come.
private struct Members {
  var id: JobID?
  var word: String?
  var error: String?
  var after: TimeSpan?
  var result: [UInt8]?
  var problem: AnswerProblem?

  mutating func take(_ member: JSONMember, _ reader: JSONObjectReader) {
    guard member.kind != .null else { return takeNull(member.key) }
    switch member.key {
    case "id":
      id = reader.string(of: member).flatMap { try? JobID($0) }
      if id == nil { note(.notAnID) }
    case "outcome":
      word = reader.string(of: member)
      if word == nil { note(.unknownOutcome(nil)) }
    case "error":
      error = reader.string(of: member).map { FailureText.end(of: Array($0.utf8)[...]) ?? "" }
      if error == nil { note(.notAText("error")) }
    case "retry_after":
      after = ControlReply.span(member, reader)
      if after == nil { note(.notADuration) }
    case "result":
      result = Array(reader.slice(of: member))
      if member.range.count > ControlReply.largestResult { note(.tooLarge) }
    default: note(.unknownKey(member.key))
    }
  }

  private mutating func takeNull(_ key: String) {
    guard !["id", "outcome", "error", "retry_after", "result"].contains(key) else { return }
    note(.unknownKey(key))
  }

  private mutating func note(_ found: AnswerProblem) {
    if problem == nil { problem = found }
  }

  func outcome() throws(AnswerProblem) -> Answer.Outcome {
    switch word {
    case nil: throw .missing("outcome")
    case "done": return .done(result: result)
    case "retry": return .retry(after: after)
    case "dead": return .dead
    case "snooze":
      guard let after else { throw .missing("retry_after") }
      return .snooze(after)
    case let word: throw .unknownOutcome(word)
    }
  }
}

/// Why a line is not understood.
enum AnswerProblem: Error, Equatable {
  case notJSON(JSONError)
  case missing(String)
  case notAnID
  case unknownOutcome(String?)
  case notAText(String)
  case notADuration
  case tooLarge
  case unknownKey(String)

  /// A clause for people, of one line; what the handler wrote is escaped.
  var reason: String {
    switch self {
    case .notJSON(let error): error.description
    case .missing(let key): "a line without \(key)"
    case .notAnID: "an id that is none"
    case .unknownOutcome(let word?): "unknown outcome \"\(TerminalText.escape(word))\""
    case .unknownOutcome(nil): "an outcome that is no text"
    case .notAText(let key): "\(key) is no text"
    case .notADuration: "retry_after is not a duration of up to a year"
    case .tooLarge: "a result of more than \(ControlReply.largestResult) bytes"
    case .unknownKey(let key): "unknown key \"\(TerminalText.escape(key))\""
    }
  }
}
