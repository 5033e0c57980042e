/// Lays out JSON for people: two spaces a level, one member a line, values as they were written.
package enum JSONPrettyPrinter {
  /// Appends `json` laid out, without a line end after it; what a terminal may act on is escaped.
  ///
  /// `indent` is in levels and holds for every line but the first. Throws what is wrong with
  /// `json`; then nothing has been appended.
  package static func append(
    _ json: some Collection<UInt8>, to out: inout ByteBuffer, indent: Int = 0
  ) throws(JSONError) {
    try withContiguousBytes(json) { (buffer) throws(JSONError) in
      var scanner = JSONScanner(buffer, maximumDepth: JSONValidation.payloadDepth)
      scanner.skipWhitespace()
      try scanner.skipValue()
      try scanner.finish()
      layOut(buffer, level: max(0, indent), to: &out)
    }
  }

  /// Walks the tokens of text that has been checked.
  private static func layOut(
    _ json: UnsafeBufferPointer<UInt8>, level: Int, to out: inout ByteBuffer
  ) {
    var level = level
    var position = 0
    while position < json.count {
      let byte = json[position]
      position += 1
      switch byte {
      case 0x20, 0x0A, 0x0D, 0x09:
        break
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        out.append(byte)
        let next = firstToken(in: json, from: position)
        if next < json.count, json[next] == byte + 2 {
          out.append(json[next])
          position = next + 1
        } else {
          level += 1
          newLine(level, to: &out)
        }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        level -= 1
        newLine(level, to: &out)
        out.append(byte)
      case UInt8(ascii: ","):
        out.append(byte)
        newLine(level, to: &out)
      case UInt8(ascii: ":"):
        out.append(byte)
        out.append(UInt8(ascii: " "))
      default:
        let end = tokenEnd(in: json, from: position - 1)
        JSONEscaping.appendRaw(
          UnsafeBufferPointer(rebasing: json[(position - 1)..<end]), to: &out)
        position = end
      }
    }
  }

  private static func newLine(_ level: Int, to out: inout ByteBuffer) {
    out.append(0x0A)
    out.append(repeating: UInt8(ascii: " "), count: level * 2)
  }

  private static func firstToken(in json: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var scanner = JSONScanner(json, in: start..<json.count, maximumDepth: 0)
    scanner.skipWhitespace()
    return scanner.position
  }

  private static func tokenEnd(in json: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var position = start + 1
    guard json[start] == UInt8(ascii: "\"") else {
      while position < json.count, !endsWord(json[position]) { position += 1 }
      return position
    }
    while position < json.count, json[position] != UInt8(ascii: "\"") {
      position += json[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    return min(position + 1, json.count)
  }

  private static func endsWord(_ byte: UInt8) -> Bool {
    byte <= 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]")
      || byte == UInt8(ascii: "}")
  }
}
