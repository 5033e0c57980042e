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
    Adapter(name: "directory") { scratch, random in
      try DirectoryStore(scratch.path("spool"), for: .create, random: random)
    },
  ]

  /// The model, against which the others are compared.
  static let memory = Adapter(name: "memory") { _, random in MemoryStore(random: random) }
}
