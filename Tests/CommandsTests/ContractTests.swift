import CommandLineSpec
import Jobs
import PosixIO
import Storage
import Testing
import Text

@testable import Commands

/// What programs that read our output rely on.
@Suite struct ContractTests {
  private static let packaging = repositoryPath + "/packaging"

  /// The folder of the repository, three levels above this file.
  private static var repositoryPath: String {
    var path = #filePath
    for _ in 0..<3 { path = FileSystem.parent(of: path) ?? "." }
    return path
  }

  private static func text(_ name: String) throws -> String {
    String(
      decoding: try FileSystem.readFile("\(packaging)/\(name)", limit: 1 << 20), as: UTF8.self)
  }

  private static func present() -> String {
    RecordKind.all.map { "\($0.name): \($0.fields.joined(separator: " "))\n" }.joined()
  }

  /// The committed list: fields by kind, in order.
  private static func promised() throws -> [(kind: String, fields: [String])] {
    try text("fields.txt").split(separator: "\n").map { line in
      let words = line.split(separator: " ").map(String.init)
      return (String(words[0].dropLast()), Array(words.dropFirst()))
    }
  }

  /// The fields of a kind that were promised and are gone, or have moved before others.
  private static func broken(_ promised: [String], by fields: [String]) -> [String] {
    var rest = fields[...]
    return promised.filter { field in
      guard let place = rest.firstIndex(of: field) else { return true }
      rest = rest[(place + 1)...]
      return false
    }
  }

  @Test func `no field that was promised is gone`() throws {
    let kinds = Dictionary(uniqueKeysWithValues: RecordKind.all.map { ($0.name, $0.fields) })
    for (kind, fields) in try Self.promised() {
      let gone = Self.broken(fields, by: kinds[kind] ?? [])
      #expect(gone == [], "'\(kind)' lost or moved fields that scripts rely on")
    }
  }

  @Test func `a field that goes, or changes its name or place, is noticed`() {
    #expect(Self.broken(["id", "state"], by: ["id", "queue", "state", "more"]) == [])
    #expect(Self.broken(["id", "state"], by: ["id"]) == ["state"])
    #expect(Self.broken(["id", "state"], by: ["id", "status"]) == ["state"])
    #expect(Self.broken(["id", "state"], by: ["state", "id"]) == ["state"])
  }

  @Test func `the committed list is whole`() throws {
    #expect(
      try Self.text("fields.txt") == Self.present(),
      "a field was added: put packaging/fields.txt right, by hand, and its schema")
  }

  @Test func `every command with templates is of a kind whose fields are promised`() {
    let promised = Set(RecordKind.all.flatMap(\.commands))
    for place in QctlTree.tree.commands {
      let facts = place.make().facts
      guard facts.flags.contains(where: { $0.name == "format" }) else { continue }
      #expect(promised.contains(facts.name), "no kind of record names it")
    }
  }

  @Test func `help names every field`() throws {
    let help = try CommandStage().run("help", "formats").output
    let words = Set(
      help.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }.map(String.init))
    for kind in RecordKind.all {
      for field in [kind.name] + kind.fields { #expect(words.contains(field), "\(kind.name)") }
    }
  }

  @Test(arguments: RecordKind.all.map(\.name))
  func `the schema of a kind has its fields in their order`(name: String) throws {
    let kind = try #require(RecordKind.all.first { $0.name == name })
    let properties = try Self.properties(name)
    #expect(Self.broken(kind.fields, by: properties) == [])
  }

  @Test func `a job is the same in every schema`() throws {
    let job = try Self.properties("job")
    for name in ["job-detail", "claim"] {
      #expect(try Self.properties(name).starts(with: job), "\(name)")
    }
  }

  @Test func `schemas know every event and every state`() throws {
    let log = try Self.text("schemas/log.json")
    for event in LogRecord.Event.allCases { #expect(log.contains("\"\(event.rawValue)\"")) }
    for level in LogLevel.allCases { #expect(log.contains("\"\(level.rawValue)\"")) }
    for name in ["job", "job-detail", "claim", "log", "outcome", "migration", "export-line"] {
      let schema = try Self.text("schemas/\(name).json")
      for state in JobState.allCases {
        #expect(schema.contains("\"\(state.rawValue)\""), "\(name)")
      }
    }
    let detail = try Self.text("schemas/job-detail.json")
    for outcome in Attempt.Outcome.allCases { #expect(detail.contains("\"\(outcome.rawValue)\"")) }
    let outcome = try Self.text("schemas/outcome.json")
    for word in ItemReport.Outcome.allCases { #expect(outcome.contains("\"\(word.rawValue)\"")) }
  }

  private static func properties(_ name: String) throws -> [String] {
    let schema = try JSONValue.parse(Array(try text("schemas/\(name).json").utf8))
    guard case .object(let members) = schema,
      case .object(let properties)? = members.first(where: { $0.key == "properties" })?.value
    else {
      Issue.record("\(name).json has no properties")
      return []
    }
    return properties.map(\.key)
  }
}
