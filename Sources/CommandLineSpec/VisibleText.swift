extension String {
  /// The text with anything a terminal might obey spelled out, and cut after 120 scalars.
  ///
  /// C0, DEL, C1 and bidirectional controls become `\x1b` or `\u{…}` (conventions.md §9), so that
  /// an argument quoted in a message can't drive the terminal.
  var visible: String {
    var text = ""
    var count = 0
    for scalar in unicodeScalars {
      guard count < 120 else { return text + "..." }
      count += 1
      text += scalar.isObeyedByTerminals ? scalar.spelledOut : String(scalar)
    }
    return text
  }

  /// The text without the scalars that a terminal might obey, line ends and tabs included.
  var withoutControls: String {
    guard unicodeScalars.contains(where: \.isObeyedByTerminals) else { return self }
    var kept = UnicodeScalarView()
    for scalar in unicodeScalars where !scalar.isObeyedByTerminals { kept.append(scalar) }
    return String(kept)
  }
}

extension Unicode.Scalar {
  fileprivate var isObeyedByTerminals: Bool {
    switch value {
    case 0..<0x20, 0x7f...0x9f: true
    case 0x61c, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069: true
    default: false
    }
  }

  fileprivate var spelledOut: String {
    let hex = String(value, radix: 16)
    guard value < 0x80 else { return "\\u{\(hex)}" }
    return hex.utf8.count < 2 ? "\\x0\(hex)" : "\\x\(hex)"
  }
}
