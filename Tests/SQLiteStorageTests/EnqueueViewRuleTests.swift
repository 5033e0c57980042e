import Jobs
import TestSupport
import Testing

@testable import SQLiteStorage

/// The view refuses what the command line refuses, and nothing else.
@Suite struct EnqueueViewRuleTests {
  private let rig: StoreRig
  private let application: PlainDatabase

  init() throws {
    rig = try StoreRig()
    application = try rig.application()
  }

  @Test(arguments: [
    "a", "A1._-", "0", String(repeating: "a", count: 64), "", " a", "a b", "a\n", ".a", "-a",
    "a..b",
    "..", "a:b", "a/b", "ä", "aä", "a\u{0}", "\u{0}a", "a\u{0}b", "a%b", "a*", "a[b]", "a]", "a^b",
    String(repeating: "a", count: 65), "a'b", "a\"b",
  ])
  func queueNamesAreJudgedAlike(_ name: String) throws {
    #expect(accepts("queue", .text(name)) == ((try? QueueName(name)) != nil))
  }

  @Test(arguments: [
    "a:b/c", "a..b", "/a", ":a", "a/", String(repeating: "a", count: 128),
    String(repeating: "a", count: 129), "a\\b", "é", "a b", "",
  ])
  func typesAreJudgedAlike(_ name: String) throws {
    #expect(accepts("type", .text(name)) == ((try? JobType(name)) != nil))
  }

  @Test func randomNamesAreJudgedAlike() throws {
    let letters = Array("abzAZ059._-:/ \n\t*?[]^%'\"\\\u{0}\u{7f}é€\u{1F600}").map(String.init)
    var generator = SeededGenerator()
    for _ in 0..<500 {
      let length = Int.random(in: 0...5, using: &generator)
      let name = (0..<length).compactMap { _ in letters.randomElement(using: &generator) }.joined()
      let note = "\(name.debugDescription): \(generator.note)"
      #expect(accepts("queue", .text(name)) == ((try? QueueName(name)) != nil), "\(note)")
      #expect(accepts("type", .text(name)) == ((try? JobType(name)) != nil), "\(note)")
    }
  }

  @Test(
    arguments: [
      "k", "ä", "a b", "", "a\u{0}", "\u{0}", String(repeating: "k", count: 255),
      String(repeating: "k", count: 256), String(repeating: "ä", count: 128),
      String(repeating: "ä", count: 127),
    ], ["unique_key", "idempotency_key"])
  func keysAreJudgedAlike(_ key: String, _ column: String) throws {
    var job = NewJob()
    job.uniqueKey = key
    #expect(accepts(column, .text(key)) == ((try? job.validate()) != nil))
  }

  @Test(
    arguments: [
      ("priority", -1), ("priority", 10), ("max_attempts", 0), ("max_attempts", 1001),
      ("timeout_ms", 0), ("timeout_ms", -1), ("run_at", .max), ("run_at", .min), ("queue", 5),
      ("type", 5), ("unique_key", 5), ("idempotency_key", 5), ("backoff", 5), ("tags", 5),
    ] as [(String, Int64)])
  func numbersBeyondTheirLimitsAreRefused(_ column: String, _ value: Int64) throws {
    #expect(!accepts(column, .integer(value)))
  }

  @Test(
    arguments: [
      ("priority", 0), ("priority", 9), ("max_attempts", 1), ("max_attempts", 1000),
      ("timeout_ms", 1), ("run_at", 0), ("run_at", -1), ("payload", 5), ("queue", 5), ("type", 5),
      ("unique_key", 5),
      ("idempotency_key", 5),
    ] as [(String, Int64)])
  func numbersAtTheirLimitsAreTaken(_ column: String, _ value: Int64) throws {
    #expect(accepts(column, .integer(value)))
  }

  @Test(arguments: ["priority", "run_at", "max_attempts", "timeout_ms"])
  func wordsAreNoNumbers(_ column: String) throws {
    #expect(!accepts(column, "soon"))
    #expect(!accepts(column, "5"))
    #expect(!accepts(column, .bytes([53])))
  }

  @Test(arguments: ["queue", "type", "unique_key", "idempotency_key", "backoff", "tags"])
  func bytesAreNoTexts(_ column: String) throws {
    #expect(!accepts(column, .bytes(Array("{}".utf8))))
    #expect(!accepts(column, .bytes(Array("a".utf8))))
  }

  @Test(arguments: ["[1]", "", "word", "null", "\"text\""])
  func tagsThatAreNoObjectAreRefused(_ tags: String) throws {
    #expect(!accepts("tags", .text(tags)))
  }

  @Test func aPayloadEndsAtItsLimit() throws {
    let most = NewJob.largestPayload
    #expect(accepts("payload", .bytes([UInt8](repeating: 1, count: most))))
    #expect(!accepts("payload", .bytes([UInt8](repeating: 1, count: most + 1))))
    #expect(!accepts("payload", .text(String(repeating: "ä", count: most / 2 + 1))))
  }

  @Test func aRefusalSaysWhatIsWrong() throws {
    #expect {
      try application.enqueue("INSERT", ["priority": 10])
    } throws: { error in
      (error as? SQLiteFailure)?.message == "qctl: the priority is not 0 to 9"
    }
  }

  /// Whether the view takes a value; what it takes, the engine must be able to read and to hand out.
  private func accepts(_ column: String, _ value: PlainDatabase.Value) -> Bool {
    guard (try? application.run("BEGIN IMMEDIATE")) != nil else { return false }
    defer { try? application.run("ROLLBACK") }
    let sql = "INSERT INTO qctl_enqueue(\(column)) VALUES (?)"
    return (try? application.run(sql, value)) != nil
  }
}
