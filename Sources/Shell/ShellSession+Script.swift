import CommandLineSpec
import PosixIO

extension ShellSession {
  private static let badData: Int32 = 65
  private static let partly: Int32 = 3
  private static let interruptedStatus: Int32 = 130

  /// Runs a script to its end, or up to the first command that fails.
  ///
  /// - Parameter name: What the script is called in messages, where it has a name.
  /// - Returns: the status of what failed; 3 where it went on behind that.
  func run(_ script: ScriptInput, called name: String?) -> Int32 {
    var script = script
    var text = CommandText()
    var hasFailed = false
    var number = 0
    func stop(_ status: Int32, _ sentence: String) -> Int32 {
      tell((name.map { "\($0): " } ?? "") + sentence)
      return status
    }
    while !isOver, !signals.isAskedToStop {
      switch script.next() {
      case .text(let line): text.append(line)
      case .notText: return stop(Self.badData, "line \(text.lastLine + 1) is no text in UTF-8")
      case .failed(let reason): return stop(74, "cannot read standard input: \(reason)")
      case .end:
        if signals.isAskedToStop { return Self.interruptedStatus }
        if let line = text.unfinishedLine {
          return stop(2, "the command that begins in line \(line) is not finished")
        }
        return hasFailed ? Self.partly : 0
      }
      while !isOver, let command = try? text.next() {
        number += 1
        let status = perform(command.item)
        if signals.isAskedToStop { return Self.interruptedStatus }
        guard status != 0, ending == nil else { continue }
        hasFailed = true
        if settings.keepsGoing { continue }
        let place = script.hasLines ? "line \(command.line)" : "command \(number)"
        return stop(status, "stopped at \(place), which ended with status \(status)")
      }
    }
    return signals.isAskedToStop ? Self.interruptedStatus : ending ?? 0
  }
}
