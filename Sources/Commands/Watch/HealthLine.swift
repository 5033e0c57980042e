import Engine
import Text

/// Texts of `health`, in what Nagios, Checkmk and cron can take.
enum HealthLine {
  /// The first line has at most so many characters before the blank and the bar of its numbers
  /// (conventions.md §2).
  static let width = 78
  /// Nagios reads 8 KiB; numbers that would go beyond are left out whole.
  static let mostNumbers = 7_500

  /// Words of a store or a user as text that monitoring passes on: one line, `|` and `;` replaced,
  /// since one begins the numbers and the other is rewritten.
  static func plain(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in TerminalText.escape(text, .line).utf8 {
      switch byte {
      case UInt8(ascii: "|"): bytes.append(UInt8(ascii: "/"))
      case UInt8(ascii: ";"): bytes.append(UInt8(ascii: ","))
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The beginning of a text, in at most so many characters.
  static func cut(_ text: String, to most: Int) -> String {
    let scalars = text.unicodeScalars
    guard scalars.count > most else { return text }
    var kept = String.UnicodeScalarView()
    kept.append(contentsOf: scalars.prefix(max(most - 3, 0)))
    return String(kept) + "..."
  }

  /// The first line of a plugin, without its numbers.
  static func first(_ state: HealthState, _ summary: String) -> String {
    let head = "QCTL \(state.word) - "
    return head + cut(plain(summary), to: width - head.utf8.count)
  }

  /// Numbers as performance data, in order; of those with the same label, the first.
  static func numbers(_ verdicts: [HealthVerdict]) -> String {
    var seen: Set<String> = []
    var text = ""
    for verdict in verdicts {
      for metric in verdict.metrics {
        let label = "\(verdict.subject ?? verdict.check.rawValue).\(metric.name)"
        guard seen.insert(label).inserted else { continue }
        let part = "'\(safe(label))'=\(number(metric))"
        guard text.utf8.count + part.utf8.count < mostNumbers else { return text }
        text += text.isEmpty ? part : " " + part
      }
    }
    return text
  }

  /// `value[UOM];warn;crit;min;max`, nothing behind the last that is there.
  private static func number(_ metric: HealthMetric) -> String {
    "\(metric.value)\(metric.unit.rawValue);\(metric.warning?.description ?? "");"
      + "\(metric.critical?.description ?? "");0" + (metric.most.map { ";\($0)" } ?? "")
  }

  /// A label: names of ours have nothing that would need care, names of others may.
  private static func safe(_ label: String) -> String {
    let bytes = label.utf8.map { byte -> UInt8 in
      let isPlain = 0x21...0x7E ~= byte && !"'=|;\"".utf8.contains(byte)
      return isPlain ? byte : UInt8(ascii: "_")
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
