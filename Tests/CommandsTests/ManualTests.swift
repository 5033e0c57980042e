import CommandLineSpec
import PosixIO
import Testing
import Text

@testable import Commands

/// The manual says all that there is: each flag, status, field and member.
@Suite struct ManualTests {
  private static let pages = Manual.pages(date: "2026-01-31")

  /// A page without its marks, so that names are found as they are typed.
  private static func text(_ name: String) throws -> String {
    let page = try #require(pages.first { $0.fileName == name }, "no page \(name)").text
    return String(page.filter { $0 != "\\" })
  }

  @Test(arguments: QctlTree.tree.commands.filter { !$0.entry.isHidden }.map(\.path))
  func `the page of a command has each of its flags and statuses`(_ path: [String]) throws {
    let facts = try #require(QctlTree.tree.command(at: path)).facts
    let page = try Self.text((["qctl"] + facts.path).joined(separator: "-") + ".1")
    for flag in facts.flags where !flag.isHidden {
      let name = flag.isNegatable ? "[no-]\(flag.name)" : flag.name
      #expect(page.contains("fB--\(name)fR"), "--\(name)")
      if let short = flag.short { #expect(page.contains("fB-\(short)fR"), "-\(short)") }
    }
    let exits = facts.exits
    #expect(!exits.isEmpty)
    for exit in exits {
      #expect(page.contains("fB\(exit.code)fR\n\(exit.meaning)"), "\(exit.code)")
    }
  }

  @Test func `every status has its line, and those of health too`() throws {
    let page = try Self.text("qctl-exit-status.7")
    let parts = page.split(separator: ".SH HEALTH", maxSplits: 1).map(String.init)
    try #require(parts.count == 2)
    for status in ExitStatus.allCases {
      #expect(parts[0].contains(".TP\nfB\(status.rawValue)fR\n"), "\(status)")
    }
    for note in HealthCommand.exits { #expect(parts[1].contains(".TP\nfB\(note.code)fR\n")) }
  }

  @Test(arguments: QctlTree.tree.topics.map(\.name))
  func `no line of code is wider than a page of 80 columns`(_ name: String) throws {
    let topic = try #require(QctlTree.tree.topics.first { $0.name == name })
    for block in topic.prose {
      switch block {
      case .code(let text), .file(_, let text), .session(let text):
        for line in text.split(separator: "\n") { #expect(line.count <= 69, "\(line)") }
      case .paragraph, .heading, .list, .terms: break
      }
    }
  }

  @Test func `each group of commands has a page, for those who look for one`() throws {
    for name in ["batch", "dlq", "queue", "schedule"] {
      #expect(try Self.text("qctl-\(name).1").contains("fBqctl-\(name)-listfR(1)"))
    }
  }

  @Test(arguments: RecordKind.all.map(\.name))
  func `each field of a record is explained`(_ name: String) throws {
    let kind = try #require(RecordKind.all.first { $0.name == name })
    for field in kind.fields { #expect(FieldMeaning.explains(field), "\(field)") }
  }

  @Test func `each member of a bulk line is explained, and no other`() {
    #expect(Set(JobTopic.bulkMembers.map(\.key)) == Set(JobLine.members))
  }

  @Test func `each member of a line of an export is named with its kind`() throws {
    let job = Set(
      JobTopic.detail.flatMap { Self.words($0.key) } + JobField.allCases.map(\.rawValue))
    for variant in try Self.schema("export-line")["oneOf"]?.elements ?? [] {
      let properties = variant["properties"]?.members ?? []
      let kind = try #require(properties.first { $0.key == "kind" }?.value["const"]?.string)
      let named = Self.named(of: kind).union(["kind"])
      let log = Set(RecordKind.all.first { $0.name == "log" }?.fields ?? [])
      let known: Set<String> =
        switch kind {
        case "job": job.union(named)
        case "log": log.union(named)
        case "rules": named.union(Self.named(of: "queue"))
        case "end": named.union(JobTopic.archiveKinds.map(\.key))
        default: named
        }
      for property in properties { #expect(known.contains(property.key), "\(kind)") }
    }
  }

  @Test func `each member of a job with everything is explained`() throws {
    let known = Set(
      JobTopic.detail.flatMap { Self.words($0.key) } + JobField.allCases.map(\.rawValue))
    for member in try Self.schema("job-detail")["properties"]?.members ?? [] {
      #expect(known.contains(member.key))
    }
  }

  /// What the page names of the lines of a kind.
  private static func named(of kind: String) -> Set<String> {
    let meaning = JobTopic.archiveKinds.first { $0.key == kind }?.value
    return Set(meaning?.pieces.flatMap(words) ?? [])
  }

  private static func words(_ text: String) -> [String] {
    text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
  }

  private static func words(_ piece: Inline) -> [String] {
    if case .literal(let text) = piece { words(text) } else { [] }
  }

  private static func schema(_ name: String) throws -> JSONValue {
    var folder = #filePath
    for _ in 0..<3 { folder = FileSystem.parent(of: folder) ?? "." }
    return try JSONValue.parse(
      try FileSystem.readFile("\(folder)/packaging/schemas/\(name).json", limit: 1 << 20))
  }
}
