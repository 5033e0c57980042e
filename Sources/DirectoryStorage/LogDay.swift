import Calendar
import Jobs
import Storage

/// A day of the event log: one file.
///
/// The order of the files is the order of the log: a record goes into the latest file there is, or
/// into that of its own day where that is later. So none goes into an earlier file than the one
/// before it, even where the clock steps back.
struct LogDay: Hashable, Comparable {
  /// Days since 1970-01-01; never negative.
  let number: Int64

  private static let length: Int64 = 86_400_000
  private static let last: Int64 = 2_932_896
  private static let suffix = ".ndjson"
  /// The folder of the files.
  static let folder = "log"

  init(number: Int64) { self.number = min(max(number, 0), Self.last) }

  /// The day in which a moment lies.
  init(_ instant: Instant) { self.init(number: instant.milliseconds / Self.length) }

  /// Reads the name of a file, such as `20261121.ndjson`; `nil` for any other.
  init?(fileName: String) {
    guard fileName.utf8.count == 8 + Self.suffix.utf8.count, fileName.hasSuffix(Self.suffix),
      let start = NameStamp.read((fileName.prefix(8) + "T0000Z").utf8[...])
    else { return nil }
    self.init(start)
    guard self.start == start else { return nil }
  }

  /// The path of its file.
  var path: String { Self.folder + "/" + NameStamp.day(start) + Self.suffix }

  /// The moment in which it begins.
  var start: Instant { Instant(milliseconds: number * Self.length) }

  /// The last moment of it.
  var end: Instant { Instant(milliseconds: (number + 1) * Self.length - 1) }

  static func < (left: LogDay, right: LogDay) -> Bool { left.number < right.number }
}

/// A place in the log: so many bytes of a day's file are behind us.
struct LogPlace {
  var day: LogDay
  /// In bytes.
  var offset: Int64

  private static let offsetBits: Int64 = 40

  init(day: LogDay, offset: Int64) {
    self.day = day
    self.offset = offset
  }

  /// The place that a cursor means.
  init(_ cursor: LogCursor) {
    let position = max(cursor.position, 0)
    self.init(
      day: LogDay(number: position >> Self.offsetBits),
      offset: position & ((1 << Self.offsetBits) - 1))
  }

  /// The cursor of the place.
  var cursor: LogCursor {
    LogCursor(position: day.number << Self.offsetBits | min(offset, (1 << Self.offsetBits) - 1))
  }
}
