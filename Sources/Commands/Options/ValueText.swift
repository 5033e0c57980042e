import Calendar
import CommandLineSpec
import Jobs
import Text

/// Words of a command line as values of jobs, with refusals that read on from the quoted word.
enum ValueText {
  static func queue(_ text: String) throws(ValueError) -> QueueName {
    do { return try QueueName(text) } catch { throw .malformed(error.reason) }
  }

  static func type(_ text: String) throws(ValueError) -> JobType {
    do { return try JobType(text) } catch { throw .malformed(error.reason) }
  }

  static func id(_ text: String) throws(ValueError) -> JobID {
    do { return try JobID(text) } catch { throw .malformed(error.reason) }
  }

  static func errorGroup(_ text: String) throws(ValueError) -> ErrorGroupID {
    guard let group = ErrorGroupID(text) else {
      throw .malformed("is no group of errors: 12 digits from 0 to 9 and a to f")
    }
    return group
  }

  static func token(_ text: String) throws(ValueError) -> LeaseToken {
    do { return try LeaseToken(text) } catch { throw .malformed(error.reason) }
  }

  static func priority(_ text: String) throws(ValueError) -> Priority {
    guard let level = Int64(text) else { throw .notWhole(0...9) }
    do { return try Priority(level) } catch { throw level < 0 ? .below(0...9) : .above(0...9) }
  }

  static func duration(_ text: String) throws(ValueError) -> TimeSpan {
    do {
      return TimeSpan(milliseconds: try DurationText.parse(text))
    } catch {
      throw .malformed("is no duration such as 1h30m: \(error.description)")
    }
  }

  static func cron(_ text: String) throws(ValueError) -> CronExpression {
    do { return try CronExpression(text) } catch {
      throw .malformed("is no schedule: \(error.description)")
    }
  }

  static func backoff(_ text: String) throws(ValueError) -> Backoff {
    do { return try Backoff(text) } catch { throw .malformed(error.reason) }
  }

  static func tag(_ text: String) throws(ValueError) -> Tag {
    guard let (name, value) = halves(text) else { throw .malformed("is not NAME=VALUE") }
    do { return try Tag(name: name, value: value) } catch { throw .malformed(error.reason) }
  }

  static func payloadMatch(_ text: String) throws(ValueError) -> JobFilter.PayloadMatch {
    do {
      let (path, value) = try JSONPath.parseFilter(text)
      return JobFilter.PayloadMatch(path: path, value: value)
    } catch {
      throw .malformed("is not PATH=VALUE: \(error.description)")
    }
  }

  /// `N`, `N..M`, `N..` or `..M`, both ends included.
  static func range(_ text: String) throws(ValueError) -> ClosedRange<Int64> {
    let parts = Array(text.utf8)
    guard
      let dots = parts.indices.dropLast().first(where: { parts[$0] == 46 && parts[$0 + 1] == 46 })
    else {
      guard let number = Int64(text), number >= 0 else {
        throw .malformed("is not N, N..M, N.. or ..M")
      }
      return number...number
    }
    let low = String(decoding: parts[..<dots], as: UTF8.self)
    let high = String(decoding: parts[(dots + 2)...], as: UTF8.self)
    guard let first = low.isEmpty ? 0 : Int64(low), let last = high.isEmpty ? .max : Int64(high),
      first >= 0, first <= last, !(low.isEmpty && high.isEmpty)
    else { throw .malformed("is not N, N..M, N.. or ..M") }
    return first...last
  }

  private static func halves(_ text: String) -> (String, String)? {
    let bytes = Array(text.utf8)
    guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else { return nil }
    return (
      String(decoding: bytes[..<equals], as: UTF8.self),
      String(decoding: bytes[(equals + 1)...], as: UTF8.self)
    )
  }
}
