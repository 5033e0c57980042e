extension String {
  /// The text of `bytes`; nil where they are not valid UTF-8.
  package init?(validUTF8 bytes: some Collection<UInt8>) {
    guard isValidUTF8(bytes) else { return nil }
    self.init(decoding: bytes, as: UTF8.self)
  }
}

/// Whether `bytes` are valid UTF-8 (no surrogates, no overlong forms).
package func isValidUTF8(_ bytes: some Collection<UInt8>) -> Bool {
  withContiguousBytes(bytes) { UTF8Sequence.isValid($0) }
}

/// Gives `body` the bytes in one piece, copying only where a collection keeps them otherwise.
@inlinable
package func withContiguousBytes<Outcome, Failure: Error>(
  _ bytes: some Collection<UInt8>,
  _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Outcome
) throws(Failure) -> Outcome {
  let direct = bytes.withContiguousStorageIfAvailable {
    buffer -> Result<Outcome, Failure> in
    do throws(Failure) { return .success(try body(buffer)) } catch { return .failure(error) }
  }
  if let direct { return try direct.get() }
  return try Array(bytes).withUnsafeBufferPointer(body)
}
