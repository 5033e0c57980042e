/// The identity of a job: 41 bits of milliseconds since 2020-01-01Z, then 22 low bits.
///
/// Shown as 13 lower-case Crockford base32 characters, so that text order is numeric order and
/// `i`, `l` and `o` can be mistyped without harm. Good until 2089 (design.md §2).
package struct JobID: Hashable, Comparable, Sendable {
  /// The 63-bit number, as stores keep it; always positive.
  package let rawValue: Int64

  /// An id from a stored number.
  ///
  /// - Returns: `nil` for zero and negative numbers, which no store gives out.
  package init?(rawValue: Int64) {
    guard rawValue > 0 else { return nil }
    self.rawValue = rawValue
  }

  private init(trusted rawValue: Int64) {
    self.rawValue = rawValue
  }

  package static func < (left: JobID, right: JobID) -> Bool {
    left.rawValue < right.rawValue
  }
}

// MARK: - Making

extension JobID {
  /// Milliseconds from 1970 to 2020-01-01T00:00:00Z, where ids begin.
  package static let epochMilliseconds: Int64 = 1_577_836_800_000
  private static let lowBits: Int64 = 22
  private static let lowMask: Int64 = (1 << 22) - 1
  private static let lastMillisecond: Int64 = (1 << 41) - 1

  /// The next id of a store: never at or below `last`, so ids only rise even when a clock steps back.
  ///
  /// - Parameters:
  ///   - now: the wall clock.
  ///   - last: the greatest id given out so far, if any.
  ///   - random: any bits; the low 22 are used.
  /// - Throws: `InvalidValue` for a clock before 2020, or when the numbers are used up.
  package static func next(
    now: Instant, after last: JobID?, random: UInt64
  ) throws(InvalidValue) -> JobID {
    let elapsed = now.milliseconds.subtractingSaturated(epochMilliseconds)
    guard elapsed >= 0 else {
      throw InvalidValue(.id, "cannot be made: the clock says a time before 2020")
    }
    guard elapsed <= lastMillisecond else {
      throw InvalidValue(.id, "cannot be made: the clock says a time after 2089")
    }
    let drawn = (elapsed << lowBits) | Int64(truncatingIfNeeded: random) & lowMask
    guard let last, drawn <= last.rawValue else { return JobID(trusted: Swift.max(drawn, 1)) }
    guard last.rawValue < Int64.max else {
      throw InvalidValue(.id, "cannot be made: all numbers are used up")
    }
    return JobID(trusted: last.rawValue + 1)
  }

  /// The number below which are all ids that were made before a moment.
  package static func bound(before instant: Instant) -> Int64 {
    let elapsed = instant.milliseconds.subtractingSaturated(epochMilliseconds)
    return min(max(elapsed, 0), lastMillisecond) << lowBits
  }

  /// When the id was made, to the millisecond (later than true only after a clock stepped back).
  package var instant: Instant {
    Instant(milliseconds: (rawValue >> Self.lowBits) + Self.epochMilliseconds)
  }
}

// MARK: - Text

extension JobID {
  /// The number behind all ids whose text begins with a text; `nil` where there is no such number,
  /// or no such id.
  package static func bound(behindTextBeginningWith prefix: String) -> JobID? {
    var number: UInt64 = 0
    let padding = repeatElement(UInt8(ascii: "z"), count: textLength)
    for byte in (Array(prefix.utf8.prefix(textLength)) + padding).prefix(textLength) {
      guard let value = value(of: byte), number < 1 << 58 else { return nil }
      number = number << 5 | UInt64(value)
    }
    return number < Int64.max ? JobID(trusted: Int64(number) + 1) : nil
  }
}

extension JobID: CustomStringConvertible {
  /// How many characters an id has.
  package static let textLength = 13

  package var description: String {
    String(unsafeUninitializedCapacity: Self.textLength) { buffer in
      var rest = UInt64(bitPattern: rawValue)
      for index in stride(from: Self.textLength - 1, through: 0, by: -1) {
        buffer[index] = Self.digit(UInt8(truncatingIfNeeded: rest & 31))
        rest >>= 5
      }
      return Self.textLength
    }
  }

  /// Reads an id as people type it: either case, with `i`, `l` for 1 and `o` for 0.
  ///
  /// - Throws: `InvalidValue` when it has not 13 characters, another character, or overflows 63 bits.
  package init(_ text: String) throws(InvalidValue) {
    guard text.utf8.count == Self.textLength else {
      throw InvalidValue(.id, "has not \(Self.textLength) characters")
    }
    var number: UInt64 = 0
    var isFirst = true
    for byte in text.utf8 {
      guard let value = Self.value(of: byte) else {
        throw InvalidValue(.id, "has a character that no id has")
      }
      if isFirst, value > 7 {
        throw InvalidValue(.id, "is larger than any id")
      }
      isFirst = false
      number = number << 5 | UInt64(value)
    }
    guard number > 0 else { throw InvalidValue(.id, "is zero") }
    self.init(trusted: Int64(number))
  }

  /// Reads an id as it is written here, and in no other spelling; `nil` for anything else.
  package init?(canonical bytes: UnsafeBufferPointer<UInt8>) {
    guard bytes.count == Self.textLength else { return nil }
    var number: UInt64 = 0
    for byte in bytes {
      guard let value = Self.value(of: byte), Self.digit(value) == byte, number < 1 << 58 else {
        return nil
      }
      number = number << 5 | UInt64(value)
    }
    guard number > 0 else { return nil }
    self.init(trusted: Int64(number))
  }

  /// 0–9, then the letters without i, l, o and u (crockford.com/base32.html).
  private static func digit(_ value: UInt8) -> UInt8 {
    switch value {
    case 0...9: 48 + value  // 0-9
    case 10...17: 97 + value - 10  // a-h
    case 18...19: 106 + value - 18  // j k
    case 20...21: 109 + value - 20  // m n
    case 22...26: 112 + value - 22  // p-t
    default: 118 + value - 27  // v-z
    }
  }

  private static func value(of byte: UInt8) -> UInt8? {
    switch byte | (byte >= 65 && byte <= 90 ? 32 : 0) {
    case let digit where digit >= 48 && digit <= 57: digit - 48
    case 105, 108: 1  // i, l
    case 111: 0  // o
    case let letter where letter >= 97 && letter <= 104: letter - 97 + 10
    case let letter where letter >= 106 && letter <= 107: letter - 106 + 18
    case let letter where letter >= 109 && letter <= 110: letter - 109 + 20
    case let letter where letter >= 112 && letter <= 116: letter - 112 + 22
    case let letter where letter >= 118 && letter <= 122: letter - 118 + 27
    default: nil
    }
  }
}
