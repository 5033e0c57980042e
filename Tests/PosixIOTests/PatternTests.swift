import PosixIO
import Testing

@Suite struct PatternTests {
  private func matches(_ pattern: String, _ text: String) throws -> Bool {
    try Pattern(pattern).matches(Array(text.utf8))
  }

  @Test func aPatternMatchesAnywhereInTheBytes() throws {
    #expect(try matches("b+c", "abbbcd"))
    #expect(try !matches("^b+c", "abbbcd"))
    #expect(try matches("", ""))
    #expect(try matches("^$", ""))
    #expect(try matches("b", "a\0b"))
  }

  @Test func withoutCapitalsEitherCaseMatches() throws {
    #expect(try matches("time", "TIMEOUT"))
    #expect(try !matches("Time", "TIMEOUT"))
  }

  @Test(arguments: ["(", "[", "(a)\\1", "x{500}{3}", "a\0b", String(repeating: "a", count: 1025)])
  func whatCouldTakeForEverIsRefused(_ pattern: String) {
    #expect(throws: Pattern.Refusal.self) { try Pattern(pattern) }
  }

  @Test(arguments: ["x{500}", "a{2}b{3}c{4}", "\\{[0-9]+\\}", "\\\\1"])
  func whatIsHarmlessIsNot(_ pattern: String) throws {
    _ = try Pattern(pattern)
  }
}
