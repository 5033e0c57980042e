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
}
