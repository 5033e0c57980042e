import Jobs
import Storage

// What is removed without its job, and what belongs to none.

extension Tidier {
  static func hasKeys(at now: Instant, on connection: Connection) throws(SQLiteFailure) -> Bool {
    try IdempotencyRow.expired(at: now, on: connection).first()
  }

  mutating func removeKeys(in transaction: inout Transaction) throws(StorageError) {
    var tidier = self
    try transaction.change { connection throws(SQLiteFailure) in
      let statement = try IdempotencyRow.expired(at: tidier.now, on: connection)
      var keys: [(queue: String, key: String)] = []
      do {
        defer { statement.reset() }
        while try statement.step(), tidier.take(1) {
          keys.append((statement.text(0), statement.text(1)))
        }
      }
      for (queue, key) in keys { try IdempotencyRow.remove(key, of: queue, on: connection) }
      tidier.note(keys.count, .keys)
    }
    self = tidier
  }
}

// MARK: - Attempts

extension Tidier {
  private static let attemptsName = "attempts"

  static func hasAttempts(
    at now: Instant, _ rules: KeepRules, on connection: Connection
  ) throws(SQLiteFailure) -> Bool {
    guard let end = rules.attemptsEnd(at: now) else { return false }
    let cursor = try TidyCursor.read(attemptsName, for: end.milliseconds, on: connection)
    return try AttemptRow.old(behind: cursor, before: end, on: connection).first()
  }

  mutating func removeAttempts(in transaction: inout Transaction) throws(StorageError) {
    guard let end = rules.attemptsEnd(at: now) else { return }
    var tidier = self
    try transaction.change { connection throws(SQLiteFailure) in
      let begin = try TidyCursor.read(Self.attemptsName, for: end.milliseconds, on: connection)
      var cursor = begin
      var expired: [(id: Int64, attempt: Int64)] = []
      let statement = try AttemptRow.old(behind: begin, before: end, on: connection)
      do {
        defer { statement.reset() }
        while try statement.step() {
          let (id, attempt) = (statement.integer(0), statement.integer(1))
          let own = tidier.rules.retention(of: statement.text(4)).attemptsEnd(at: tidier.now)
          if own.map({ statement.integer(2) >= $0.milliseconds }) ?? true {
            guard tidier.pass() else { break }
          } else {
            guard tidier.take(1 + Int(statement.integer(3))) else { break }
            expired.append((id, attempt))
          }
          cursor = TidyCursor(first: id, second: attempt)
        }
      }
      for (id, attempt) in expired { try AttemptRow.remove(attempt, of: id, on: connection) }
      tidier.note(expired.count, .attempts)
      guard cursor != begin else { return }
      try cursor.write(Self.attemptsName, for: end.milliseconds, on: connection)
    }
    self = tidier
  }
}

// MARK: - Log and minutes

extension Tidier {
  static func hasLog(
    at now: Instant, _ rules: KeepRules, on connection: Connection
  ) throws(SQLiteFailure) -> Bool {
    let statement = try LogRow.oldest(on: connection)
    defer { statement.reset() }
    guard try statement.step() else { return false }
    return rules.all.isOver(Instant(milliseconds: statement.integer(1)), at: now)
  }

  mutating func removeLog(in transaction: inout Transaction) throws(StorageError) {
    var tidier = self
    try transaction.change { connection throws(SQLiteFailure) in
      let statement = try LogRow.oldest(on: connection)
      var last: Int64?
      var count = 0
      do {
        defer { statement.reset() }
        while try statement.step(),
          tidier.rules.all.isOver(Instant(milliseconds: statement.integer(1)), at: tidier.now),
          tidier.take(1)
        {
          last = statement.integer(0)
          count += 1
        }
      }
      if let last { try LogRow.remove(upTo: last, on: connection) }
      tidier.note(count, .log)
    }
    self = tidier
  }

  static func hasMinutes(
    at now: Instant, _ rules: KeepRules, on connection: Connection
  ) throws(SQLiteFailure) -> Bool {
    guard let end = rules.all.minutesEnd(at: now) else { return false }
    return try MinuteRow.queuesWithMinutes(before: end, on: connection).first()
  }

  mutating func removeMinutes(in transaction: inout Transaction) throws(StorageError) {
    guard let end = rules.all.minutesEnd(at: now) else { return }
    var tidier = self
    try transaction.change { connection throws(SQLiteFailure) in
      var queues: [String] = []
      let statement = try MinuteRow.queuesWithMinutes(before: end, on: connection)
      do {
        defer { statement.reset() }
        while try statement.step() { queues.append(statement.text(0)) }
      }
      for queue in queues.sorted() where !tidier.result.hasMore {
        var count = 0
        var last: Int64?
        let minutes = try MinuteRow.old(of: queue, before: end, on: connection)
        do {
          defer { minutes.reset() }
          while try minutes.step(), tidier.take(1) {
            last = minutes.integer(0)
            count += 1
          }
        }
        if let last { try MinuteRow.remove(upTo: last, of: queue, on: connection) }
        tidier.note(count, .minutes)
      }
    }
    self = tidier
  }
}
