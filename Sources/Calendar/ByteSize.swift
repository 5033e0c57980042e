/// Why a text is not a size.
package enum ByteSizeError: Error, Equatable, Sendable {
  case malformed(String)
  case unknownUnit(String)
  case negative
  case tooLarge
}

extension ByteSizeError: CustomStringConvertible {
  /// One clause for a message; what the user wrote in it is as given, so escape it for a terminal.
  package var description: String {
    switch self {
    case .malformed(let text): "'\(text)' is not a size; write it like 256K or 1.5MiB"
    case .unknownUnit(let unit): "no unit '\(unit)'; use B, K, M, G, T, KiB or KB"
    case .negative: "the size may not be negative"
    case .tooLarge: "the size is too large"
    }
  }
}

/// Sizes in bytes: `K` and `KiB` are 1024, `KB` is 1000, as in coreutils (conventions §10).
package enum ByteSize {
  /// Reads `512`, `256K`, `1.5MiB`, `10 MB`; units in either case.
  package static func parse(_ text: String) throws(ByteSizeError) -> Int64 {
    if text.hasPrefix("-") { throw .negative }
    let bytes = Array(text.utf8)
    var position = 0
    switch ScaledDecimal.read(bytes, at: &position) {
    case .none: throw .malformed(text)
    case .tooLarge: throw .tooLarge
    case .number(let number):
      if position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
      let name = String(decoding: bytes[position...], as: UTF8.self)
      guard let unit = unit(name) else { throw .unknownUnit(name) }
      guard let size = number.times(unit) else { throw .tooLarge }
      return size
    }
  }

  private static func unit(_ name: String) -> UInt64? {
    // The Kelvin sign has a small letter k, too.
    guard name.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    return switch name.lowercased() {
    case "", "b": 1
    case "k", "kib": 1 << 10
    case "m", "mib": 1 << 20
    case "g", "gib": 1 << 30
    case "t", "tib": 1 << 40
    case "kb": 1_000
    case "mb": 1_000_000
    case "gb": 1_000_000_000
    case "tb": 1_000_000_000_000
    default: nil
    }
  }

  /// The size in the largest unit that it fills, to a tenth: `512 B`, `1 KiB`, `1.5 MiB`.
  package static func text(_ bytes: Int64) -> String {
    let magnitude = bytes.magnitude
    let sign = bytes < 0 ? "-" : ""
    guard magnitude >= 1_024 else { return "\(sign)\(magnitude) B" }
    for (index, name) in ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"].enumerated() {
      let unit = UInt64(1) << UInt64(10 * (index + 1))
      let rest = magnitude % unit
      // Rounded half up; dividing the unit first keeps the product small and costs nothing here.
      var tenths = magnitude / unit * 10 + (rest / (unit >> 10) * 10 + 512) / 1_024
      guard tenths < 10_240 || name == "EiB" else { continue }
      tenths = max(tenths, 10)
      return tenths % 10 == 0
        ? "\(sign)\(tenths / 10) \(name)" : "\(sign)\(tenths / 10).\(tenths % 10) \(name)"
    }
    return "\(sign)\(magnitude) B"
  }
}
