import MemoryStorage
import Storage

/// A store in memory about which there is something to say.
final class ExaminedStore: ForwardingStore {
  let base: any StorageAdapter
  private let found: [Finding]

  init(_ memory: MemoryStore, _ found: [Finding]) {
    base = memory
    self.found = found
  }

  func findings() throws(StorageError) -> [Finding] { found }
}
