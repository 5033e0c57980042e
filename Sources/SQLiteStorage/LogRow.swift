import Jobs

/// A log record as a row of qctl_log.
enum LogRow {
  static let columns = """
    seq, timestamp, event, queue, job_id, job_type, attempt, status, duration_ms, error, \
    exit_code, signal, worker, actor, reason, tags, from_queue, verb, filter, planned, changed, \
    schedule
    """

  /// Writes a record; those of workers, of which there are many, bind nothing that only operators say.
  static func insert(_ record: LogRecord, on connection: Connection) throws(SQLiteFailure) {
    guard record.isOfOperator else { return try insertPlain(record, on: connection) }
    let statement = try connection.statement(
      """
      INSERT INTO qctl_log(timestamp, event, queue, job_id, job_type, attempt, status,
        duration_ms, error, exit_code, signal, worker, actor, reason, tags, from_queue, verb,
        filter, planned, changed, schedule)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
        ?20, ?21)
      """)
    bind(record, to: statement)
    statement.bind(16, record.fromQueue?.description)
    statement.bind(17, record.verb)
    statement.bind(18, record.filter)
    statement.bind(19, record.planned)
    statement.bind(20, record.changed)
    statement.bind(21, record.schedule?.description)
    try statement.run()
  }

  private static func insertPlain(
    _ record: LogRecord, on connection: Connection
  ) throws(SQLiteFailure) {
    let statement = try connection.statement(
      """
      INSERT INTO qctl_log(timestamp, event, queue, job_id, job_type, attempt, status,
        duration_ms, error, exit_code, signal, worker, actor, reason, tags)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
      """)
    bind(record, to: statement)
    try statement.run()
  }

  private static func bind(_ record: LogRecord, to statement: Statement) {
    statement.bind(1, record.timestamp.milliseconds)
    statement.bind(2, record.event.rawValue)
    statement.bind(3, record.queue?.description)
    statement.bind(4, record.jobID?.rawValue)
    statement.bind(5, record.jobType?.description)
    statement.bind(6, record.attempt)
    statement.bind(7, record.status?.rawValue)
    statement.bind(8, record.duration?.milliseconds)
    statement.bind(9, record.error)
    statement.bind(10, record.exitCode)
    statement.bind(11, record.signal)
    statement.bind(12, record.worker)
    statement.bind(13, record.actor)
    statement.bind(14, record.reason)
    statement.bind(15, TagText.write(record.tags))
  }

  /// The record of the present row; `nil` for an event of a newer qctl.
  static func read(_ row: Statement) -> LogRecord? {
    guard let event = LogRecord.Event(rawValue: row.text(2)) else { return nil }
    var record = LogRecord(event, at: Instant(milliseconds: row.integer(1)))
    record.queue = row.optionalText(3).flatMap { try? QueueName($0) }
    record.jobID = row.optionalInteger(4).flatMap(JobID.init(rawValue:))
    record.jobType = row.optionalText(5).flatMap { try? JobType($0) }
    record.attempt = row.optionalInteger(6)
    record.status = row.optionalText(7).flatMap(JobState.init(rawValue:))
    record.duration = row.optionalInteger(8).map(TimeSpan.init(milliseconds:))
    record.error = row.optionalText(9)
    record.exitCode = row.optionalInteger(10)
    record.signal = row.optionalInteger(11)
    record.worker = row.optionalText(12)
    record.actor = row.optionalText(13)
    record.reason = row.optionalText(14)
    record.tags = TagText.read(row.optionalText(15))
    record.fromQueue = row.optionalText(16).flatMap { try? QueueName($0) }
    record.verb = row.optionalText(17)
    record.filter = row.optionalText(18)
    record.planned = row.optionalInteger(19)
    record.changed = row.optionalInteger(20)
    record.schedule = row.optionalText(21).flatMap { try? ScheduleName($0) }
    return record
  }
}

extension LogRecord {
  /// Whether it says what only an operator's command or a schedule has to say.
  fileprivate var isOfOperator: Bool {
    fromQueue != nil || verb != nil || filter != nil || planned != nil || changed != nil
      || schedule != nil
  }
}
