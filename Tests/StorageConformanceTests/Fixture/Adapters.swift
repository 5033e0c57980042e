import DirectoryStorage
import MemoryStorage
import SQLiteStorage
import Storage
import TestSupport
import Testing

/// An adapter under test: a name, and how to make a fresh store.
struct Adapter: Sendable, CustomTestStringConvertible {
  let name: String
  /// What `make` calls a store within its scratch directory.
  var copyName = "queue.db"
  /// What it can't do, of that for which tests must be told.
  var lacks: Set<Capability> = []
  /// Makes an empty store in a scratch directory; it draws its random bits from the closure.
  let make:
    @Sendable (ScratchDirectory, @escaping @Sendable () -> UInt64) throws -> any StorageAdapter

  var testDescription: String { name }
}

/// Every adapter, one line each; all suites run over all of them.
enum Adapters {
  static let all: [Adapter] = [
    memory,
    Adapter(name: "sqlite") { scratch, random in
      try SQLiteStore(scratch.path("queue.db"), for: .create, random: random)
    },
    Adapter(name: "sqlite, every bulk staged") { scratch, random in
      try SQLiteStore(
        scratch.path("queue.db"), for: .create, staging: .always(rows: 3), random: random)
    },
    Adapter(name: "memory, by whole pieces", lacks: Adapters.forgone) { _, random in
      MemoryStore(
        absent: Dictionary(
          uniqueKeysWithValues: Adapters.forgone.map {
            ($0, Support.none(reason: "told so", remedy: "tell otherwise"))
          }), random: random)
    },
    Adapter(name: "directory", copyName: "spool", lacks: Adapters.forgone) {
      scratch, random in
      try DirectoryStore(scratch.path("spool"), for: .create, random: random)
    },
  ]

  /// What some stores can't do, so that the model must do without it beside them.
  static let forgone: Set<Capability> = [.minutes, .attemptRetention, .rateLimits]

  /// The model, against which the others are compared.
  static let memory = Adapter(name: "memory") { _, random in MemoryStore(random: random) }

  /// The model that does without what a store does without, in that store's words.
  static func model(like store: any StorageAdapter) -> Adapter {
    var absent: [Capability: Support] = [:]
    for capability in forgone
    where store.capabilities[capability] != .full {
      absent[capability] = store.capabilities[capability]
    }
    return Adapter(name: "memory", lacks: Set(absent.keys)) { [absent] _, random in
      MemoryStore(absent: absent, random: random)
    }
  }

  /// Those that can do something.
  static func having(_ capability: Capability) -> [Adapter] {
    all.filter { !$0.lacks.contains(capability) }
  }

  /// Those that can't.
  static func lacking(_ capability: Capability) -> [Adapter] {
    all.filter { $0.lacks.contains(capability) }
  }
}
