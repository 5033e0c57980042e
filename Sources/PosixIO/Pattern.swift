import Glibc
import Synchronization

/// An extended regular expression, by regcomp(3), over bytes.
///
/// Back references are refused, since with them a match may take for ever, and so are repetitions that
/// would make the expression larger than it looks.
package final class Pattern: Sendable {
  /// Why an expression is none.
  package struct Refusal: Error {
    /// In words that follow the expression.
    package let reason: String
  }

  /// As it was written.
  package let text: String
  private let compiled: Mutex<UnsafeMutablePointer<regex_t>>

  private static let longest = 1024
  private static let mostRepetitions = 1000

  /// Compiles an expression; one without capital letters means either case, as in journalctl(1).
  package init(_ text: String) throws(Refusal) {
    try Self.check(text)
    self.text = text
    let expression = UnsafeMutablePointer<regex_t>.allocate(capacity: 1)
    expression.initialize(to: regex_t())
    let hasCapital = text.utf8.contains { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }
    let flags = REG_EXTENDED | REG_NOSUB | (hasCapital ? 0 : REG_ICASE)
    let code = regcomp(expression, text, flags)
    guard code == 0 else {
      let reason = Self.words(code, expression)
      expression.deallocate()
      throw Refusal(reason: reason)
    }
    compiled = Mutex(expression)
  }

  deinit {
    compiled.withLock {
      regfree($0)
      $0.deallocate()
    }
  }

  /// Whether the expression matches somewhere in these bytes.
  package func matches(_ bytes: [UInt8]) -> Bool {
    compiled.withLock { expression in
      bytes.withUnsafeBytes { buffer in
        var range = regmatch_t(rm_so: 0, rm_eo: regoff_t(clamping: buffer.count))
        guard let base = buffer.baseAddress else { return regexec(expression, "", 0, nil, 0) == 0 }
        return regexec(
          expression, base.assumingMemoryBound(to: CChar.self), 1, &range, REG_STARTEND) == 0
      }
    }
  }

  private static func words(_ code: Int32, _ expression: UnsafePointer<regex_t>) -> String {
    let bytes = [UInt8](unsafeUninitializedCapacity: 128) { buffer, count in
      let needed = buffer.withMemoryRebound(to: CChar.self) {
        regerror(code, expression, $0.baseAddress, $0.count)
      }
      count = max(min(needed, buffer.count) - 1, 0)
    }
    return "is no regular expression: " + String(decoding: bytes, as: UTF8.self)
  }

  private static func check(_ text: String) throws(Refusal) {
    guard text.utf8.count <= longest else { throw Refusal(reason: "is longer than 1024 bytes") }
    guard !text.utf8.contains(0) else { throw Refusal(reason: "has a NUL") }
    var repetitions = 1
    var number: Int?
    var isEscaped = false
    var isInBraces = false
    for byte in text.utf8 {
      let digit = UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte ? Int(byte &- 48) : nil
      if isEscaped, let digit, digit > 0 {
        throw Refusal(reason: "has a back reference, which a match may take for ever with")
      }
      if isInBraces, let digit { number = min((number ?? 0) * 10 + digit, mostRepetitions + 1) }
      if isInBraces, byte == UInt8(ascii: ",") { number = nil }
      if isInBraces, byte == UInt8(ascii: "}") {
        repetitions = min(repetitions * max(number ?? 1, 1), mostRepetitions + 1)
        (isInBraces, number) = (false, nil)
      }
      if !isEscaped, byte == UInt8(ascii: "{") { isInBraces = true }
      isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
    }
    guard repetitions <= mostRepetitions else { throw Refusal(reason: "repeats too often") }
  }
}
