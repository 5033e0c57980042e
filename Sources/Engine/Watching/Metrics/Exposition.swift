import Jobs
import Text

/// Metric families as Prometheus reads them (conventions.md §3).
package enum Exposition: String, CaseIterable, Sendable {
  /// The text format, version 0.0.4, which everything reads.
  case prometheus
  /// OpenMetrics 1.0: counters are declared without `_total`, and `# EOF` says that all is there.
  case openmetrics

  /// The families in their order; one without samples is left out, for there is nothing to declare.
  package func bytes(of families: [MetricFamily]) -> [UInt8] {
    var out = ByteBuffer(capacity: 16 << 10)
    for family in families where !family.samples.isEmpty { append(family, to: &out) }
    if self == .openmetrics { out.append("# EOF\n") }
    return out.bytes
  }

  private func append(_ family: MetricFamily, to out: inout ByteBuffer) {
    let name = declaredName(family)
    head("HELP", name, to: &out)
    Self.escape(family.help, quotes: self == .openmetrics, to: &out)
    out.append(0x0A)
    head("TYPE", name, to: &out)
    out.append(family.kind.rawValue)
    out.append(0x0A)
    if self == .openmetrics, name.hasSuffix("_seconds") {
      head("UNIT", name, to: &out)
      out.append("seconds\n")
    }
    for sample in family.samples { append(sample, of: family.name, to: &out) }
  }

  private func declaredName(_ family: MetricFamily) -> String {
    guard self == .openmetrics, family.kind == .counter, family.name.hasSuffix("_total") else {
      return family.name
    }
    return String(family.name.dropLast("_total".utf8.count))
  }

  private func head(_ word: String, _ name: String, to out: inout ByteBuffer) {
    out.append("# ")
    out.append(word)
    out.append(UInt8(ascii: " "))
    out.append(name)
    out.append(UInt8(ascii: " "))
  }

  private func append(
    _ sample: MetricFamily.Sample, of name: String, to out: inout ByteBuffer
  ) {
    out.append(name)
    out.append(sample.suffix)
    var labels = sample.labels
    if let bound = sample.bound { labels.append(MetricFamily.Label("le", text(of: bound))) }
    for (index, label) in labels.enumerated() {
      out.append(UInt8(ascii: index == 0 ? "{" : ","))
      out.append(label.name)
      out.append("=\"")
      Self.escape(label.value, quotes: true, to: &out)
      out.append(UInt8(ascii: "\""))
    }
    if !labels.isEmpty { out.append(UInt8(ascii: "}")) }
    out.append(UInt8(ascii: " "))
    switch sample.value {
    case .count(let count): out.append(decimal: count)
    case .whole(let count): out.append(String(count))
    case .time(let span): out.append(span.decimalSeconds)
    }
    out.append(0x0A)
  }

  /// OpenMetrics wants bounds written as floats, so that a bucket has the same name everywhere.
  private func text(of bound: MetricFamily.Bound) -> String {
    guard case .upTo(let span) = bound else { return "+Inf" }
    let text = span.decimalSeconds
    return self == .openmetrics && !text.utf8.contains(UInt8(ascii: ".")) ? text + ".0" : text
  }

  /// A backslash, a line end and, where it is in quotes, a quote would end what they are in.
  private static func escape(_ text: String, quotes: Bool, to out: inout ByteBuffer) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): out.append("\\\\")
      case 0x0A: out.append("\\n")
      case UInt8(ascii: "\"") where quotes: out.append("\\\"")
      default: out.append(byte)
      }
    }
  }
}

extension TimeSpan {
  /// The length in seconds, exactly: `0.25`, `90`, `-1.5`.
  package var decimalSeconds: String {
    let parts = milliseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
    let sign = milliseconds < 0 ? "-" : ""
    guard parts.remainder > 0 else { return sign + String(parts.quotient) }
    var digits = String(parts.remainder)
    digits = String(repeating: "0", count: 3 - digits.utf8.count) + digits
    while digits.utf8.last == UInt8(ascii: "0") { digits.removeLast() }
    return sign + String(parts.quotient) + "." + digits
  }
}
