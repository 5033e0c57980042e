import CommandLineSpec
import Jobs

@testable import Commands

extension Parser {
  static let values: [Parser] = [
    queue, type, id, token, presence, tags, backoff, histogram, range, levels, tag, location,
  ]

  private static let names = ["a", "queue-1.x_y", "Z9"]

  private static func named<Value>(
    _ name: String, _ examples: [String],
    _ parse: @escaping @Sendable (String) throws(InvalidValue) -> Value,
    _ print: @escaping @Sendable (Value) -> String
  ) -> Parser {
    Parser(name, texts: examples, words: ["..", ".", "-", "_", ":", "/", "@"]) { text in
      do throws(InvalidValue) {
        let value = try parse(text)
        let printed = print(value)
        guard printed.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else { return .wrong("no name") }
        return .accepted(if: print(try parse(printed)) == printed, "read again, it differs")
      } catch { return .refused(saying: error.reason) }
    }
  }

  private static let queue = named(
    "queue", names, { (text) throws(InvalidValue) in try QueueName(text) }, \.description)
  private static let type = named(
    "type", names + ["a:b/c"], { (text) throws(InvalidValue) in try JobType(text) }, \.description)
  private static let id = named(
    "id", ["0s9xhm7hw090q", "7ZZZZZZZZZZZZ", "00000000000O1"],
    { (text) throws(InvalidValue) in try JobID(text) }, \.description)
  private static let token = named(
    "token", ["8f3a91c2d4e5b607", "FFFFFFFFFFFFFFFF"],
    { (text) throws(InvalidValue) in try LeaseToken(text) }, \.description)

  private static let presence = Parser("presence", texts: ["00000000000000ff", "7fffffffffffffff"])
  {
    text in
    guard let id = PresenceID(text) else { return .refused }
    return .accepted(if: PresenceID(id.description) == id, "read again, it differs")
  }

  private static let tags = Parser(
    "tags", texts: [#"{"customer":"42","x_y.z-1":"é"}"#, #"{"_":""}"#],
    words: ["\"", ":", ",", "\"a\":\"b\""]
  ) { text in
    let tags = TagText.read(text)
    guard let written = TagText.write(tags) else { return .refused }
    return .accepted(if: TagText.read(written) == tags, "written and read again, they differ")
  }

  private static let backoff = Parser(
    "backoff",
    texts: [
      "exponential:base=30s,factor=4,cap=6h,jitter=20%", "fixed:10s", "1s,10s,1m,10m",
      "exponential",
    ],
    words: [
      "exponential:", "base=", "factor=", "cap=", "jitter=", "%", ",", "fixed:", "1w", "366d",
    ]
  ) { text in
    do throws(InvalidValue) {
      let backoff = try Backoff(text)
      for failures in [.min, 0, 1, 2, 63, 64, 65, .max] as [Int64] {
        for random in [0, .max, 1 << 63] as [UInt64] {
          let wait = backoff.delay(afterFailures: failures, random: random)
          // Jitter may add as much as the longest wait again.
          guard .zero <= wait, wait.milliseconds <= 2 * Backoff.longest.milliseconds else {
            return .wrong("a wait of \(wait.milliseconds) ms after \(failures) failures")
          }
        }
      }
      let again = try Backoff(backoff.description)
      return .accepted(if: again == backoff, "printed and read again, it differs")
    } catch { return .refused(saying: error.reason) }
  }

  private static let histogram = Parser(
    "durations of a minute", bytes: [DurationHistogram().bytes, [UInt8](repeating: 255, count: 88)]
  ) { bytes in
    let histogram = DurationHistogram(bytes: bytes)
    var double = histogram
    double.merge(histogram)
    for share in [-1, 0, 0.5, 0.999, 1, 2, .nan, .infinity] as [Double] {
      _ = (histogram.quantile(share), double.quantile(share))
    }
    return .accepted(
      if: DurationHistogram(bytes: histogram.bytes) == histogram, "read again, it differs")
  }

  private static let range = valued("range", ["1..3", "5", "..7", "3.."]) {
    (text) throws(ValueError) in try ValueText.range(text).lowerBound >= 0
  }
  private static let levels = valued("levels", ["warning", "info..critical"]) {
    (text) throws(ValueError) in !(try ValueText.levels(text).isEmpty)
  }
  private static let tag = valued("tag", ["customer=42", "a=b=c", "a="]) {
    (text) throws(ValueError) in
    let tag = try ValueText.tag(text)
    return "\(tag.name)=\(tag.value)".isSame(as: text)
  }

  private static func valued(
    _ name: String, _ examples: [String],
    _ holds: @escaping @Sendable (String) throws(ValueError) -> Bool
  ) -> Parser {
    Parser(name, texts: examples, words: ["..", "=", "!", "info", "error"]) { text in
      do throws(ValueError) {
        return .accepted(if: try holds(text), "it is read as something else")
      } catch {
        return .refused(saying: UsageError.badValue(flag: "--x", value: text, error).message)
      }
    }
  }

  private static let location = Parser(
    "store", texts: ["sqlite:/a/b.db", "dir:/x", "./a:b", "postgres://h/db", "/x.db"],
    words: ["sqlite:", "dir:", "postgres://", "@", ":", "password="]
  ) { text in
    do throws(CommandFailure) {
      _ = try StoreLocation(text, environment: { _ in nil })
      return .accepted
    } catch {
      guard case .failed(_, let sentence) = error else { return .wrong("another failure") }
      return .refused(saying: sentence)
    }
  }
}
