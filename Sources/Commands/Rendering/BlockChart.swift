/// Bars of eighths of a character.
enum BlockBar {
  private static let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]

  /// A bar for a share, from 0 to 1, of so many columns; never nothing for a share above zero.
  static func text(share: Double, width: Int) -> String {
    guard share > 0, share.isFinite, width > 0 else { return "" }
    let parts = max(1, Int((min(share, 1) * Double(width) * 8).rounded()))
    let (whole, rest) = parts.quotientAndRemainder(dividingBy: 8)
    return String(repeating: "█", count: whole) + eighths[rest]
  }
}

/// A chart of columns, each so high as its value, in rows of eighths of a character.
struct BlockChart {
  private static let eighths = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// One value for each column; `nil` where nothing is known.
  let values: [Double?]

  /// The value of a full column; at least 1, so that what is next to nothing looks so.
  var top: Double { max(1, values.lazy.compactMap(\.self).max() ?? 0) }

  /// The rows, highest first; a column above zero is never empty, one that is unknown shows a dot.
  func rows(_ height: Int) -> [String] {
    let top = top
    let levels = values.map { value in
      value.map { value in
        value > 0 ? max(1, Int((value / top * Double(height) * 8).rounded())) : 0
      }
    }
    return (0..<height).map { row in
      let below = (height - 1 - row) * 8
      var text = ""
      for level in levels {
        if let level {
          text += Self.eighths[min(max(level - below, 0), 8)]
        } else {
          text += row == height - 1 ? "·" : " "
        }
      }
      while text.utf8.last == UInt8(ascii: " ") { text.removeLast() }
      return text
    }
  }
}
