import Jobs
import Storage
import TestSupport
import Testing

@testable import DirectoryStorage

@Suite struct NameTests {
  private static func name(_ random: inout SeededGenerator) throws -> JobName {
    let time = Instant(
      milliseconds: Int64.random(in: -5_000_000...9_000_000_000_000, using: &random))
    let id = try #require(JobID(rawValue: Int64.random(in: 1 ... .max, using: &random)))
    let levels = Array(Priority.levels)
    var name = JobName(
      time: time, id: id,
      priority: try Priority(try #require(levels.randomElement(using: &random))),
      attempt: Int64.random(in: 0...999, using: &random),
      revision: Int64.random(in: 0...99_999, using: &random))
    if Bool.random(using: &random) {
      name.token = LeaseToken(rawValue: Int64.random(in: .min ... .max, using: &random))
    }
    if Bool.random(using: &random) { name.leaseUntil = time + .seconds(60) }
    name.holdsKey = Bool.random(using: &random)
    name.isMarked = Bool.random(using: &random)
    name.isCancelRequested = Bool.random(using: &random)
    name.isEdited = Bool.random(using: &random)
    return name
  }

  @Test func `names are read as they were written`() throws {
    var random = SeededGenerator()
    for _ in 0..<2000 {
      let name = try Self.name(&random)
      #expect(JobName(name.description) == name, "\(random.note)")
    }
  }

  @Test func `no two texts stand for one name`() throws {
    var random = SeededGenerator()
    let letters = Array("0019aipzukmcet-+TZ.% ".utf8)
    for _ in 0..<5000 {
      var bytes = Array(try Self.name(&random).description.utf8)
      let place = Int.random(in: 0..<bytes.count, using: &random)
      let letter = try #require(letters.randomElement(using: &random))
      switch Int.random(in: 0...2, using: &random) {
      case 0: bytes[place] = letter
      case 1: bytes.insert(letter, at: place)
      default: bytes.remove(at: place)
      }
      let text = String(decoding: bytes, as: UTF8.self)
      guard let read = JobName(text) else { continue }
      #expect(read.description == text, "\(random.note)")
    }
  }

  @Test func `a bucket comes before all that is in it`() throws {
    var random = SeededGenerator()
    for _ in 0..<500 {
      let (first, other) = (try Self.name(&random), try Self.name(&random))
      let bulk = try #require(Bucket(Bucket.name(from: first)))
      #expect(bulk.time == first.time && bulk.id == first.id)
      #expect(bulk.mayPrecede(first))
      #expect(bulk.mayPrecede(other) == !JobName.isBefore(other, first), "\(random.note)")
      let minute = try #require(Bucket(NameStamp.minute(first.time)))
      #expect(minute.mayPrecede(first) && minute.time <= first.time, "\(random.note)")
    }
  }

  @Test func `a holder of any name has a folder that tells it`() throws {
    for worker in ["w1", "", "a,b", "ü/..\u{0}\n", "%41"] {
      let holder = Holder(presence: nil, worker: worker)
      #expect(!holder.folder.contains("/") && !holder.folder.contains("\u{0}"))
      #expect(Holder(folder: holder.folder) == holder)
    }
    #expect(
      Holder(presence: nil, worker: String(repeating: "ü", count: 999)).folder.utf8.count < 255)
  }

  @Test func `days of the log are read as they were written`() throws {
    var random = SeededGenerator()
    for _ in 0..<500 {
      let day = LogDay(number: Int64.random(in: 0...2_932_896, using: &random))
      let file = try #require(day.path.split(separator: "/").last)
      #expect(LogDay(fileName: String(file)) == day)
      #expect(LogDay(day.start) == day && LogDay(day.end) == day)
      let offset = Int64.random(in: 0...(1 << 39), using: &random)
      let place = LogPlace(LogPlace(day: day, offset: offset).cursor)
      #expect(place.day == day && place.offset == offset, "\(random.note)")
    }
    for text in ["20261121.ndjson.gz", "20261321.ndjson", "2026112.ndjson", ".ndjson", "x"] {
      #expect(LogDay(fileName: text) == nil)
    }
    for position in [Int64.min, -1, .max] {
      let place = LogPlace(LogCursor(position: position))
      #expect(place.offset >= 0 && LogPlace(place.cursor).day == place.day)
    }
  }
}
