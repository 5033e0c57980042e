import CReadline
import Glibc

/// GNU readline: a line that is typed, with its keys, its history and Tab.
///
/// One for a process. It waits for nothing itself: whoever has it waits for keys and signals, and tells
/// it of both.
final class LineEditor {
  /// What reading came to.
  enum Progress {
    case more
    case line(String)
    /// Ctrl-D on an empty line, or the terminal has gone.
    case end
  }

  private let complete: (_ line: String, _ start: Int) -> TabCompletion.Answer
  private var program: UnsafeMutablePointer<CChar>?

  /// Reads the user's inputrc.
  ///
  /// - Parameters:
  ///   - signals: Readable while a signal waits, which ends a question of readline's own.
  ///   - onStandardError: Where the line is shown, if not on standard output.
  ///   - complete: What the line up to the cursor may become; what takes the place of its bytes from
  ///     `start` on.
  init(
    signals: Int32, onStandardError: Bool,
    complete: @escaping (_ line: String, _ start: Int) -> TabCompletion.Answer
  ) {
    self.complete = complete
    // Readline keeps the name.
    program = strdup("qctl")
    var editor = qctl_editor(
      name: program, on_standard_error: onStandardError ? 1 : 0, signals: signals,
      complete: { context, line, start, append in
        guard let context, let line, let append else { return nil }
        let editor = Unmanaged<LineEditor>.fromOpaque(context).takeUnretainedValue()
        let answer = editor.complete(String(cString: line), Int(start))
        append.pointee = answer.append.map { Int32($0) } ?? 0
        return LineEditor.list(answer)
      },
      // Retained for good: readline has its address until the process ends.
      context: Unmanaged.passRetained(self).toOpaque())
    qctl_editor_begin(&editor)
  }

  /// In C's form, for readline to free; `nil` for no candidates.
  private static func list(
    _ answer: TabCompletion.Answer
  ) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
    guard !answer.candidates.isEmpty else { return nil }
    let texts = [answer.common] + (answer.candidates.count > 1 ? answer.candidates : [])
    let size = MemoryLayout<UnsafeMutablePointer<CChar>?>.stride * (texts.count + 1)
    guard let memory = malloc(size) else { return nil }
    let list = memory.bindMemory(
      to: UnsafeMutablePointer<CChar>?.self, capacity: texts.count + 1)
    for (index, text) in texts.enumerated() {
      (list + index).initialize(to: strdup(text))
    }
    (list + texts.count).initialize(to: nil)
    return list
  }

  /// Shows a prompt and takes the terminal over.
  func begin(_ prompt: String) { qctl_editor_prompt(prompt) }

  /// Takes the keys that are there; the terminal is given back with the line.
  func read() -> Progress {
    switch Int(qctl_editor_read()) {
    case Int(qctl_editor_line):
      guard let line = qctl_editor_take() else { return .end }
      defer { free(line) }
      return .line(String(cString: line))
    case Int(qctl_editor_end): return .end
    default: return .more
    }
  }

  /// Throws away what is being typed.
  func discard() { qctl_editor_discard() }

  /// Gives the terminal back where it was taken.
  func release() { qctl_editor_release() }

  /// The window has another size.
  func resize() { qctl_editor_resize() }

  /// Gives the terminal back while `stop` stops this process, and shows the line anew.
  func pause(_ stop: () -> Void) {
    qctl_editor_suspend()
    stop()
    qctl_editor_resume()
  }

  /// Remembers a line, for this session.
  func remember(_ line: String) { qctl_history_add(line) }

  /// Keeps only so many lines.
  func limitHistory(to count: Int) { qctl_history_limit(Int32(clamping: count)) }
}
