import CommandLineSpec
import TestSupport
import Testing

@Suite struct ParsingProperties {
  let tree = Sample.tree

  static let pieces = [
    "list", "work", "dlq", "dead", "help", "config", "--", "-", "", "--limit", "-n", "-aq", "=",
    "--no-color", "--watch=", "-h", "--help", "--version", "5", ",", "--queue=a,b", "\u{301}",
    "--limit=\u{301}", "é", "\u{1b}", "-\u{301}n", "--no-", "---", "-=", "--=x", "👩‍👧", "'", "\"",
  ]

  static func word(_ random: inout SeededGenerator) -> String {
    let count = Int.random(in: 1...2, using: &random)
    return (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
  }

  static func words(_ random: inout SeededGenerator) -> [String] {
    (0..<Int.random(in: 0...7, using: &random)).map { _ in word(&random) }
  }

  @Test(arguments: [TestSeed.chosen, 1 as UInt64])
  func `any words come to an outcome and any refusal is visible text`(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<3000 {
      let words = Self.words(&random)
      let refusal = tree.outcome(for: words, in: .sample()).usage
      let hasControls = refusal?.message.unicodeScalars.contains { $0.value < 0x20 } ?? false
      #expect(!hasControls, "seed \(seed): \(words)")
      _ = tree.completion(after: words, current: Self.word(&random)) { _, _ in [] }
      _ = try? tree.settings(for: words, in: .sample())
    }
  }

  @Test(arguments: [TestSeed.chosen, 2 as UInt64])
  func `an equals sign and the next word mean the same`(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      let flag = ["--limit", "--error", "--queue", "--order", "--store"].randomElement(
        using: &random)
      let flagName = flag ?? "--error"
      let value = Self.word(&random)
      let joined = tree.outcome("list", "\(flagName)=\(value)")
      let apart = tree.outcome("list", flagName, value)
      #expect(joined.action == apart.action, "seed \(seed): \(flagName) \(value)")
      #expect(joined.usage == apart.usage, "seed \(seed): \(flagName) \(value)")
    }
  }

  @Test(arguments: [TestSeed.chosen, 3 as UInt64])
  func `a line of configuration means what it means on the command line`(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      let flag =
        ["--limit", "--error", "--queue", "--order", "--store"].randomElement(using: &random)
        ?? "--error"
      let value = Self.word(&random)
      let quoted = value.quotedForShell
      let line = "\(["", "list "].randomElement(using: &random) ?? "")\(flag) \(quoted)"
      let configured = tree.outcome("list", configuration: line)
      let typed = tree.outcome("list", flag, value)
      #expect(configured.action == typed.action, "seed \(seed): \(line)")
      #expect(
        configured.configuration?.message == typed.usage.map { "user:1: \($0.message)" },
        "seed \(seed): \(line)")
    }
  }
}
