package import Jobs
package import Storage

extension SQLiteStore {
  package func minutes(_ request: MinutesRequest) throws(StorageError) -> [QueueMinute] {
    let (first, last) = (request.from.minute, request.to.minute)
    return try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        let queues =
          if let queue = request.queue { [queue] } else { try QueueRow.names(on: connection) }
        var minutes: [QueueMinute] = []
        for queue in queues {
          minutes += try MinuteRow.all(of: queue, from: first, to: last, on: connection)
        }
        guard queues.count > 1 else { return minutes }
        return minutes.sorted { ($0.minute, $0.queue) < ($1.minute, $1.queue) }
      }
    }
  }

  package func meters() throws(StorageError) -> [QueueMeter] {
    try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        let statement = try connection.statement(
          """
          SELECT queue, \(MinuteRow.totalColumns), all_durations, durations FROM qctl_queues
          ORDER BY queue
          """)
        defer { statement.reset() }
        var meters: [QueueMeter] = []
        while try statement.step() {
          // A name that breaks our rules is an application's doing; `doctor` tells of it.
          guard let queue = try? QueueName(statement.text(0)) else { continue }
          var timings = Timings(bytes: statement.bytes(7))
          timings.merge(Timings(bytes: statement.bytes(8)))
          meters.append(
            QueueMeter(
              queue: queue, totals: MinuteRow.totals(statement, from: 1), timings: timings))
        }
        return meters
      }
    }
  }
}
