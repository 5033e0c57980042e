/// What a zone file says (RFC 9636): transitions, and the rule for the time after the last.
struct TZifData {
  var times: [Int64] = []
  var indexes: [UInt8] = []
  var offsets: [ZoneOffset] = []
  var footer: [UInt8] = []
}

/// Reads zone files of versions 1 to 4; a damaged file is told, never trusted.
struct TZifReader {
  enum Trouble: Error {
    case malformed
    case leapSeconds
  }

  private struct Header {
    var version: UInt8 = 0
    var utcCount = 0
    var standardCount = 0
    var leapCount = 0
    var timeCount = 0
    var typeCount = 0
    var letterCount = 0
  }

  private let bytes: [UInt8]
  private var position = 0

  static func read(_ bytes: [UInt8]) throws(Trouble) -> TZifData {
    var reader = TZifReader(bytes: bytes)
    return try reader.file()
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  private mutating func file() throws(Trouble) -> TZifData {
    let first = try header()
    guard first.version >= UInt8(ascii: "2") else { return try block(first, timeSize: 4) }
    // The first block repeats the data in 32 bits, for readers of version 1.
    try skip(
      first.timeCount * 5 + first.typeCount * 6 + first.letterCount + first.leapCount * 8
        + first.standardCount + first.utcCount)
    var data = try block(try header(), timeSize: 8)
    data.footer = try footer()
    return data
  }

  private mutating func header() throws(Trouble) -> Header {
    guard try take(4).elementsEqual("TZif".utf8) else { throw .malformed }
    var header = Header()
    header.version = try take(1).first ?? 0
    try skip(15)
    header.utcCount = Int(try integer(4))
    header.standardCount = Int(try integer(4))
    header.leapCount = Int(try integer(4))
    header.timeCount = Int(try integer(4))
    header.typeCount = Int(try integer(4))
    header.letterCount = Int(try integer(4))
    let counts = [
      header.utcCount, header.standardCount, header.leapCount, header.timeCount, header.typeCount,
      header.letterCount,
    ]
    // Each count stands for at least a byte of the file, which also keeps the sums small.
    guard counts.allSatisfy({ 0...bytes.count ~= $0 }), header.typeCount > 0 else {
      throw .malformed
    }
    return header
  }

  private mutating func block(_ header: Header, timeSize: Int) throws(Trouble) -> TZifData {
    guard header.leapCount == 0 else { throw .leapSeconds }
    var data = TZifData()
    for _ in 0..<header.timeCount { data.times.append(try integer(timeSize)) }
    data.indexes = Array(try take(header.timeCount))
    let types = Array(try take(header.typeCount * 6))
    let letters = Array(try take(header.letterCount))
    try skip(header.standardCount + header.utcCount)
    for index in 0..<header.typeCount {
      data.offsets.append(try Self.offset(types[(index * 6)..<(index * 6 + 6)], letters))
    }
    guard data.indexes.allSatisfy({ Int($0) < header.typeCount }),
      zip(data.times, data.times.dropFirst()).allSatisfy({ $0 < $1 }),
      data.times.allSatisfy({ -Self.farthest...Self.farthest ~= $0 })
    else { throw .malformed }
    return data
  }

  /// Times further away than this many seconds cannot be milliseconds.
  private static let farthest: Int64 = 9_000_000_000_000_000

  private static func offset(
    _ type: ArraySlice<UInt8>, _ letters: [UInt8]
  ) throws(Trouble) -> ZoneOffset {
    let bits = type.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let seconds = Int(Int32(bitPattern: bits))
    let start = Int(type[type.startIndex + 5])
    guard -93_599...93_599 ~= seconds, start < letters.count else { throw .malformed }
    let name = letters[start...].prefix { $0 != 0 }
    guard name.allSatisfy({ 0x21...0x7E ~= $0 }) else { throw .malformed }
    return ZoneOffset(
      seconds: seconds, abbreviation: String(decoding: name, as: UTF8.self),
      isDaylight: type[type.startIndex + 4] != 0)
  }

  private mutating func footer() throws(Trouble) -> [UInt8] {
    guard try take(1).first == 0x0A else { throw .malformed }
    let rest = bytes[position...]
    guard let end = rest.firstIndex(of: 0x0A) else { throw .malformed }
    return Array(rest[..<end])
  }

  private mutating func take(_ count: Int) throws(Trouble) -> ArraySlice<UInt8> {
    guard count >= 0, bytes.count - position >= count else { throw .malformed }
    defer { position += count }
    return bytes[position..<(position + count)]
  }

  private mutating func skip(_ count: Int) throws(Trouble) {
    _ = try take(count)
  }

  /// A big-endian integer of 4 or 8 bytes, signed.
  private mutating func integer(_ size: Int) throws(Trouble) -> Int64 {
    let bits = try take(size).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return size == 4
      ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits)
  }
}
