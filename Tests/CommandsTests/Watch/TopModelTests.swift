import Engine
import Jobs
import Testing
import Text

@testable import Commands

@Suite struct TopModelTests {
  private let now = Instant(milliseconds: 1_748_764_800_000)

  private func row(_ name: String, ready: Int64, dead: Int64 = 0) throws -> TopModel.Row {
    var standing = Standing(of: try QueueName(name))
    standing.counts = [.ready: ready, .dead: dead]
    return TopModel.Row(standing: standing, history: [0, 1, 8], isPaused: name == "paused")
  }

  private func model() throws -> TopModel {
    var model = TopModel(at: now)
    model.update(
      [try row("a", ready: 1), try row("b", ready: 3), try row("paused", ready: 2, dead: 1)],
      jobs: [], at: now)
    return model
  }

  private func names(_ model: TopModel) -> [String] {
    model.rows.map(\.standing.queue.description)
  }

  private func press(_ text: String, _ model: inout TopModel) -> [TopModel.Wish?] {
    TopKey.keys(Array(text.utf8)).map { model.press($0, page: 10) }
  }

  @Test func `keys are read one by one, sequences as one`() {
    #expect(
      TopKey.keys(Array("j\u{1B}[A\u{1B}OB\u{1B}[5~\u{1B}[1;5Cx\r\u{1B}".utf8))
        == [
          .character(106), .up, .down, .pageUp, .enter, .character(120), .enter, .back,
        ])
    #expect(TopKey.keys([0x1B, 0x5B]) == [])
    #expect(TopKey.keys([0x7F, 3]) == [.back, .character(3)])
  }

  @Test func `the cursor stays on its queue, and on the table`() throws {
    var model = try model()
    _ = press("jjjjjjj", &model)
    #expect(model.cursor == 2)
    _ = press("s", &model)
    #expect(names(model) == ["b", "paused", "a"])
    #expect(model.cursor == 1)
    model.update([try row("paused", ready: 0)], jobs: [], at: now)
    #expect(model.cursor == 0)
    model.update([], jobs: [], at: now)
    #expect(press("\rpr", &model) == [nil, nil, nil])
  }

  @Test func `what changes something is a command that asks itself`() throws {
    var model = try model()
    #expect(press("pr", &model) == [.run(["pause", "a"]), .run(["dlq", "replay", "-q", "a"])])
    _ = press("jj", &model)
    #expect(press("p", &model) == [.run(["resume", "paused"])])
    #expect(press("q", &model) == [.quit])
    #expect(press("\u{3}", &model) == [.quit])
  }

  @Test func `a filter leaves some, and its letters are no commands`() throws {
    var model = try model()
    #expect(press("/pq\u{7F}\r", &model) == [nil, nil, nil, nil, nil])
    #expect(names(model) == ["paused"])
    _ = press("\u{1B}", &model)
    #expect(names(model).count == 3)
  }

  @Test func `a queue opens, and closes where it was`() throws {
    var model = try model()
    _ = press("j", &model)
    #expect(press("\r", &model) == [.refresh])
    #expect(model.view == .jobs(try QueueName("b")))
    #expect(press("\u{1B}", &model) == [.refresh])
    #expect(model.view == .queues)
    #expect(model.cursor == 1)
  }

  @Test(arguments: [(1, 1), (7, 3), (20, 5), (80, 24), (200, 60)])
  func `a page is as large as the window`(columns: Int, rows: Int) throws {
    let page = TopPage(
      model: try model(), store: "/a/rather/long/place/of/a/store/queue.db", columns: columns,
      rows: rows)
    #expect(page.lines.text.count == rows)
    for line in page.lines.text { #expect(DisplayWidth.of(line) <= columns, "\(line)") }
  }
}
