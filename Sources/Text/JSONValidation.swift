/// Checks of whole JSON texts that build no tree.
package enum JSONValidation {
  /// How deep arrays and objects may nest where nothing else is said.
  package static let defaultDepth = 64
  /// How deep a payload may nest.
  package static let payloadDepth = 512

  /// Whether `bytes` are exactly one JSON value, with space around it allowed; duplicate keys are.
  @inlinable
  package static func isValid(
    _ bytes: some Collection<UInt8>, maximumDepth: Int = payloadDepth
  ) -> Bool {
    do throws(JSONError) {
      try check(bytes, maximumDepth: maximumDepth)
      return true
    } catch {
      return false
    }
  }

  /// Throws what is wrong with `bytes` as one JSON value; gives the value's kind.
  @inlinable @discardableResult
  package static func check(
    _ bytes: some Collection<UInt8>, maximumDepth: Int = payloadDepth
  ) throws(JSONError) -> JSONKind {
    try withContiguousBytes(bytes) { (buffer) throws(JSONError) -> JSONKind in
      try check(buffer: buffer, maximumDepth: maximumDepth)
    }
  }

  /// As `check`, for bytes held elsewhere.
  @discardableResult
  package static func check(
    buffer: UnsafeBufferPointer<UInt8>, maximumDepth: Int = payloadDepth
  ) throws(JSONError) -> JSONKind {
    var scanner = JSONScanner(buffer, maximumDepth: maximumDepth)
    scanner.skipWhitespace()
    let kind = try scanner.skipValue()
    try scanner.finish()
    return kind
  }
}
