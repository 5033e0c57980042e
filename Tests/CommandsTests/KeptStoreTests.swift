import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

@testable import Commands

/// The store of a shell between two commands.
@Suite struct KeptStoreTests {
  private final class Opened {
    var intents: [StoreIntent] = []
  }

  private let scratch: ScratchDirectory
  private let opened = Opened()

  init() throws { scratch = try ScratchDirectory() }

  private func kept() -> KeptStore {
    let opened = opened
    return KeptStore(
      { (_, intent, _) throws(StorageError) in
        opened.intents.append(intent)
        return MemoryStore { 7 }
      }, stop: { false })
  }

  private func file(_ name: String) throws -> StoreLocation {
    try FileSystem.replaceFile(scratch.path(name), with: [])
    return .sqlite(path: scratch.path(name))
  }

  @Test func `a store stays open for who looks, and for who writes once somebody has`() throws {
    let (kept, place) = (kept(), try file("a.db"))
    let first = try kept.store(place, .read)
    kept.release(first)
    #expect(try kept.store(place, .read) === first)
    let writer = try kept.store(place, .write)
    #expect(writer !== first)
    for intent in [StoreIntent.read, .write, .create] {
      #expect(try kept.store(place, intent) === writer)
    }
    #expect(opened.intents == [.read, .write])
  }

  @Test func `another place, another file or none at the place is opened anew`() throws {
    let (kept, place) = (kept(), try file("a.db"))
    let first = try kept.store(place, .read)
    let other = try kept.store(try file("b.db"), .read)
    #expect(other !== first)
    let again = try kept.store(place, .read)
    _ = try file("a.db")
    let replaced = try kept.store(place, .read)
    #expect(replaced !== again)
    try FileSystem.unlink(scratch.path("a.db"))
    _ = try kept.store(place, .read)
    #expect(opened.intents.count == 5)
  }

  @Test func `a folder is opened as it is meant, since who writes may not be stopped`() throws {
    let kept = kept()
    let place = StoreLocation.directory(path: scratch.path)
    for intent in [StoreIntent.read, .write, .create, .read] { _ = try kept.store(place, intent) }
    #expect(opened.intents == [.read, .write, .read])
  }

  @Test func `what was given up is opened anew`() throws {
    let (kept, place) = (kept(), try file("a.db"))
    _ = try kept.store(place, .read)
    kept.giveUp()
    _ = try kept.store(place, .read)
    #expect(opened.intents == [.read, .read])
  }
}
