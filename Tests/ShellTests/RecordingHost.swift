import CommandLineSpec
import PosixIO
import Shell

/// Commands that do nothing but be remembered.
final class RecordingHost: ShellHost {
  /// The words of what was run, joined by blanks.
  private(set) var ran: [String] = []
  /// What was run without a pager.
  private(set) var unpaged: [String] = []
  /// What was run with standard input of its own.
  private(set) var withInput: [String] = []
  private(set) var queue: String?
  /// The status of a command; 0 if nil.
  var status: ([String]) -> Int32 = { _ in 0 }
  var candidates: [Candidate] = []
  var directive = Directive.noFiles
  /// What was asked to be completed.
  private(set) var asked: [[String]] = []

  func run(_ words: [String], isPaged: Bool, hasInput: Bool) -> Int32 {
    let line = words.joined(separator: " ")
    ran.append(line)
    if !isPaged { unpaged.append(line) }
    if hasInput { withInput.append(line) }
    return status(words)
  }

  func use(_ name: String?) -> (isAccepted: Bool, sentence: String?) {
    guard name != "../etc" else { return (false, "queue must begin with a letter or a digit") }
    queue = name
    return (true, nil)
  }

  func completion(after words: [String], current: String) -> Completion {
    asked.append(words + [current])
    return Completion(candidates, directive)
  }

  func queues(beginning prefix: String) -> [Candidate] {
    [Candidate("emails"), Candidate("events")]
  }

  var storeName: String { "queue.db" }
  var deadJobs: Int64? { nil }

  func close() {}
}
