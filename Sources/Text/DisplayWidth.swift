/// How many terminal columns text takes.
///
/// East Asian wide and emoji clusters take two, combining marks none; ambiguous ones take one
/// (Unicode Standard Annex 11). Control characters are not expected: escape first.
package enum DisplayWidth {
  /// The columns of `text`.
  package static func of(_ text: String) -> Int {
    var text = text
    let plain = text.withUTF8 { TerminalText.isPrintableASCII($0) ? $0.count : nil }
    if let plain { return plain }
    return text.reduce(0) { $0 + of($1) }
  }

  /// The columns of one cluster.
  package static func of(_ character: Character) -> Int {
    if let ascii = character.asciiValue { return ascii < 0x20 || ascii == 0x7F ? 0 : 1 }
    var width = 0
    var isEmoji = false
    for scalar in character.unicodeScalars {
      if scalar.value == 0xFE0F, isEmoji { return 2 }
      isEmoji = isEmoji || scalar.properties.isEmoji
      width = max(width, of(scalar))
    }
    return width
  }

  private static func of(_ scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return scalar.value == 0xAD ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    return isWide(scalar.value) || scalar.properties.isEmojiPresentation ? 2 : 1
  }

  /// The wide ranges of EastAsianWidth.txt, unassigned gaps closed; emoji are known by property.
  private static func isWide(_ value: UInt32) -> Bool {
    switch value {
    case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF,
      0x4E00...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19,
      0xFE30...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18D08, 0x1AFF0...0x1B2FB,
      0x1F200...0x1F265, 0x20000...0x3FFFD:
      true
    default: false
    }
  }

  /// `text` where it fits into `width` columns; else as much as fits, with `…` for the rest.
  package static func truncate(_ text: String, to width: Int) -> String {
    guard of(text) > width else { return text }
    guard width > 0 else { return "" }
    var kept = ""
    var used = 0
    for character in text {
      let next = used + of(character)
      guard next < width else { break }
      kept.append(character)
      used = next
    }
    return kept + "…"
  }
}
