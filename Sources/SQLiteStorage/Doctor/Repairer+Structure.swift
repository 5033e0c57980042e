import Jobs
import PosixIO
import Storage

// What the rows stand on: files, structure, indexes, schema, and bulks without a process.

extension Repairer {
  mutating func mendFiles() throws(StorageError) {
    guard let files = OwnFiles(of: store.path) else { return }
    for flaw in files.flaws() {
      let isDone = request.isDryRun ? !flaw.isStrange : files.mend(flaw)
      try note(
        Repair(
          isDone ? .mended : .left, "folder", flaw.message, remedy: isDone ? nil : flaw.remedy))
    }
  }

  /// Makes indexes anew where nothing else is wrong.
  ///
  /// - Returns: whether the structure is such that rows may be mended.
  mutating func mendStructure() throws(StorageError) -> Bool {
    switch try structure() {
    case .sound: return true
    case .damaged(let problems):
      for problem in problems {
        try note(Repair(.left, "integrity", problem, remedy: SQLiteStore.restore))
      }
      return false
    case .indexes(let problems):
      let unsound = try read { connection throws(SQLiteFailure) in
        var unsound: [String] = []
        for table in StoreObject.tables
        where try !Integrity.isSound(table, on: connection) { unsound.append(table) }
        return unsound
      }
      for table in unsound {
        guard try rebuildIndexes(of: table) else { return false }
      }
      return try noteOthers(problems, none: unsound.isEmpty)
    }
  }

  private func structure() throws(StorageError) -> Integrity {
    do {
      return try store.withSession { session throws(StorageError) in
        session.connection.ignoreTableRules()
        return try session.read { connection throws(SQLiteFailure) in
          try Integrity.examine(connection)
        }
      }
    } catch .corrupt(_, let detail) {
      return .damaged([detail])
    }
  }

  private mutating func rebuildIndexes(of table: String) throws(StorageError) -> Bool {
    let text = "the indexes of \(table) differed from it, and are made anew"
    guard !request.isDryRun else {
      noteLogged(Repair(.mended, "indexes", text))
      return true
    }
    do {
      try write { [self] transaction throws(StorageError) in
        try transaction.change { connection throws(SQLiteFailure) in
          try connection.execute("REINDEX \(table)")
        }
        try store.log(record(text), in: &transaction)
      }
      noteLogged(Repair(.mended, "indexes", text))
      return true
    } catch .system(_, let detail) {
      // As where two jobs hold one unique key.
      try note(
        Repair(
          .left, "indexes", "the indexes of \(table) cannot be made anew: \(detail)",
          remedy: SQLiteStore.restore))
      return false
    }
  }

  /// Notes the problems of tables that are not ours, if it is those.
  private mutating func noteOthers(_ problems: [String], none: Bool) throws(StorageError) -> Bool {
    guard none else { return true }
    for problem in problems {
      try note(
        Repair(
          .left, "indexes", problem,
          remedy: "it is no index of qctl; in the sqlite3 shell: REINDEX"))
    }
    return true
  }

  /// Makes again what can be made of what is there.
  ///
  /// - Returns: whether all tables are there.
  mutating func mendSchema() throws(StorageError) -> Bool {
    let missing = try read { connection throws(SQLiteFailure) in
      try StoreObject.missing(on: connection)
    }
    for object in missing {
      let text = "the \(object.kind) \(object.name) was missing"
      guard object.canBeMade else {
        try note(Repair(.left, "schema", text, remedy: SQLiteStore.restore))
        continue
      }
      guard try make(object) else {
        try note(
          Repair(
            .left, "schema", text + ", and what is there does not agree with it",
            remedy: SQLiteStore.restore))
        continue
      }
      try note(Repair(.mended, "schema", text))
    }
    return missing.allSatisfy(\.canBeMade)
  }

  private func make(_ object: StoreObject.Missing) throws(StorageError) -> Bool {
    guard !request.isDryRun else { return true }
    do {
      try write { transaction throws(StorageError) in
        try transaction.change { connection throws(SQLiteFailure) in
          try connection.execute(object.statement)
        }
      }
      return true
    } catch .system {
      return false
    }
  }

  /// Removes what dead processes left of bulks that were never accepted, as a claim would.
  mutating func removeAbandoned() throws(StorageError) {
    let abandoned = try abandonedBulks()
    guard !abandoned.isEmpty else { return }
    let text =
      "bulks that were not finished by their processes, so not accepted: "
      + "\(abandoned.count)"
    guard !request.isDryRun else { return noteLogged(Repair(.mended, "bulk", text)) }
    for _ in 0..<Self.mostRounds {
      guard try !abandonedBulks().isEmpty else { break }
      try store.withSession { session throws(StorageError) in
        session.nextCollection = 0
        store.collectAbandoned(session)
      }
      store.letOthersIn()
    }
    let isDone = try abandonedBulks().isEmpty
    try note(
      Repair(isDone ? .mended : .left, "bulk", text, remedy: isDone ? nil : "try again later"))
  }

  /// Each round removes for a fraction of a second; this is for bulks of a hundred million.
  private static let mostRounds = 10_000

  private func abandonedBulks() throws(StorageError) -> [Int64] {
    let bulks = try read { connection throws(SQLiteFailure) in
      try BulkRange.unattended(on: connection)
    }
    return bulks.map(\.bulk).filter { BulkOwner.isGone($0, of: store.path) }
  }
}

extension OwnFiles.Flaw {
  fileprivate var isStrange: Bool {
    if case .strange = kind { return true }
    return false
  }
}
