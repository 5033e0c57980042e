import Jobs
import Text

extension RecordShape where Record == Job {
  /// Jobs as lists print them.
  static func jobs(_ times: TimeDisplay, at now: Instant) -> RecordShape {
    RecordShape(
      fields: JobField.allCases.map(\.rawValue),
      value: { job, name in JobField(rawValue: name)?.value(of: job, at: now).plain ?? "" },
      json: { job, writer in
        writer.beginObject()
        writer.fields(of: job, at: now)
        writer.endObject()
      },
      id: { $0.id.description },
      columns: [
        TableColumn("ID", minimumWidth: 13), TableColumn("QUEUE", minimumWidth: 8),
        TableColumn("TYPE", minimumWidth: 12), TableColumn("STATE", minimumWidth: 9),
        TableColumn("P", alignment: .trailing, expendability: 2),
        TableColumn("TRIES", minimumWidth: 5, expendability: 1),
        TableColumn("ENQUEUED", minimumWidth: times.width),
        TableColumn("NEXT", minimumWidth: times.width, expendability: 1),
        TableColumn("ERROR", minimumWidth: 16, isShrinkable: true),
      ],
      cells: { job in
        let state = job.effectiveState(at: now)
        return [
          TableCell(job.id.description), TableCell(job.queue.description),
          TableCell(job.type.description), TableCell(state.rawValue, state.style),
          TableCell(String(job.priority.level)), TableCell("\(job.failures)/\(job.maxAttempts)"),
          TableCell(times.text(job.enqueuedAt)),
          TableCell(job.state.waitsForTime && state != .ready ? times.text(job.runAt) : ""),
          TableCell(job.error ?? ""),
        ]
      })
  }
}

extension JSONWriter {
  /// The fields of a job in their order, null where it has nothing.
  mutating func fields(of job: Job, at now: Instant) {
    for field in JobField.allCases {
      key(field.rawValue)
      switch field.value(of: job, at: now) {
      case .text(let text): string(text)
      case .number(let number): int(number)
      case .absent: null()
      }
    }
  }
}

extension JobState {
  /// The colour of a state on a terminal.
  var style: TextStyle {
    switch self {
    case .ready: .plain
    case .active: .cyan
    case .scheduled, .blocked: .dim
    case .retrying: .yellow
    case .completed: .green
    case .dead: .red
    case .cancelled: .dim
    }
  }
}
