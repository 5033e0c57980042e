import Text

extension JSONWriter {
  /// A payload under the key that says what it is: `payload` for JSON as written, else
  /// `payload_text` for text, else `payload_b64` (design.md §2).
  mutating func payload(_ bytes: [UInt8]) {
    if JSONValidation.isValid(bytes) { return member("payload", raw: bytes) }
    bytesAsText("payload", bytes)
  }

  /// Bytes that are usually text: a text, or under a key of its own base64.
  mutating func textOrBase64(_ name: String, _ bytes: [UInt8]?) {
    guard let bytes else {
      key(name)
      return null()
    }
    if isValidUTF8(bytes) {
      key(name)
      return string(utf8: bytes)
    }
    key(name + "_b64")
    base64(bytes)
  }
}
