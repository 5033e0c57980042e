import Commands
import Jobs
import Storage
import TestSupport
import Testing

/// Ten thousand mangled command lines, over stores that are well, in trouble and empty.
@Suite struct HealthFuzzTests {
  private static let words = [
    "health", "depth", "oldest-age", "dlq", "dlq-growth", "failure-rate", "duration-p99", "workers",
    "schedules", "store", "-q", "emails", "-w", "10", "-c", "~:5", "@1:2", "--for", "5m", "--in",
    "1h", "-t", "8", "-v", "-vv", "-vvv", "--quiet", "--json", "-o", "nagios", "--store", "x",
    "--color", "never", "2x", "10%", "1:", "~:1h", "nope", "--", "-", "", "--help", "--version",
    "-h", "--no-pager", "--warning=3", "--critical=20:10", "-w@", "|", ";", "\u{1b}[31m", "é\n",
    "'",
  ]

  private func line(_ random: inout SeededGenerator) -> [String] {
    var words = ["health"]
    for _ in 0..<Int.random(in: 0...6, using: &random) {
      guard var word = Self.words.randomElement(using: &random) else { continue }
      if Int.random(in: 0..<4, using: &random) == 0 { word = Self.mangled(word, &random) }
      words.insert(word, at: Int.random(in: 0...words.count, using: &random))
    }
    return words
  }

  private static func mangled(_ word: String, _ random: inout SeededGenerator) -> String {
    var bytes = Array(word.utf8)
    for _ in 0...Int.random(in: 0...2, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: bytes.insert(UInt8.random(in: 1...255, using: &random), at: place)
      case 1 where place < bytes.count: bytes.remove(at: place)
      default:
        if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
      }
    }
    return String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)
  }

  private func rigs() throws -> [CommandRig] {
    let (well, ill, empty, broken) = (
      try CommandRig(), try CommandRig(), try CommandRig(), try CommandRig()
    )
    _ = try well.enqueue("emails", 3)
    _ = try ill.bury("emails", 60)
    _ = try ill.enqueue(String(repeating: "x", count: 64), 2000)
    ill.now = ill.now + .hours(40)
    broken.refusal = .busy(path: "/a|b;c\n", detail: String(repeating: "é", count: 300))
    return [well, ill, empty, broken]
  }

  @Test func `every answer is one of a plugin`() throws {
    var random = SeededGenerator()
    let rigs = try rigs()
    var counts: [Int32: Int] = [:]
    for turn in 0..<10_000 {
      let words = line(&random)
      // What people type about stored rules, and what is no call of health, ends as anything does.
      guard HealthCall(words) != nil else { continue }
      let ran = try rigs[turn % rigs.count].health(words)
      let note: Comment = "\(random.note) \(words)"
      #expect((0...3).contains(ran.status), note)
      counts[ran.status, default: 0] += 1
      let asksForHelp = ran.status == 0 && !ran.output.hasPrefix("QCTL")
      let isOther = ran.output.hasPrefix("{") || ran.output.first?.isNumber == true
      guard !asksForHelp, !isOther else { continue }
      #expect(HealthShape.problems(ran.output) == [], note)
    }
    for status in Int32(0)...3 { #expect(counts[status, default: 0] > 0, "\(random.note)") }
  }
}
