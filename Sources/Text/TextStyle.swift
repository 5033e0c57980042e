/// How a piece of text stands out where colour is allowed.
package enum TextStyle: UInt8, Sendable {
  case plain, bold, dim, red, green, yellow, blue, magenta, cyan

  private var code: String {
    switch self {
    case .plain: ""
    case .bold: "\u{1B}[1m"
    case .dim: "\u{1B}[2m"
    case .red: "\u{1B}[31m"
    case .green: "\u{1B}[32m"
    case .yellow: "\u{1B}[33m"
    case .blue: "\u{1B}[34m"
    case .magenta: "\u{1B}[35m"
    case .cyan: "\u{1B}[36m"
    }
  }

  /// Appends `text`, which is already escaped, in this style.
  package func append(_ text: String, to out: inout ByteBuffer) {
    out.append(code)
    out.append(text)
    if self != .plain { out.append("\u{1B}[0m") }
  }

  /// Appends bytes, which are already escaped, in this style.
  func append(utf8 text: UnsafeBufferPointer<UInt8>, to out: inout ByteBuffer) {
    guard self != .plain else { return out.append(contentsOf: text) }
    out.append(code)
    out.append(contentsOf: text)
    out.append("\u{1B}[0m")
  }
}
