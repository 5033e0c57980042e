import Text

extension JSONWriter {
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
