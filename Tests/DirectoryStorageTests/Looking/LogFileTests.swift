import DirectoryStorage
import Glibc
import Jobs
import PosixIO
import Storage
import Synchronization
import TestSupport
import Testing

@Suite struct LogFileTests {
  private func record(_ rig: LookingRig, _ worker: String) -> LogRecord {
    var record = LogRecord(.workerStarted, at: rig.now)
    record.worker = worker
    return record
  }

  private func write(_ rig: LookingRig, _ workers: [String]) throws {
    try rig.store.record(workers.map { record(rig, $0) })
  }

  private func files(_ rig: LookingRig) throws -> [String] {
    try FileSystem.entries(of: rig.root + "/log").map(\.name)
  }

  private func append(_ text: String, to rig: LookingRig) throws {
    let file = try FileDescriptor.open(
      rig.root + "/log/" + (try #require(try files(rig).last)), .writeOnly, .append)
    try file.writeAll(Array(text.utf8))
  }

  /// A log of three days.
  private func told() throws -> LookingRig {
    let rig = try LookingRig()
    for day in 0..<3 {
      for number in 0..<4 { try write(rig, ["\(day).\(number)"]) }
      rig.wait(.hours(24))
    }
    return rig
  }

  @Test func `there is a file a day, a line a record, in the words of tail`() throws {
    let rig = try LookingRig()
    var whole = LogRecord(.dead, at: rig.now)
    whole.queue = try QueueName("emails")
    whole.error = "boom\n"
    whole.tags = [try Tag(name: "user", value: "1")]
    try rig.store.record([whole, record(rig, "w1")])
    rig.wait(.hours(24))
    try write(rig, ["w2"])
    #expect(try files(rig) == ["20260921.ndjson", "20260922.ndjson"])
    let text = String(
      decoding: try FileSystem.readFile(rig.root + "/log/20260921.ndjson", limit: 4096),
      as: UTF8.self)
    #expect(
      text == """
        {"timestamp":"2026-09-21T14:13:20.000Z","level":"error","event":"dead","queue":"emails",\
        "error":"boom\\n","user":"1"}
        {"timestamp":"2026-09-21T14:13:20.000Z","level":"info","event":"worker_started",\
        "worker":"w1"}

        """)
  }

  @Test(arguments: [1, 2, 3, 5, 100])
  func `pages go on from file to file`(size: Int) throws {
    let rig = try told()
    let workers = try rig.log(size: size).compactMap(\.worker)
    #expect(workers == (0..<3).flatMap { day in (0..<4).map { "\(day).\($0)" } })
    let page = try rig.store.log(LogPageRequest(LogFilter(), .last, size: size))
    #expect(page.records.compactMap(\.worker) == Array(workers.suffix(size)))
    #expect(try rig.log(after: page.next, size: size).isEmpty)
    try write(rig, ["new"])
    #expect(try rig.log(after: page.next, size: size).compactMap(\.worker) == ["new"])
  }

  @Test func `a cursor into a file that is gone goes on with the next`() throws {
    let rig = try told()
    let page = try rig.store.log(LogPageRequest(LogFilter(), .after(.start), size: 2))
    try FileSystem.unlink(rig.root + "/log/" + (try #require(try files(rig).first)))
    #expect(try rig.log(after: page.next).first?.worker == "1.0")
  }

  @Test func `a line that is not whole is not yet there, and spoils none behind it`() throws {
    let rig = try LookingRig()
    try write(rig, ["a"])
    try append(#"{"timestamp":"2026-09-21T14:13:20.000Z","ev"#, to: rig)
    #expect(try rig.log().compactMap(\.worker) == ["a"])
    let last = try rig.store.log(LogPageRequest(LogFilter(), .last, size: 9))
    #expect(last.records.compactMap(\.worker) == ["a"])
    try write(rig, ["b", "c"])
    #expect(try rig.log().compactMap(\.worker) == ["a", "b", "c"])
    #expect(try rig.log(after: last.next).compactMap(\.worker) == ["b", "c"])
    #expect(
      try rig.store.log(LogPageRequest(LogFilter(), .last, size: 9)).records.compactMap(\.worker)
        == ["a", "b", "c"])
  }

  @Test func `lines that are none of ours are passed over`() throws {
    let rig = try LookingRig()
    try write(rig, ["a"])
    let strange = [
      "", "nonsense", "{}", #"{"timestamp":"never","event":"dead"}"#, "[1]", "\u{0}\u{1}",
      #"{"timestamp":"2026-09-21T14:13:20.000Z","event":"dead","queue":"../x"}"#,
      #"{"timestamp":"2026-09-21T14:13:20.000Z","event":"dead","attempt":"1"}"#,
      String(repeating: "x", count: 3_000_000),
    ]
    for line in strange { try append(line + "\n", to: rig) }
    try write(rig, ["b"])
    for size in [1, 100] { #expect(try rig.log(size: size).compactMap(\.worker) == ["a", "b"]) }
    let last = try rig.store.log(LogPageRequest(LogFilter(), .last, size: 9))
    #expect(last.records.compactMap(\.worker) == ["a", "b"])
  }

  @Test func `a full disk delays the log and loses nothing of it`() throws {
    let rig = try LookingRig()
    try write(rig, ["a"])
    rig.tree.appendFailure.withLock { $0 = .noSpace }
    try write(rig, ["b"])
    #expect(try rig.log().compactMap(\.worker) == ["a"])
    rig.tree.appendFailure.withLock { $0 = nil }
    try write(rig, ["c"])
    #expect(try rig.log().compactMap(\.worker) == ["a", "b", "c"])
  }

  @Test func `a clock that steps back puts nothing before what was told`() throws {
    let rig = try LookingRig()
    try write(rig, ["a"])
    rig.wait(.hours(48))
    try write(rig, ["b"])
    rig.wait(.hours(-48))
    try write(rig, ["c"])
    rig.wait(.hours(72))
    try write(rig, ["d"])
    #expect(try rig.log().compactMap(\.worker) == ["a", "b", "c", "d"])
    #expect(try files(rig).count == 3)
  }

  @Test func `what only has the name of a log file is not waited for`() throws {
    let rig = try told()
    let path = rig.root + "/log/20260101.ndjson"
    #expect(mkfifo(path, 0o600) == 0)
    try FileSystem.symbolicLink(rig.root + "/log/20260102.ndjson", to: "/dev/zero")
    try FileSystem.makeDirectory(rig.root + "/log/20260103.ndjson", mode: 0o700)
    #expect(try rig.log(size: 5).count == 12)
    #expect(try rig.store.log(LogPageRequest(LogFilter(), .last, size: 99)).records.count == 12)
  }
}
