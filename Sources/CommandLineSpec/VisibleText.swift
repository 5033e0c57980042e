import Text

extension String {
  /// The text with anything a terminal might obey spelled out, and cut after 120 scalars, so that
  /// an argument quoted in a message can't drive the terminal or fill it.
  var visible: String {
    let start = unicodeScalars.prefix(120)
    let shown = TerminalText.escape(String(String.UnicodeScalarView(start)), .line)
    return start.endIndex == unicodeScalars.endIndex ? shown : shown + "..."
  }

  /// The text without the scalars that a terminal might obey, line ends and tabs included.
  var withoutControls: String {
    guard TerminalText.escape(self, .line) != self else { return self }
    var kept = UnicodeScalarView()
    for scalar in unicodeScalars {
      let text = String(scalar)
      if TerminalText.escape(text, .line) == text { kept.append(scalar) }
    }
    return String(kept)
  }
}
