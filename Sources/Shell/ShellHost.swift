package import CommandLineSpec

/// Whoever knows the commands that a shell runs.
package protocol ShellHost: AnyObject {
  /// Runs a command to its end.
  ///
  /// - Parameters:
  ///   - words: Those of the command line, without the program's name.
  ///   - isPaged: Whether what it prints may go through a pager.
  ///   - hasInput: Whether standard input is for the command to read.
  /// - Returns: its exit status; 130 where Ctrl-C ended it.
  func run(_ words: [String], isPaged: Bool, hasInput: Bool) -> Int32
  /// Has commands mean a queue where none is named; `nil` to forget it.
  ///
  /// - Returns: whether that can be, and what is to be said about it.
  func use(_ name: String?) -> (isAccepted: Bool, sentence: String?)
  /// What the word at the cursor may become. Must not take long.
  func completion(after words: [String], current: String) -> Completion
  /// Queues, as candidates for what is typed. Must not take long.
  func queues(beginning prefix: String) -> [Candidate]
  /// What the prompt calls the store.
  var storeName: String { get }
  /// The queue in use.
  var queue: String? { get }
  /// How many jobs are dead; `nil` where that can't be told. Must not take long.
  var deadJobs: Int64? { get }
  /// Gives everything back.
  func close()
}
