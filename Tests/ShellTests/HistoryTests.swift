import PosixIO
import TestSupport
import Testing

@testable import Shell

@Suite struct HistoryTests {
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  private var path: String { scratch.path("state/qctl/history") }

  private func type(_ lines: String..., into history: History) {
    for line in lines { _ = history.add(line, CommandText(line)) }
  }

  private func kept() throws -> [String] {
    String(decoding: try FileSystem.readFile(path, limit: 1 << 20), as: UTF8.self)
      .split(separator: "\n").map(String.init)
  }

  @Test func `lines are there the next time, in a file for the user alone`() throws {
    let history = History(path)
    type("list", "queues", into: history)
    history.save()
    #expect(History(path).earlier == ["list", "queues"])
    #expect(try FileSystem.status(of: path).mode == 0o600)
    #expect(try FileSystem.status(of: scratch.path("state/qctl")).mode == 0o700)
  }

  @Test func `shells beside each other keep the lines of both`() throws {
    let (one, other) = (History(path), History(path))
    type("a", into: one)
    type("b", into: other)
    one.save()
    other.save()
    #expect(try kept() == ["a", "b"])
  }

  @Test func `only the latest thousand are kept`() throws {
    let history = History(path)
    for number in 0..<1500 { type("show \(number)", into: history) }
    history.save()
    let lines = try kept()
    #expect(lines.count == 1000)
    #expect(lines.last == "show 1499")
  }

  @Test func `a line that repeats the one before, or begins with a blank, is not kept`() throws {
    let history = History(path)
    type("list", "list", " secret", "\tsecret", "queues", "list", into: history)
    history.save()
    #expect(try kept() == ["list", "queues", "list"])
    let again = History(path)
    type("list", into: again)
    again.save()
    #expect(try kept() == ["list", "queues", "list"])
  }

  @Test(arguments: [
    "enqueue --payload secret", "enqueue --payload=secret", "edit 1 --set a=secret",
    "edit 1 --set-string a=secret", "list --payload-match a=secret", "x; enqueue '--payload' s",
    "watch 2s list --payload-match=a=1", "enqueue -q 'a\nb'",
  ])
  func `a line with a payload in it is not kept`(_ line: String) throws {
    let history = History(path)
    type("list", line, "enqueue --payload-file f", into: history)
    history.save()
    #expect(try kept() == ["list", "enqueue --payload-file f"])
  }

  @Test func `a line that goes on below is kept as one`() throws {
    let history = History(path)
    #expect(history.add("list \\\n-q a", CommandText("list \\\n-q a")) == "list -q a")
    history.save()
    #expect(try kept() == ["list -q a"])
  }

  @Test func `no link is followed, and what is no history is left alone`() throws {
    try FileSystem.makeDirectories(scratch.path("state/qctl"))
    let other = scratch.path("other")
    try FileSystem.replaceFile(other, with: Array("mine\n".utf8))
    try FileSystem.symbolicLink(path, to: other)
    let history = History(path)
    #expect(history.earlier == [])
    type("list", into: history)
    history.save()
    #expect(try FileSystem.readFile(other, limit: 100) == Array("mine\n".utf8))
    #expect(try FileSystem.linkStatus(of: path).kind == .symbolicLink)
    for file in ["/dev/null", scratch.path] {
      let history = History(file)
      type("list", into: history)
      history.save()
    }
  }

  @Test func `lines that a terminal would obey are left out`() throws {
    try FileSystem.makeDirectories(scratch.path("state/qctl"))
    try FileSystem.replaceFile(path, with: Array("a\n\u{1B}[2Jb\nc\n".utf8))
    #expect(History(path).earlier == ["a", "c"])
  }

  @Test func `without a file nothing is kept`() {
    let history = History(nil)
    #expect(history.add("list", CommandText("list")) == "list")
    history.save()
  }
}
