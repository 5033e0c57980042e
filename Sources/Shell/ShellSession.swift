import Calendar
import CommandLineSpec
import PosixIO
import Text

/// What a shell does with one command after the other.
final class ShellSession {
  let settings: ShellSettings
  let host: any ShellHost
  /// With which status the shell is to end, once it was told to.
  private(set) var ending: Int32?
  private var depth = 0

  /// How deep `source`, `watch` and `repeat` may lie in each other.
  private static let deepest = 16
  private static let usageError: Int32 = 2
  private static let interrupted: Int32 = 130

  init(_ settings: ShellSettings, _ host: any ShellHost) {
    self.settings = settings
    self.host = host
  }

  var signals: SessionSignals { settings.signals }

  /// Whether nothing more is to be run.
  var isOver: Bool { ending != nil || signals.end != nil }

  /// Runs one command, and gives its status.
  func perform(_ item: CommandText.Item) -> Int32 {
    switch item {
    case .words(let words): perform(words[...], isPaged: true)
    case .escape(let command): escape(command)
    }
  }

  private func perform(_ words: ArraySlice<String>, isPaged: Bool) -> Int32 {
    guard let first = words.first else { return 0 }
    let rest = words.dropFirst()
    switch ShellWord(rawValue: first) {
    case .use: return use(rest)
    case .watch: return nested { watch(rest) }
    case .repeat: return nested { again(rest, isPaged: isPaged) }
    case .source: return nested { source(rest) }
    case .exit, .quit: return exit(rest)
    case nil: break
    }
    if first == "help", let word = rest.first.flatMap(ShellWord.init(rawValue:)), rest.count == 1 {
      return say(help: "\(word.usage)\n\n\(word.summary).\n")
    }
    let hasInput = settings.isInteractive || settings.commands != nil
    let status = host.run(Array(words), isPaged: isPaged, hasInput: hasInput)
    if words == ["help"], status == 0 { return say(help: ShellWord.help) }
    return status
  }

  /// A sentence on standard error.
  func tell(_ sentence: String) { ErrorOutput.write("qctl: \(sentence)\n") }

  private func refuse(_ sentence: String) -> Int32 {
    tell(sentence)
    return Self.usageError
  }

  private func say(help: String) -> Int32 {
    do {
      try StandardStream.output.writeAll(help)
      return 0
    } catch {
      return error.code == .brokenPipe ? 0 : 74
    }
  }

  private func nested(_ body: () -> Int32) -> Int32 {
    guard depth < Self.deepest else { return refuse("commands lie too deep in each other") }
    depth += 1
    defer { depth -= 1 }
    return body()
  }

  private func use(_ words: ArraySlice<String>) -> Int32 {
    guard words.count < 2 else { return refuse("use: one queue, or none") }
    let answer = host.use(words.first)
    if let sentence = answer.sentence, !answer.isAccepted || !settings.isQuiet { tell(sentence) }
    return answer.isAccepted ? 0 : Self.usageError
  }

  private func exit(_ words: ArraySlice<String>) -> Int32 {
    guard let word = words.first else {
      ending = 0
      return 0
    }
    guard words.count == 1, let status = UInt8(word) else {
      return refuse("exit: a status from 0 to 255, or none")
    }
    ending = Int32(status)
    return Int32(status)
  }
}

// MARK: - Words that run others

extension ShellSession {
  private func again(_ words: ArraySlice<String>, isPaged: Bool) -> Int32 {
    guard let word = words.first, let count = Int(word), count > 0, words.count > 1 else {
      return refuse("repeat: how often, from 1 on, and a command")
    }
    for _ in 0..<count {
      let status = perform(words.dropFirst(), isPaged: isPaged)
      if signals.isAskedToStop { return Self.interrupted }
      if status != 0 || isOver { return status }
    }
    return 0
  }

  private func watch(_ words: ArraySlice<String>) -> Int32 {
    var (interval, words) = (2000, words)
    if let first = words.first, let milliseconds = try? DurationText.parse(first) {
      guard 100...86_400_000 ~= milliseconds else { return refuse("watch: from 100ms to one day") }
      interval = Int(milliseconds)
      words = words.dropFirst()
    }
    guard !words.isEmpty else { return refuse("watch: how often, if not every 2s, and a command") }
    let isScreen = StandardStream.output.isTTY
    while !isOver {
      // A screen of its own each time, without what was shown before.
      if isScreen { try? StandardStream.output.writeAll("\u{1B}[H\u{1B}[2J") }
      _ = perform(words, isPaged: false)
      guard pause(interval), isRead else { break }
    }
    return signals.isAskedToStop ? Self.interrupted : ending ?? 0
  }

  /// Waits, less long where the window gets another size; false when it is to end.
  private func pause(_ milliseconds: Int) -> Bool {
    let end = SystemClock.monotonicNanoseconds() &+ Int64(milliseconds) &* 1_000_000
    while true {
      let left = (end &- SystemClock.monotonicNanoseconds()) / 1_000_000
      guard left > 0 else { return !signals.isAskedToStop }
      guard signals.wait(milliseconds: Int(left)) else { return false }
      if signals.takeNewSize() { return true }
    }
  }

  /// Whether somebody still reads standard output.
  private var isRead: Bool {
    let output = StandardStream.output.rawValue
    return (try? Poll.wait(for: [], on: output, milliseconds: 0))?.isEmpty ?? false
  }

  private func source(_ words: ArraySlice<String>) -> Int32 {
    guard words.count == 1, let path = words.first else { return refuse("source: one file") }
    let shown = TerminalText.escape(path, .line)
    do {
      let bytes = try FileSystem.readFile(path, limit: ScriptInput.largest)
      return run(ScriptInput(bytes: bytes), called: shown)
    } catch {
      tell("cannot read \(shown): \(error.code.reason)")
      return 66
    }
  }

  /// Runs a command of the system's shell, or that shell itself.
  private func escape(_ command: String) -> Int32 {
    guard settings.isInteractive, depth == 0 else {
      return refuse("! runs other programs only at the prompt")
    }
    guard settings.allowsEscape else { return refuse("! is not allowed: --no-shell-escape") }
    let isBlank = command.utf8.allSatisfy { $0 == 0x20 || 0x09...0x0D ~= $0 }
    let named = settings.environment["SHELL"] ?? ""
    let program = isBlank && named.utf8.first == UInt8(ascii: "/") ? named : "/bin/sh"
    var request = SpawnRequest(
      executable: program, arguments: CStringList([program] + (isBlank ? [] : ["-c", command])),
      environment: settings.environment)
    request.input = .inherit
    do {
      return try ForegroundProcess.run(request, signals).shellStatus
    } catch {
      tell("cannot run \(TerminalText.escape(program, .line)): \(error.code.reason)")
      return 126
    }
  }
}
