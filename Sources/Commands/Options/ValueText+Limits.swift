import Calendar
import CommandLineSpec
import Jobs

/// Values with limits of their own.
extension ValueText {
  /// A duration that is not nothing.
  static func span(_ text: String) throws(ValueError) -> TimeSpan {
    let span = try duration(text)
    guard span > .zero else { throw .malformed("is no time at all") }
    return span
  }

  /// How long a lease lasts: a shorter one would be lost before it could be renewed.
  static func lease(_ text: String) throws(ValueError) -> TimeSpan {
    let span = try duration(text)
    guard span >= .seconds(1) else { throw .malformed("is under 1s") }
    return span
  }

  /// How long a job waits until it is tried again.
  static func retryAfter(_ text: String) throws(ValueError) -> TimeSpan {
    let span = try duration(text)
    guard span <= Backoff.longest else { throw .malformed("is over a year") }
    return span
  }

  /// How many bytes of output are kept.
  static func outputLimit(_ text: String) throws(ValueError) -> Int {
    let size: Int64
    do { size = try ByteSize.parse(text) } catch {
      throw .malformed("is no size such as 64K: \(error.description)")
    }
    guard size <= 16 << 20 else { throw .malformed("is over 16M") }
    return Int(size)
  }

  /// An exit status that tells of a failure.
  static func failureStatus(_ text: String) throws(ValueError) -> Int32 {
    Int32(truncatingIfNeeded: try WholeNumber.parse(text, in: 1...255))
  }

  /// The name of a worker, as leases and the log show it.
  static func worker(_ text: String) throws(ValueError) -> String {
    guard !text.isEmpty else { throw .malformed("is empty") }
    guard text.utf8.count <= 255 else { throw .malformed("is longer than 255 bytes") }
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw .malformed("has a control character")
    }
    return text
  }

  /// A level and what is worse (`warning`), or from one to another (`info..warning`).
  static func levels(_ text: String) throws(ValueError) -> ClosedRange<LogLevel> {
    let bytes = Array(text.utf8)
    let dot = UInt8(ascii: ".")
    guard
      let dots = bytes.indices.dropLast().first(where: { bytes[$0] == dot && bytes[$0 + 1] == dot })
    else { return try Choice<LogLevel>.parse(text) ... .critical }
    let first = try Choice<LogLevel>.parse(String(decoding: bytes[..<dots], as: UTF8.self))
    let last = try Choice<LogLevel>.parse(String(decoding: bytes[(dots + 2)...], as: UTF8.self))
    guard first <= last else { throw .malformed("goes from the worse level to the milder") }
    return first...last
  }
}
