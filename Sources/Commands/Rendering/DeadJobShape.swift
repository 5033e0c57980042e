import Jobs
import Text

extension RecordShape where Record == Job {
  /// Dead jobs: the same fields, and a table that says when and why they died.
  static func deadJobs(_ times: TimeDisplay, at now: Instant) -> RecordShape {
    let plain = jobs(times, at: now)
    return RecordShape(
      fields: plain.fields, value: plain.value, json: plain.json, id: plain.id,
      columns: [
        TableColumn("ID", minimumWidth: 13), TableColumn("QUEUE", minimumWidth: 8),
        TableColumn("TYPE", minimumWidth: 12),
        TableColumn("TRIES", minimumWidth: 5, expendability: 1),
        TableColumn("DIED", minimumWidth: times.width),
        TableColumn("ERROR", minimumWidth: 16, isShrinkable: true),
      ],
      cells: { job in
        [
          TableCell(job.id.description), TableCell(job.queue.description),
          TableCell(job.type.description), TableCell("\(job.failures)/\(job.maxAttempts)"),
          TableCell(times.text(job.finishedAt)), TableCell(job.error ?? "", .red),
        ]
      })
  }
}
