import LocalStorage
import PosixIO
package import Jobs
package import Storage

extension DirectoryStore {
  package func enqueueAll(
    at now: Instant, as batch: NewBatch?, from source: () throws(BulkSourceError) -> NewJob?,
    progress: (Int) -> Void
  ) throws(BulkError) -> BulkResult {
    do { try batch?.validate() } catch { throw .storage(.invalid(error)) }
    for _ in 0..<Self.mostBulkTries {
      if let result = try bulk(at: now, as: batch, from: source, progress: progress) {
        return result
      }
    }
    throw .storage(.busy(path: path, detail: "staged bulks are removed again and again"))
  }

  private static let mostBulkTries = 10

  /// One bulk; `nil`, with nothing read from the source, where its folder was taken for a dead
  /// process's.
  private func bulk(
    at now: Instant, as batch: NewBatch?, from source: () throws(BulkSourceError) -> NewJob?,
    progress: (Int) -> Void
  ) throws(BulkError) -> BulkResult? {
    let (tree, staged) = try within { (spool) throws(BulkError) in
      do throws(StorageError) {
        try spool.collectDeadBulks()
        return (spool.tree, try StagedFolders(spool, at: now, as: batch))
      } catch { throw .storage(error) }
    }
    var outcome: Result<BulkResult, BulkError>?
    do throws(SystemError) {
      // Held while the source is read, outside the store's turn: it says only that we live.
      _ = try tree.withLock(StagedFolders.owner(staged.path), patience: 0) {
        do throws(BulkError) {
          outcome = .success(try fill(staged, from: source, progress: progress))
        } catch { outcome = .failure(error) }
      }
    } catch {
      guard error.code.isMissing else { throw .storage(StorageError(error, at: path)) }
    }
    return try outcome?.get()
  }

  private func fill(
    _ staged: StagedFolders, from source: () throws(BulkSourceError) -> NewJob?,
    progress: (Int) -> Void
  ) throws(BulkError) -> BulkResult {
    do throws(BulkError) {
      var index = 0
      var end = BatchEnd.full
      while end == .full {
        let batch = Self.batch(from: source)
        end = batch.end
        guard !batch.jobs.isEmpty else { break }
        try within { (spool) throws(BulkError) in
          for (offset, new) in batch.jobs.enumerated() {
            try staged.take(new, index: index + offset, spool)
          }
        }
        index += batch.jobs.count
        progress(index)
      }
      guard end != .broken else { throw BulkError.source }
      try within { (spool) throws(BulkError) in
        do throws(StorageError) { try staged.addFollower(spool) } catch { throw .storage(error) }
      }
      try within { (spool) throws(BulkError) in try staged.publish(spool) }
    } catch {
      try within { (spool) throws(BulkError) in
        if case .storage(.outcomeUnknown) = error { return }
        staged.discard(spool)
      }
      throw error
    }
    try within { (spool) throws(BulkError) in
      try finish(staged, spool)
    }
    return staged.result
  }

  private func finish(_ staged: StagedFolders, _ spool: Spool) throws(BulkError) {
    guard staged.result.created > 0 else { return staged.discard(spool) }
    staged.ids.giveBackRest(spool)
    // Accepted is accepted: what can't be moved now is by whoever claims.
    try? spool.spreadBulks(in: nil)
    spool.hasNews = true
    do throws(StorageError) {
      for id in staged.leftOut.sorted() { try spool.didEnd(id, .removed) }
      try spool.lookAgain(at: staged.parentsInOrder)
      try spool.tellDependants(at: staged.now)
      try spool.finish()
    } catch { throw .storage(error) }
  }

  /// Why a batch has no more jobs.
  private enum BatchEnd {
    case full, last, broken
  }

  /// Some jobs, so that the store's turn is taken once for many, and memory stays small.
  private static func batch(
    from source: () throws(BulkSourceError) -> NewJob?
  ) -> (jobs: [NewJob], end: BatchEnd) {
    var batch: [NewJob] = []
    var size = 0
    do throws(BulkSourceError) {
      while batch.count < mostInBatch, size < largestBatch {
        guard let new = try source() else { return (batch, .last) }
        batch.append(new)
        size += new.payload.count
      }
    } catch { return (batch, .broken) }
    return (batch, .full)
  }

  private static let mostInBatch = 200
  private static let largestBatch = 1024 * 1024

  private func within<Result>(
    _ body: (Spool) throws(BulkError) -> Result
  ) throws(BulkError) -> Result {
    let outcome: Swift.Result<Result, BulkError>
    do throws(StorageError) {
      outcome = try withSpool { spool in
        do throws(BulkError) { return .success(try body(spool)) } catch { return .failure(error) }
      }
    } catch { throw .storage(error) }
    return try outcome.get()
  }
}
