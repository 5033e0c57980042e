import Engine
import Jobs
import Text

/// In which form `health` prints.
enum HealthFormat: String, CaseIterable, Sendable {
  case nagios, checkmk, json
}

/// What `health` found, before it is printed.
struct HealthReport {
  /// The verdicts, the worst first.
  var verdicts: [HealthVerdict] = []
  /// What could not be looked at, and why.
  var leftOut: [String] = []
  /// What is said where all is well.
  var calm = ""
  /// More to say of a failure than fits into a line.
  var details: [String] = []
  /// The state where there are no verdicts.
  private var bare = HealthState.ok

  /// What was found.
  init(_ verdicts: [HealthVerdict], leftOut: [String], calm: String) {
    self.verdicts = verdicts
    self.leftOut = leftOut
    self.calm = calm
  }

  /// Nothing could be found out, for a reason.
  init(unknown reason: String) {
    bare = .unknown
    calm = reason
    details = [reason]
  }

  /// The worst of all.
  var state: HealthState {
    verdicts.isEmpty ? bare : .worst(verdicts.map(\.state))
  }

  private var troubles: [HealthVerdict] { verdicts.filter { $0.state != .ok } }

  /// All of it in a form, with the line ends.
  func text(_ format: HealthFormat, verbosity: Int) -> String {
    switch format {
    case .nagios: plugin(verbosity)
    case .checkmk: services()
    case .json: object(verbosity)
    }
  }

  /// In a line: the worst, or as many as there is room for.
  func summary(verbosity: Int) -> String {
    let phrases = troubles.map(\.phrase)
    guard let first = phrases.first else { return calm + left(verbosity) }
    let room = HealthLine.width - "QCTL CRITICAL - ".utf8.count
    var text = first
    var told = 1
    while verbosity > 0, told < phrases.count {
      let longer = text + ", " + phrases[told]
      guard longer.utf8.count + Self.more(phrases.count - told - 1).utf8.count <= room else {
        break
      }
      text = longer
      told += 1
    }
    let end = Self.more(phrases.count - told)
    return HealthLine.cut(text, to: room - end.utf8.count) + end
  }

  private static func more(_ count: Int) -> String { count > 0 ? ", \(count) more" : "" }

  private func left(_ verbosity: Int) -> String {
    guard verbosity > 0, !leftOut.isEmpty else { return "" }
    let checks = leftOut.compactMap { $0.utf8.split(separator: UInt8(ascii: ":")).first }
    return " (without \(checks.map { String(Substring($0)) }.joined(separator: ", ")))"
  }
}

// MARK: - Plugins of Nagios

extension HealthReport {
  private func plugin(_ verbosity: Int) -> String {
    let numbers = HealthLine.numbers(verdicts)
    var text = HealthLine.first(state, summary(verbosity: verbosity))
    if !numbers.isEmpty { text += " | " + numbers }
    text += "\n"
    if !details.isEmpty, HealthLine.first(state, calm).hasSuffix("...") || verbosity > 1 {
      text += details.map { HealthLine.plain($0) + "\n" }.joined()
    }
    guard verbosity > 1 else { return text }
    for verdict in verdicts { text += Self.line(verdict, verbosity) }
    for reason in leftOut { text += HealthLine.plain("left out: \(reason)") + "\n" }
    return text
  }

  private static func line(_ verdict: HealthVerdict, _ verbosity: Int) -> String {
    var text = "\(verdict.state.word) \(verdict.check.rawValue) - \(verdict.phrase)"
    if let remedy = verdict.remedy, !remedy.isEmpty { text += ". To do: \(remedy)" }
    if verbosity > 2 { text += " [\(verdict.rule)]" }
    return HealthLine.plain(text) + "\n"
  }
}

extension HealthVerdict {
  /// Of what, and what was found.
  var phrase: String { (subject.map { "\($0): " } ?? "") + text }

  /// By which rule.
  var rule: String {
    switch origin {
    case .builtIn: "built-in rule"
    case .asked: "as asked"
    case .stored(let name): "rule \(name)"
    }
  }
}

// MARK: - Local checks of Checkmk

extension HealthReport {
  /// A service a line: each subject with the worst that was found of it.
  private func services() -> String {
    var subjects: [String] = []
    var groups: [String: [HealthVerdict]] = [:]
    for verdict in verdicts {
      let subject = verdict.subject ?? verdict.check.rawValue
      if groups[subject] == nil { subjects.append(subject) }
      groups[subject, default: []].append(verdict)
    }
    guard !subjects.isEmpty else {
      return "\(state.rawValue) \"qctl\" - \(HealthLine.cut(HealthLine.plain(calm), to: 400))\n"
    }
    return subjects.sorted().map { Self.service($0, groups[$0] ?? []) }.joined()
  }

  private static func service(_ subject: String, _ verdicts: [HealthVerdict]) -> String {
    let state = HealthState.worst(verdicts.map(\.state))
    let troubles = verdicts.filter { $0.state != .ok }
    let text = (troubles.isEmpty ? verdicts : troubles).map(\.text).joined(separator: ", ")
    var seen: Set<String> = []
    let numbers = verdicts.flatMap(\.metrics).filter { seen.insert($0.name).inserted }
      .map(number).joined(separator: "|")
    let name = HealthLine.plain(subject).filter { $0 != "\"" }
    return "\(state.rawValue) \"qctl \(name)\" \(numbers.isEmpty ? "-" : numbers) "
      + HealthLine.plain(text) + "\n"
  }

  /// Levels there are upper ends; others than these are told by the state alone.
  private static func number(_ metric: HealthMetric) -> String {
    let (warning, critical) = (metric.warning?.upperEnd, metric.critical?.upperEnd)
    guard warning != nil || critical != nil else { return "\(metric.name)=\(metric.value)" }
    return "\(metric.name)=\(metric.value);\(warning ?? "");\(critical ?? "")"
  }
}

extension AlertRange {
  /// The end above which an alert is due, where it is that simple.
  fileprivate var upperEnd: String? {
    guard !isInside, (start ?? .zero) <= .zero else { return nil }
    return end?.description
  }
}

// MARK: - JSON

extension HealthReport {
  private func object(_ verbosity: Int) -> String {
    var writer = JSONWriter(capacity: 1024)
    writer.beginObject()
    writer.member("state", state.word.lowercased())
    writer.member("exit_status", Int64(state.rawValue))
    writer.member("summary", summary(verbosity: verbosity))
    writer.key("checks")
    writer.beginArray()
    for verdict in verdicts { verdict.write(to: &writer) }
    writer.endArray()
    writer.key("left_out")
    writer.beginArray()
    for reason in leftOut { writer.string(reason) }
    writer.endArray()
    writer.endObject()
    return String(decoding: writer.buffer.bytes, as: UTF8.self) + "\n"
  }
}

extension HealthVerdict {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("check", check.rawValue)
    writer.optional("subject", subject)
    var name: String?
    if case .stored(let stored) = origin { name = stored.description }
    writer.optional("rule", name)
    writer.member("state", state.word.lowercased())
    writer.member("message", text)
    writer.optional("remedy", remedy.flatMap { $0.isEmpty ? nil : $0 })
    writer.key("metrics")
    writer.beginArray()
    for metric in metrics { metric.write(to: &writer) }
    writer.endArray()
    writer.endObject()
  }
}

extension HealthMetric {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("name", name)
    writer.member("value", raw: value.description.utf8)
    writer.member("unit", unit.rawValue)
    writer.optional("warning", warning?.description)
    writer.optional("critical", critical?.description)
    writer.endObject()
  }
}
