import Jobs
import Storage

/// Jobs that wait for one that is not there: taken in from a part of another store, or spoilt by hand.
enum OrphanedWaits {
  /// The parents that are missing and for which jobs wait, the lowest ids.
  static func parents(upTo limit: Int, on connection: Connection) throws(SQLiteFailure) -> [JobID] {
    let statement = try connection.prepare(
      """
      SELECT DISTINCT parent_id FROM qctl_parents p INDEXED BY qctl_parents_pending
      WHERE pending = 1 AND NOT EXISTS (SELECT 1 FROM qctl_jobs WHERE id = p.parent_id)
        AND NOT EXISTS (SELECT 1 FROM qctl_batches WHERE id = p.parent_id)
      ORDER BY parent_id LIMIT ?1
      """)
    statement.bind(1, Int64(limit))
    var found: [JobID] = []
    while try statement.step() {
      if let id = JobID(rawValue: statement.integer(0)) { found.append(id) }
    }
    return found
  }

  static func sentence(_ parent: JobID) -> String {
    "jobs wait for \(parent), which is not there"
  }
}

extension SQLiteStore {
  /// Jobs that would wait for ever; the first few of those for which they wait.
  func waits(_ session: Session) throws(StorageError) -> [Finding] {
    let parents = try session.read { connection throws(SQLiteFailure) in
      try OrphanedWaits.parents(upTo: 10, on: connection)
    }
    return parents.map {
      Finding(.warning, "dependencies", OrphanedWaits.sentence($0), remedy: Self.mend)
    }
  }
}

extension Repairer {
  /// Tells jobs that those for which they wait were removed.
  mutating func tellOrphans() throws(StorageError) {
    let parents = try read { connection throws(SQLiteFailure) in
      try OrphanedWaits.parents(upTo: 1000, on: connection)
    }
    for parent in parents {
      if !request.isDryRun {
        try write { [self] transaction throws(StorageError) in
          transaction.noteEnd(parent)
          try store.tellDependants(at: request.now, in: &transaction)
          try store.log(
            record(OrphanedWaits.sentence(parent) + ": told that it was removed"),
            in: &transaction)
        }
      }
      noteLogged(Repair(.mended, "dependencies", OrphanedWaits.sentence(parent)))
    }
  }
}
