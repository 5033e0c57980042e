import Jobs
import Storage

/// That a job waits for another, or did: a row of qctl_parents.
///
/// `pending` is 1 until the other has ended as the job's rule asks; qctl_jobs has in `waits` how many
/// such rows a job has, and in `dependants` whether any job ever waited for it, so that the end of one
/// for which none waits costs nothing.
enum ParentRow {
  /// Writes down the parents of a new job, and lets those that it waits for know.
  static func insert(
    _ id: JobID, _ parents: [JobID], waitsFor: [JobID], on connection: Connection
  ) throws(SQLiteFailure) {
    for parent in parents {
      let isPending = waitsFor.contains(parent)
      let statement = try connection.statement(
        "INSERT INTO qctl_parents(job_id, parent_id, pending) VALUES (?1, ?2, ?3)")
      statement.bind(1, id.rawValue)
      statement.bind(2, parent.rawValue)
      statement.bind(3, isPending)
      try statement.run()
      guard isPending else { continue }
      let flag = try connection.statement(
        "UPDATE qctl_jobs SET dependants = 1 WHERE id = ?1 AND dependants = 0")
      flag.bind(1, parent.rawValue)
      try flag.run()
    }
  }

  /// Writes down how many parents a job waits for, and whether others wait for it.
  static func count(_ id: JobID, on connection: Connection) throws(SQLiteFailure) {
    let statement = try connection.statement(
      """
      UPDATE qctl_jobs SET
        waits = (SELECT count(*) FROM qctl_parents WHERE job_id = ?1 AND pending = 1),
        dependants = EXISTS (SELECT 1 FROM qctl_parents WHERE parent_id = ?1 AND pending = 1)
      WHERE id = ?1
      """)
    statement.bind(1, id.rawValue)
    try statement.run()
  }

  /// The parents of a job, lowest first.
  static func parents(
    of id: JobID, on connection: Connection
  ) throws(SQLiteFailure) -> (all: [JobID], pending: [JobID]) {
    let statement = try connection.statement(
      "SELECT parent_id, pending FROM qctl_parents WHERE job_id = ?1 ORDER BY parent_id")
    statement.bind(1, id.rawValue)
    defer { statement.reset() }
    var (all, pending): ([JobID], [JobID]) = ([], [])
    while try statement.step() {
      guard let parent = JobID(rawValue: statement.integer(0)) else { continue }
      all.append(parent)
      if statement.integer(1) != 0 { pending.append(parent) }
    }
    return (all, pending)
  }

  /// Whether some job waits for this one.
  static func hasDependants(
    _ id: JobID, on connection: Connection
  ) throws(SQLiteFailure) -> Bool {
    let statement = try connection.statement(
      "SELECT 1 FROM qctl_parents WHERE parent_id = ?1 AND pending = 1 LIMIT 1")
    statement.bind(1, id.rawValue)
    defer { statement.reset() }
    return try statement.step()
  }

  /// Some of those that wait for a job, behind one of them.
  static func dependants(
    of id: JobID, after last: Int64, upTo limit: Int, on connection: Connection
  ) throws(SQLiteFailure) -> [Int64] {
    let statement = try connection.statement(
      """
      SELECT job_id FROM qctl_parents
      WHERE parent_id = ?1 AND pending = 1 AND job_id > ?2 ORDER BY job_id LIMIT ?3
      """)
    statement.bind(1, id.rawValue)
    statement.bind(2, last)
    statement.bind(3, Int64(limit))
    defer { statement.reset() }
    var found: [Int64] = []
    while try statement.step() { found.append(statement.integer(0)) }
    return found
  }

  /// A job waits for one parent less.
  ///
  /// - Returns: whether it waits for others still.
  static func satisfy(
    _ id: JobID, _ parent: JobID, on connection: Connection
  ) throws(SQLiteFailure) -> Bool {
    let row = try connection.statement(
      "UPDATE qctl_parents SET pending = 0 WHERE job_id = ?1 AND parent_id = ?2")
    row.bind(1, id.rawValue)
    row.bind(2, parent.rawValue)
    try row.run()
    try count(id, on: connection)
    let rest = try connection.statement(
      "SELECT 1 FROM qctl_parents WHERE job_id = ?1 AND pending = 1 LIMIT 1")
    rest.bind(1, id.rawValue)
    defer { rest.reset() }
    return try rest.step()
  }

  /// A job waits for none any more.
  static func satisfyAll(_ id: JobID, on connection: Connection) throws(SQLiteFailure) {
    let statement = try connection.statement(
      "UPDATE qctl_parents SET pending = 0 WHERE job_id = ?1 AND pending = 1")
    statement.bind(1, id.rawValue)
    try statement.run()
  }

  /// The parents of the jobs of a bulk that are none of its own and have ended or gone, in the order in
  /// which its jobs name them.
  static func endedParents(
    ofBulk bulk: Int64, on connection: Connection
  ) throws(SQLiteFailure) -> [JobID] {
    let statement = try connection.statement(
      """
      SELECT p.parent_id FROM qctl_bulks b
      CROSS JOIN qctl_parents p ON p.job_id BETWEEN b.first_id AND b.last_id AND p.pending = 1
      LEFT JOIN qctl_jobs j ON j.id = p.parent_id
      WHERE b.bulk = ?1 AND (j.id IS NULL OR j.state IN ('completed', 'dead', 'cancelled'))
      GROUP BY p.parent_id ORDER BY min(p.job_id), p.parent_id
      """)
    statement.bind(1, bulk)
    defer { statement.reset() }
    var found: [JobID] = []
    while try statement.step() {
      if let id = JobID(rawValue: statement.integer(0)) { found.append(id) }
    }
    return found
  }

  static func remove(_ id: Int64, on connection: Connection) throws(SQLiteFailure) {
    let statement = try connection.statement("DELETE FROM qctl_parents WHERE job_id = ?1")
    statement.bind(1, id)
    try statement.run()
  }

  static func remove(
    _ ids: ClosedRange<Int64>, on connection: Connection
  ) throws(SQLiteFailure) {
    let statement = try connection.statement(
      "DELETE FROM qctl_parents WHERE job_id BETWEEN ?1 AND ?2")
    statement.bind(1, ids.lowerBound)
    statement.bind(2, ids.upperBound)
    try statement.run()
  }
}

/// A parent whose dependants were too many for one step: a row of qctl_ended.
enum EndedRow {
  /// Whether there is any, so that somebody goes on.
  static func exist(on connection: Connection) throws(SQLiteFailure) -> Bool {
    let statement = try connection.statement("SELECT 1 FROM qctl_ended LIMIT 1")
    defer { statement.reset() }
    return try statement.step()
  }

  /// The next, and the last dependant of it that was told.
  static func first(
    on connection: Connection
  ) throws(SQLiteFailure) -> (parent: JobID, done: Int64)? {
    let statement = try connection.statement(
      "SELECT parent_id, done FROM qctl_ended ORDER BY parent_id LIMIT 1")
    defer { statement.reset() }
    guard try statement.step(), let parent = JobID(rawValue: statement.integer(0)) else {
      return nil
    }
    return (parent, statement.integer(1))
  }

  static func save(
    _ parent: JobID, done: Int64, on connection: Connection
  ) throws(SQLiteFailure) {
    let statement = try connection.statement(
      "INSERT OR REPLACE INTO qctl_ended(parent_id, done) VALUES (?1, ?2)")
    statement.bind(1, parent.rawValue)
    statement.bind(2, done)
    try statement.run()
  }

  static func remove(_ parent: JobID, on connection: Connection) throws(SQLiteFailure) {
    let statement = try connection.statement("DELETE FROM qctl_ended WHERE parent_id = ?1")
    statement.bind(1, parent.rawValue)
    try statement.run()
  }
}
