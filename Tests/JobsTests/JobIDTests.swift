import Jobs
import TestSupport
import Testing

@Suite struct JobIDTests {
  private static let now = Instant(milliseconds: 1_790_000_000_000)

  @Test("Ids rise with time, whatever the random bits")
  func timeOrder() throws {
    let early = try JobID.next(now: Self.now, after: nil, random: .max)
    let later = try JobID.next(
      now: Self.now + TimeSpan(milliseconds: 1), after: nil, random: 0)
    #expect(early < later)
    #expect(early.instant == Self.now)
  }

  @Test("Ids of one store only rise, however the clock steps")
  func monotonic() throws {
    var random = SeededGenerator()
    var now = Self.now
    var last = try JobID.next(now: now, after: nil, random: random.next())
    for _ in 0..<10_000 {
      now = now + TimeSpan(milliseconds: Int64.random(in: -5000...5000, using: &random))
      let id = try JobID.next(now: now, after: last, random: random.next())
      #expect(id > last, "\(random.note)")
      last = id
    }
  }

  @Test("Text and number are the same id, in the same order")
  func roundTrip() throws {
    var random = SeededGenerator()
    var ids = [1, 2, 31, 32, Int64.max, Int64.max - 1].compactMap { JobID(rawValue: $0) }
    ids += (0..<2000).compactMap { _ in
      JobID(rawValue: Int64(bitPattern: random.next() >> UInt64.random(in: 1...62, using: &random)))
    }
    for id in ids {
      #expect(id.description.utf8.count == JobID.textLength)
      #expect(try JobID(id.description) == id, "\(random.note)")
      #expect(try JobID(id.description.uppercased()) == id, "\(random.note)")
    }
    #expect(ids.sorted().map(\.description) == ids.map(\.description).sorted(), "\(random.note)")
  }

  @Test("Letters that look like digits are those digits")
  func aliases() throws {
    let plain = try JobID("0110000000001")
    for text in ["oIl0000000001", "OiL000000000I", "0LI0OOOOoooo1"] {
      #expect(try JobID(text) == plain)
    }
  }

  @Test(
    "Anything else is refused",
    arguments: [
      "", "0", "000000000001", "00000000000001", "000000000000u", "00000000000-1", "000000000000ä",
      "8000000000000", "zzzzzzzzzzzzz", "0000000000000", " 000000000001",
    ])
  func refused(_ text: String) {
    let error = #expect(throws: InvalidValue.self) { try JobID(text) }
    #expect(error?.field == .id)
  }

  @Test("The largest id is read, the next number is not")
  func largest() throws {
    #expect(try JobID("7zzzzzzzzzzzz").rawValue == .max)
    #expect(JobID(rawValue: 0) == nil)
    #expect(JobID(rawValue: -1) == nil)
  }

  @Test(
    "A clock before 2020 or after 2089 makes no id",
    arguments: [
      JobID.epochMilliseconds - 1, 0, .min, .max, JobID.epochMilliseconds + (1 << 41),
    ])
  func clock(_ milliseconds: Int64) {
    let now = Instant(milliseconds: milliseconds)
    #expect(throws: InvalidValue.self) { try JobID.next(now: now, after: nil, random: 1) }
  }

  @Test("The first and the last millisecond make ids")
  func edges() throws {
    let first = Instant(milliseconds: JobID.epochMilliseconds)
    #expect(try JobID.next(now: first, after: nil, random: 0).rawValue == 1)
    let last = Instant(milliseconds: JobID.epochMilliseconds + (1 << 41) - 1)
    #expect(try JobID.next(now: last, after: nil, random: .max).rawValue == .max)
  }

  @Test("When all numbers are used up, none is made")
  func usedUp() throws {
    let last = JobID(rawValue: .max)
    #expect(throws: InvalidValue.self) {
      try JobID.next(now: Self.now, after: last, random: 1)
    }
  }
}
