import CommandLineSpec
import PosixIO

/// Somebody at a terminal: a prompt, a line, what it says, and the next prompt.
struct Conversation {
  private let session: ShellSession
  private let editor: LineEditor
  private let history: History

  /// What came of one prompt.
  private enum Reading {
    case line(String)
    case discarded, end
  }

  /// Signals are ours from before; takes the terminal only while it asks.
  init(_ session: ShellSession) {
    self.session = session
    let tab = TabCompletion(session.host)
    let earlier = EarlierLines()
    self.earlier = earlier
    editor = LineEditor(
      signals: session.signals.descriptor,
      onStandardError: !StandardStream.output.isTTY && StandardStream.error.isTTY
    ) { line, start in
      let raw = String(decoding: line.utf8.dropFirst(start), as: UTF8.self)
      return tab.answer(earlier.text + line, raw: raw)
    }
    history = History(session.settings.historyFile)
    editor.limitHistory(to: History.longest)
    for line in history.earlier { editor.remember(line) }
  }

  /// Lines of a command that is not finished, for Tab.
  private final class EarlierLines {
    var text = ""
  }

  private let earlier: EarlierLines

  /// Talks until the end; answers the exit status.
  func run() -> Int32 {
    greet()
    var text = CommandText()
    talk: while !session.isOver {
      session.signals.forget()
      switch ask(earlier.text.isEmpty ? prompt : PromptText.further) {
      case .discarded:
        (text, earlier.text) = (CommandText(), "")
      case .end: break talk
      case .line(let line):
        text.append(line)
        earlier.text += line
        if text.unfinishedLine == nil {
          remember(earlier.text, text)
          earlier.text = ""
          run(&text)
        } else {
          earlier.text += "\n"
        }
      }
    }
    history.save()
    return session.ending ?? 0
  }

  private func greet() {
    guard !session.settings.isQuiet else { return }
    ErrorOutput.write("qctl shell: 'help' lists the commands, Ctrl-D ends\n")
  }

  private var prompt: String {
    let host = session.host
    return PromptText(store: host.storeName, queue: host.queue, dead: host.deadJobs)
      .text(isColoured: session.settings.isColoured)
  }

  private func ask(_ prompt: String) -> Reading {
    let signals = session.signals
    signals.takePauses(true)
    defer { signals.takePauses(false) }
    editor.begin(prompt)
    while signals.end == nil {
      if signals.takeNewSize() { editor.resize() }
      if signals.takePause() {
        editor.pause { try? Signal.stop.send(to: CurrentProcess.id) }
      }
      guard !signals.isInterrupted else {
        editor.discard()
        return .discarded
      }
      guard let isTyped = wait() else { break }
      guard isTyped, !signals.isAskedToStop else { continue }
      switch editor.read() {
      case .more: break
      case .line(let line): return .line(line)
      case .end:
        ErrorOutput.write("\n")
        return .end
      }
    }
    editor.release()
    return .end
  }

  /// Waits for a key or a signal; whether it was a key, and `nil` where neither can come.
  private func wait() -> Bool? {
    var entries = [
      PollEntry(StandardStream.input.rawValue, .read),
      PollEntry(session.signals.descriptor, .read),
    ]
    guard (try? Poll.wait(for: &entries, milliseconds: nil)) != nil else { return nil }
    return !entries[0].ready.isEmpty
  }

  /// Runs what was typed; after Ctrl-C not the rest of it.
  private func run(_ text: inout CommandText) {
    while !session.isOver, let command = try? text.next() {
      _ = session.perform(command.item)
      guard !session.signals.isInterrupted else {
        ErrorOutput.write("\n")
        break
      }
    }
    text = CommandText()
  }

  private func remember(_ line: String, _ text: CommandText) {
    guard let kept = history.add(line, text) else { return }
    editor.remember(kept)
  }
}
