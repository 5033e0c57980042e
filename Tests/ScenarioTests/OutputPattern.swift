/// A line of expected output: text, and places where it may vary.
///
/// `<id> <time> <utc> <age> <path> <store> <token> <pid> <version> <number> <any>` stand for such values;
/// `<id:a>` remembers what it met and later demands the same. Two or more spaces match any two or
/// more, so that a column's width does not matter. A line `...` stands for any number of lines.
struct OutputPattern {
  /// What may stand in a place.
  enum Kind: String {
    case id, time, utc, age, path, store, token, pid, version, number, any
  }

  private enum Piece {
    case text([UInt8])
    case gap
    case place(Kind, name: String?)
  }

  private let pieces: [Piece]

  /// Reads one line of a transcript; what is no placeholder is plain text.
  init(_ line: String) {
    var pieces: [Piece] = []
    var plain: [UInt8] = []
    var rest = Array(line.utf8)[...]
    func flush() {
      if !plain.isEmpty { pieces.append(.text(plain)) }
      plain = []
    }
    while let byte = rest.first {
      if let (kind, name, length) = Self.place(at: rest) {
        flush()
        pieces.append(.place(kind, name: name))
        rest = rest.dropFirst(length)
      } else if rest.starts(with: [32, 32]) {
        flush()
        pieces.append(.gap)
        rest = rest.drop { $0 == 32 }
      } else {
        plain.append(byte)
        rest = rest.dropFirst()
      }
    }
    flush()
    self.pieces = pieces
  }

  /// Whether a line is what this says; fills `captures` when it is.
  func matches(_ line: [UInt8], _ captures: inout [String: [UInt8]]) -> Bool {
    guard let found = Self.match(pieces[...], line[...], captures) else { return false }
    captures = found
    return true
  }

  private static func match(
    _ pieces: ArraySlice<Piece>, _ line: ArraySlice<UInt8>, _ captures: [String: [UInt8]]
  ) -> [String: [UInt8]]? {
    guard let piece = pieces.first else { return line.isEmpty ? captures : nil }
    let rest = pieces.dropFirst()
    switch piece {
    case .text(let text):
      guard line.starts(with: text) else { return nil }
      return match(rest, line.dropFirst(text.count), captures)
    case .gap:
      guard line.starts(with: [32, 32]) else { return nil }
      return match(rest, line.drop { $0 == 32 }, captures)
    case .place(let kind, let name):
      if let name, let known = captures["\(kind.rawValue):\(name)"] {
        guard line.starts(with: known) else { return nil }
        return match(rest, line.dropFirst(known.count), captures)
      }
      return matchPlace(kind, name, rest, line, captures)
    }
  }

  /// Tries the longest value first, since what follows decides.
  private static func matchPlace(
    _ kind: Kind, _ name: String?, _ rest: ArraySlice<Piece>, _ line: ArraySlice<UInt8>,
    _ captures: [String: [UInt8]]
  ) -> [String: [UInt8]]? {
    for length in stride(from: line.count, through: 0, by: -1) {
      let value = line.prefix(length)
      guard kind.accepts(value) else { continue }
      var captures = captures
      if let name { captures["\(kind.rawValue):\(name)"] = Array(value) }
      if let found = match(rest, line.dropFirst(length), captures) { return found }
    }
    return nil
  }

  /// The placeholder that begins here: its kind, its name and the bytes that it takes.
  private static func place(at text: ArraySlice<UInt8>) -> (Kind, String?, Int)? {
    guard text.first == UInt8(ascii: "<"),
      let end = text.firstIndex(of: UInt8(ascii: ">"))
    else { return nil }
    let inside = String(decoding: text[(text.startIndex + 1)..<end], as: UTF8.self)
    let parts = inside.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let word = parts.first, let kind = Kind(rawValue: String(word)) else { return nil }
    return (kind, parts.count == 2 ? String(parts[1]) : nil, end - text.startIndex + 1)
  }
}

extension OutputPattern.Kind {
  /// Whether these bytes are such a value.
  func accepts(_ value: ArraySlice<UInt8>) -> Bool {
    switch self {
    case .any: true
    case .id: value.count == 13 && value.allSatisfy(Self.isCrockford)
    case .token: value.count == 16 && value.allSatisfy(Self.isHexadecimal)
    case .pid, .number: !value.isEmpty && value.allSatisfy(Self.isDigit)
    case .version:
      value.first.map(Self.isDigit) == true
        && value.allSatisfy { Self.isDigit($0) || $0 == UInt8(ascii: ".") }
    case .path: Self.isPath(value)
    case .store:
      Self.isPath(value)
        || ["sqlite:", "dir:"].contains {
          value.starts(with: $0.utf8) && Self.isPath(value.dropFirst($0.utf8.count))
        }
    case .age: Self.isAge(value)
    case .time: Self.isTime(value)
    case .utc:
      value.count == 24 && value.last == UInt8(ascii: "Z") && !value.contains(32)
        && Self.isTime(value)
    }
  }

  private static func isPath(_ value: ArraySlice<UInt8>) -> Bool {
    value.first == UInt8(ascii: "/")
      && value.allSatisfy { $0 > 32 && !":;,'\"".utf8.contains($0) }
  }

  /// `1h5m`, `350ms`, `3m ago`, `in 2h`, `now`.
  private static func isAge(_ value: ArraySlice<UInt8>) -> Bool {
    var text = String(decoding: value, as: UTF8.self)[...]
    if text == "now" { return true }
    if text.hasPrefix("in ") {
      text = text.dropFirst(3)
    } else if text.hasSuffix(" ago") {
      text = text.dropLast(4)
    }
    guard let first = text.utf8.first, isDigit(first), text.utf8.last.map(isDigit) == false
    else { return false }
    return text.utf8.allSatisfy { isDigit($0) || "mshdw.".utf8.contains($0) }
  }

  /// `2026-01-31T10:20:30.123Z`, with an offset instead of the Z, or with a space in the middle.
  private static func isTime(_ value: ArraySlice<UInt8>) -> Bool {
    let shape = Array("dddd-dd-ddTdd:dd:dd".utf8)
    guard value.count > shape.count else { return false }
    for (byte, wanted) in zip(value, shape) {
      switch wanted {
      case UInt8(ascii: "d"): if !isDigit(byte) { return false }
      case UInt8(ascii: "T"): if byte != wanted && byte != 32 { return false }
      default: if byte != wanted { return false }
      }
    }
    var rest = value.dropFirst(shape.count)
    if rest.first == UInt8(ascii: ".") { rest = rest.dropFirst().drop(while: isDigit) }
    if rest.first == 32 { rest = rest.dropFirst() }
    if rest.elementsEqual("Z".utf8) { return true }
    return rest.count == 6 && "+-".utf8.contains(rest[rest.startIndex])
      && rest.dropFirst().allSatisfy { isDigit($0) || $0 == UInt8(ascii: ":") }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte >= 97 && byte <= 102
  }

  private static func isCrockford(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte >= 97 && byte <= 122 && !"ilou".utf8.contains(byte)
  }
}
