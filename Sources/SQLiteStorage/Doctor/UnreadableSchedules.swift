import Jobs
import Storage

/// Schedules whose rows make no sense: they fire nothing, and are not shown.
enum UnreadableSchedules {
  /// The first few names.
  static func names(upTo limit: Int, on connection: Connection) throws(SQLiteFailure) -> [String] {
    let statement = try connection.prepare("SELECT name, rule FROM qctl_schedules ORDER BY name")
    var found: [String] = []
    while found.count < limit, try statement.step() {
      let name = statement.text(0)
      guard let schedule = try? Schedule(json: statement.bytes(1)),
        schedule.name.description == name
      else {
        found.append(name)
        continue
      }
    }
    return found
  }

  static func sentence(_ name: String) -> String {
    "schedule '\(name)' can't be read, and fires nothing"
  }
}

extension SQLiteStore {
  func schedules(_ session: Session) throws(StorageError) -> [Finding] {
    let names = try session.read { connection throws(SQLiteFailure) in
      try UnreadableSchedules.names(upTo: 10, on: connection)
    }
    return names.map {
      Finding(.error, "schedules", UnreadableSchedules.sentence($0), remedy: Self.mend)
    }
  }
}

extension Repairer {
  /// Puts schedules out of the way that nobody can read.
  mutating func quarantineSchedules() throws(StorageError) {
    let names = try read { connection throws(SQLiteFailure) in
      try UnreadableSchedules.names(upTo: 1000, on: connection)
    }
    for name in names {
      let sentence = UnreadableSchedules.sentence(name)
      if !request.isDryRun {
        try write { [self] transaction throws(StorageError) in
          // Another may have put a new one there meanwhile.
          let isStillSo = try transaction.sql { connection throws(SQLiteFailure) in
            try UnreadableSchedules.names(upTo: 1000, on: connection).contains(name)
          }
          guard isStillSo else { return }
          let note = Quarantine.Note(reason: sentence, now: request.now)
          try Quarantine.take(schedule: name, note, in: &transaction)
          try store.log(record(sentence + ": put into quarantine"), in: &transaction)
        }
      }
      noteLogged(Repair(.quarantined, "schedules", sentence, remedy: Self.look))
    }
  }
}
