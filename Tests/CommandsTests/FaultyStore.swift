import MemoryStorage
import Storage

/// A memory store that tells a test of each batch before it is applied, so that jobs can change
/// meanwhile or the batch can fail.
final class FaultyStore: ForwardingStore {
  typealias Trouble = @Sendable (_ request: ApplyRequest) throws(StorageError) -> Void

  let base: any StorageAdapter
  private let trouble: Trouble

  init(_ inner: MemoryStore, trouble: @escaping Trouble) {
    base = inner
    self.trouble = trouble
  }

  func apply(_ request: ApplyRequest) throws(StorageError) -> [ItemOutcome] {
    try trouble(request)
    return try base.apply(request)
  }
}
