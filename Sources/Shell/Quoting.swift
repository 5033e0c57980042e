import CommandLineSpec

/// Text as it must be typed to be read back as it is.
enum Quoting {
  /// The text as it must stand where that is open.
  static func quoted(_ text: String, in quote: WordSplitter.Quote) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch quote {
      case .none:
        if special.contains(byte) { bytes.append(UInt8(ascii: "\\")) }
        bytes.append(byte)
      case .single:
        bytes += byte == UInt8(ascii: "'") ? Array(#"'\''"#.utf8) : [byte]
      case .double:
        if #""\$`"#.utf8.contains(byte) { bytes.append(UInt8(ascii: "\\")) }
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What closes it.
  static func closing(_ quote: WordSplitter.Quote) -> String {
    switch quote {
    case .none: ""
    case .single: "'"
    case .double: "\""
    }
  }

  /// More than the shell here needs: whoever copies a line into another one should not be surprised.
  private static let special = Array(#" '"\;#$`&|<>()*?[]{}!~"#.utf8)
}
