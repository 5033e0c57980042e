import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@testable import SQLiteStorage

/// Whatever stands where a store should be is told for what it is, and left as it was.
@Suite struct BadFileTests {
  private let scratch: ScratchDirectory
  private let path: String

  init() throws {
    scratch = try ScratchDirectory()
    path = scratch.path("queue.db")
  }

  @Test(arguments: [StoreIntent.read, .write])
  func nothing(_ intent: StoreIntent) throws {
    try expect(.missing(path: path), for: intent)
  }

  @Test(arguments: [StoreIntent.read, .write])
  func anEmptyFile(_ intent: StoreIntent) throws {
    try write([])
    try expectForeign(intent)
  }

  @Test(arguments: StoreIntent.all)
  func aDirectory(_ intent: StoreIntent) throws {
    try FileSystem.makeDirectory(path, mode: 0o700)
    try expectForeign(intent)
  }

  @Test(arguments: StoreIntent.all, [1, 60, 5000, 100_000])
  func aText(_ intent: StoreIntent, length: Int) throws {
    try write([UInt8](repeating: UInt8(ascii: "x"), count: length))
    try expectForeign(intent)
  }

  @Test(arguments: [StoreIntent.read, .write, .create], ["delete", "wal"])
  func anotherDatabase(_ intent: StoreIntent, _ mode: String) throws {
    try otherDatabase(mode)
    try expectForeign(intent)
  }

  @Test(arguments: StoreIntent.all)
  func aPipe(_ intent: StoreIntent) throws {
    #expect(try ProcessRunner.run("mkfifo", [path]).status == 0)
    #expect(throws: StorageError.self) { try StoreRig.open(path, for: intent) }
    #expect(try FileSystem.status(of: path).kind == .pipe)
  }

  @Test(arguments: StoreIntent.all)
  func aStoreOfANewerVersion(_ intent: StoreIntent) throws {
    try makeStore()
    let known = Schema.version
    try PlainDatabase(path).run(
      "UPDATE qctl_meta SET value = ? WHERE key = 'format_version'", .integer(known + 1))
    try expect(.newerVersion(path: path, found: known + 1, known: known), for: intent)
  }

  @Test(arguments: StoreIntent.all)
  func aStoreThatAnybodyMayWrite(_ intent: StoreIntent) throws {
    try makeStore()
    try FileSystem.setPermissions(path, 0o606)
    try expect(intent) { if case .forbidden = $0 { true } else { false } }
  }

  @Test(arguments: StoreIntent.all)
  func aPathBelowAFile(_ intent: StoreIntent) throws {
    try write([1])
    try expectForeign(intent, at: path + "/queue.db")
  }

  @Test(arguments: StoreIntent.all)
  func aLoopOfLinks(_ intent: StoreIntent) throws {
    try FileSystem.symbolicLink(path, to: "queue.db")
    try expect(intent) { if case .system = $0 { true } else { false } }
  }

  @Test(arguments: StoreIntent.all)
  func aLinkToNothing(_ intent: StoreIntent) throws {
    try FileSystem.symbolicLink(path, to: "elsewhere.db")
    #expect(throws: StorageError.self) { try StoreRig.open(path, for: intent).close() }
    #expect(!FileSystem.exists(scratch.path("elsewhere.db")))
  }

  @Test(arguments: [StoreIntent.read, .write])
  func aStoreCutInTheMiddle(_ intent: StoreIntent) throws {
    try makeStore()
    let bytes = try content()
    for share in [2, 3, 10] {
      try write(Array(bytes[..<(bytes.count / share / 4096 * 4096)]))
      try expectDamage(intent)
      try write(Array(bytes[..<(bytes.count / share + 100)]))
      try expectDamage(intent)
    }
  }

  @Test(arguments: [StoreIntent.read, .write])
  func aStoreCutInItsFirstPage(_ intent: StoreIntent) throws {
    try makeStore()
    let bytes = try content()
    for length in [16, 99, 512, 4000] {
      try write(Array(bytes[..<length]))
      try expect(intent) { error in
        switch error {
        case .foreign, .corrupt: true
        default: false
        }
      }
    }
  }

  @Test(arguments: ["qctl_jobs", "qctl_meta", "qctl_payloads"], [StoreIntent.read, .write])
  func aStoreWithAPageOfGarbage(_ table: String, _ intent: StoreIntent) throws {
    try makeStore()
    let page = try PlainDatabase(path).number(
      "SELECT rootpage FROM sqlite_master WHERE name = ?", .text(table))
    let root = Int(page)
    try write(try content().enumerated().map { $0.offset / 4096 == root - 1 ? 0xA5 : $0.element })
    try expectDamage(intent)
  }

  private func makeStore() throws {
    let store = try StoreRig.open(path, for: .create)
    for _ in 0..<3 {
      for _ in 0..<100 {
        _ = try store.enqueue(
          NewJob(payload: [UInt8](repeating: 7, count: 500)),
          at: Instant(milliseconds: 1_790_000_000_000))
      }
    }
    store.close()
  }

  private func otherDatabase(_ mode: String) throws {
    let database = try PlainDatabase(path)
    try database.run("PRAGMA journal_mode = \(mode)")
    try database.run("CREATE TABLE orders(id INTEGER PRIMARY KEY)")
    try database.run("INSERT INTO orders DEFAULT VALUES")
  }
}

// MARK: - Expectations

extension BadFileTests {
  private func expectForeign(
    _ intent: StoreIntent, at path: String? = nil, _ place: SourceLocation = #_sourceLocation
  ) throws {
    try expect(intent, at: path, place) { if case .foreign = $0 { true } else { false } }
  }

  private func expect(
    _ wanted: StorageError, for intent: StoreIntent, _ place: SourceLocation = #_sourceLocation
  ) throws {
    try expect(intent, place) { $0 == wanted }
  }

  /// Opening fails as said, and leaves everything in the folder as it was.
  private func expect(
    _ intent: StoreIntent, at other: String? = nil, _ place: SourceLocation = #_sourceLocation,
    _ isWanted: (StorageError) -> Bool
  ) throws {
    let before = try everything()
    do {
      try StoreRig.open(other ?? path, for: intent).close()
      Issue.record("it was opened", sourceLocation: place)
    } catch {
      #expect(isWanted(error), "\(error)", sourceLocation: place)
    }
    #expect(try everything() == before, sourceLocation: place)
  }

  /// Damage is met when opening or at the latest when the jobs are read or written.
  private func expectDamage(
    _ intent: StoreIntent, _ place: SourceLocation = #_sourceLocation
  ) throws {
    let before = try everything()
    do {
      let store = try StoreRig.open(path, for: intent)
      defer { store.close() }
      try use(store, writing: intent == .write)
      Issue.record("no damage was seen", sourceLocation: place)
    } catch let error as StorageError {
      if case .corrupt = error {} else { Issue.record("\(error)", sourceLocation: place) }
    }
    #expect(try everything().filter { !$0.key.contains("gate") } == before, sourceLocation: place)
  }

  private func use(_ store: SQLiteStore, writing: Bool) throws {
    let now = Instant(milliseconds: 1_790_000_000_000)
    if writing { _ = try store.enqueue(NewJob(), at: now) }
    let page = try store.page(JobPageRequest(JobFilter(), size: 1000, now: now))
    for job in page.jobs { _ = try store.job(job.id) }
  }

  private func write(_ bytes: [UInt8]) throws { try FileSystem.replaceFile(path, with: bytes) }

  private func content() throws -> [UInt8] { try FileSystem.readFile(path, limit: 1 << 24) }

  /// Every file of the folder with its bytes.
  private func everything() throws -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    for entry in try FileSystem.entries(of: scratch.path) {
      let place = scratch.path(entry.name)
      let isFile = (try? FileSystem.linkStatus(of: place))?.kind == .regular
      found[entry.name] = isFile ? try FileSystem.readFile(place, limit: 1 << 24) : []
    }
    return found
  }
}

extension StoreIntent {
  static let all: [StoreIntent] = [.read, .write, .create, .adopt]
}
