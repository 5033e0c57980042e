/// One line on the terminal of standard error that says how far a long step is.
struct Progress {
  /// How many items pass between two updates.
  static let step = 10_000

  private let say: ((String) -> Void)?

  /// Silent unless standard error is a terminal.
  init(_ context: CommandContext, quiet: Bool) {
    say = context.streams.errorIsTerminal && !quiet ? context.say : nil
  }

  /// Replaces the line.
  func show(_ doing: String, _ done: Int, of total: Int?) {
    guard let say else { return }
    let amount = total.map { "\(done) of \($0)" } ?? "\(done)"
    say("\r\u{1b}[K\(doing) \(amount)")
  }

  /// Takes the line away.
  func clear() {
    say?("\r\u{1b}[K")
  }
}
