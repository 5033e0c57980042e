/// What the clocks of a zone show at any instant, from its zone file.
package struct TimeZoneRules: Sendable {
  /// The zone's name, as it was asked for.
  package let name: String
  private let times: [Int64]
  private let indexes: [UInt8]
  private let offsets: [ZoneOffset]
  private let initial: ZoneOffset
  private let rule: PosixZoneRule?

  /// UTC, which needs no file.
  package static let utc = TimeZoneRules(
    name: "UTC", rule: PosixZoneRule(standard: .utc, daylight: nil))

  init(name: String, rule: PosixZoneRule) {
    self.name = name
    times = []
    indexes = []
    offsets = []
    initial = rule.standard
    self.rule = rule
  }

  /// The zone told by a file's bytes (TZif versions 1 to 4, RFC 9636).
  package init(name: String, tzif bytes: [UInt8]) throws(TimeZoneError) {
    let data: TZifData
    do throws(TZifReader.Trouble) {
      data = try TZifReader.read(bytes)
    } catch {
      switch error {
      case .malformed: throw .malformed(name)
      case .leapSeconds: throw .leapSeconds(name)
      }
    }
    guard let first = data.offsets.first else { throw .malformed(name) }
    let rule = PosixZoneRule.parse(data.footer)
    guard rule != nil || data.footer.isEmpty else { throw .malformed(name) }
    self.name = name
    times = data.times
    indexes = data.indexes
    offsets = data.offsets
    initial = data.offsets.first { !$0.isDaylight } ?? first
    self.rule = rule
  }

  /// What clocks show `milliseconds` after 1970 began in UTC.
  package func offset(at milliseconds: Int64) -> ZoneOffset {
    offset(atSecond: milliseconds.flooredQuotient(1_000))
  }

  private func offset(atSecond second: Int64) -> ZoneOffset {
    if let rule, second >= times.last ?? .min { return rule.offset(at: second) }
    let after = countOfTimes(upTo: second)
    return after == 0 ? initial : offsets[Int(indexes[after - 1])]
  }

  /// How many transitions are at or before `second`.
  private func countOfTimes(upTo second: Int64) -> Int {
    var low = 0
    var high = times.count
    while low < high {
      let middle = (low + high) / 2
      if times[middle] <= second { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The instants in `range`, in seconds, at which clocks may change.
  func transitions(in range: ClosedRange<Int64>) -> [Int64] {
    var found = Array(
      times[countOfTimes(upTo: range.lowerBound - 1)..<countOfTimes(upTo: range.upperBound)])
    guard let rule, range.upperBound >= times.last ?? .min else { return found }
    for transition in rule.transitions(around: range.lowerBound)
    where range.contains(transition.time) && transition.time > times.last ?? .min {
      found.append(transition.time)
    }
    return found
  }
}
