package import Storage
import Jobs

extension SQLiteStore {
  package func findings() throws(StorageError) -> [Finding] {
    try withSession { session throws(StorageError) in
      var findings = [Self.version, permissions()].compactMap(\.self) + files() + disk()
      let usesLog = try session.read { connection throws(SQLiteFailure) in
        try connection.usesLog()
      }
      findings.append(journal(usesLog))
      if usesLog { findings += log() }
      findings += try toldOfDamage { () throws(StorageError) in try integrity(session) }
      findings += try toldOfDamage { () throws(StorageError) in try contents(session) }
      return findings
    }
  }

  /// The file, its surroundings and its journal: what costs a few system calls.
  package func vitals() throws(StorageError) -> StoreVitals {
    try withSession { session throws(StorageError) in
      let (usesLog, missing) = try session.read { connection throws(SQLiteFailure) in
        (try connection.usesLog(), try StoreObject.missing(on: connection))
      }
      var findings = [permissions()].compactMap(\.self) + files() + disk() + [journal(usesLog)]
      if usesLog { findings += log() }
      return StoreVitals(
        findings: findings + missing.map(Self.finding), logBytes: usesLog ? logBytes ?? 0 : nil)
    }
  }

  /// What is asked only of a store all of whose tables are there.
  private func contents(_ session: Session) throws(StorageError) -> [Finding] {
    let (missing, triggers) = try session.read { connection throws(SQLiteFailure) in
      (
        try StoreObject.missing(on: connection),
        try StoreObject.foreignTriggers(on: connection)
      )
    }
    var findings = missing.map(Self.finding) + triggers.map(Self.trigger)
    guard !missing.contains(where: { $0.kind == "table" }) else { return findings }
    findings += try jobs(session)
    findings += try rows(session)
    findings += try histories(session)
    findings += try counts(session)
    findings += try bulks(session)
    findings += try waits(session)
    findings += try batches(session)
    findings += try schedules(session)
    findings += try hands(session)
    findings += try keys(session)
    findings += try session.read { connection throws(SQLiteFailure) in
      try Self.clock(connection) + Self.quarantine(connection)
    }
    return findings
  }

  /// A damaged store is what this is for: a check that trips over the damage tells of it.
  private func toldOfDamage(
    _ check: () throws(StorageError) -> [Finding]
  ) throws(StorageError) -> [Finding] {
    do {
      return try check()
    } catch .corrupt(_, let detail) {
      return [Finding(.error, "integrity", detail, remedy: Self.restore)]
    }
  }

  /// What to do about a file that is damaged beyond what `repair` can mend.
  static let restore = """
    stop the workers, keep a copy of the file and of its -wal, then restore the latest backup, or \
    save what can be read with: sqlite3 FILE .recover | sqlite3 NEW
    """

  /// What to do about what `repair` can mend.
  static let mend = "qctl doctor --repair"
}

// MARK: - The structure

extension SQLiteStore {
  private func integrity(_ session: Session) throws(StorageError) -> [Finding] {
    session.connection.ignoreTableRules()
    let found = try session.read { connection throws(SQLiteFailure) in
      try Integrity.examine(connection)
    }
    switch found {
    case .sound: return [Finding(.ok, "integrity", "integrity_check is ok")]
    case .indexes(let problems):
      return problems.map { Finding(.error, "indexes", $0, remedy: Self.mend) }
    case .damaged(let problems):
      return problems.map { Finding(.error, "integrity", $0, remedy: Self.restore) }
    }
  }

  private static func finding(_ missing: StoreObject.Missing) -> Finding {
    Finding(
      .error, "schema", "the \(missing.kind) \(missing.name) is missing",
      remedy: missing.canBeMade ? mend : restore)
  }

  private static func trigger(_ name: String) -> Finding {
    Finding(
      .note, "triggers", "a trigger '\(name)' that is not of qctl runs with its changes",
      remedy: "see that it never fails, is quick, and leaves the qctl_ tables alone")
  }
}
