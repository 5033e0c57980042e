import Jobs
import Testing

@Suite struct NewJobTests {
  private func field(_ edit: (inout NewJob) throws -> Void) rethrows -> InvalidValue.Field? {
    var job = NewJob()
    try edit(&job)
    do { try job.validate() } catch { return error.field }
    return nil
  }

  @Test("Limits are accepted, what lies beyond is refused")
  func limits() throws {
    #expect(field { _ in } == nil)
    #expect(field { $0.payload = Array(repeating: 0, count: NewJob.largestPayload) } == nil)
    #expect(
      field { $0.payload = Array(repeating: 0, count: NewJob.largestPayload + 1) } == .payload)
    for count in [1, 1000] as [Int64] { #expect(field { $0.maxAttempts = count } == nil) }
    for count in [0, 1001, -1, .min, .max] as [Int64] {
      #expect(field { $0.maxAttempts = count } == .maxAttempts)
    }
    #expect(field { $0.timeout = TimeSpan(milliseconds: 1) } == nil)
    #expect(field { $0.timeout = .zero } == .timeout)
    #expect(field { $0.timeout = .seconds(-1) } == .timeout)
  }

  @Test("Keys have 1 to 255 bytes and no NUL")
  func keys() {
    let longest = String(repeating: "k", count: 255)
    #expect(field { $0.uniqueKey = longest } == nil)
    #expect(field { $0.idempotencyKey = longest } == nil)
    for key in ["", longest + "k", "a\u{0}b", String(repeating: "ä", count: 128)] {
      #expect(field { $0.uniqueKey = key } == .uniqueKey)
      #expect(field { $0.idempotencyKey = key } == .idempotencyKey)
    }
  }

  @Test("A job has up to 32 tags, each name once")
  func tags() throws {
    let tags = try (0..<33).map { try Tag(name: "t\($0)", value: "v") }
    #expect(field { $0.tags = Array(tags.prefix(32)) } == nil)
    #expect(field { $0.tags = tags } == .tags)
    let twice = [try Tag(name: "a", value: "1"), try Tag(name: "a", value: "2")]
    #expect(field { $0.tags = twice } == .tags)
  }
}
