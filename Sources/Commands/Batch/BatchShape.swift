import Jobs
import Storage
import Text

extension RecordShape where Record == BatchSummary {
  /// Batches as `batch list` prints them.
  static func batches(_ times: TimeDisplay) -> RecordShape {
    RecordShape(
      fields: [
        "id", "name", "state", "total", "unfinished", "completed", "dead", "cancelled",
        "created_at", "finished_at", "follower",
      ],
      value: text, json: write, id: { $0.id.description },
      columns: [
        TableColumn("ID", minimumWidth: 13), TableColumn("STATE", minimumWidth: 9),
        TableColumn("TOTAL", alignment: .trailing, minimumWidth: 7),
        TableColumn("UNFINISHED", alignment: .trailing, minimumWidth: 10),
        TableColumn("COMPLETED", alignment: .trailing, minimumWidth: 9),
        TableColumn("DEAD", alignment: .trailing, minimumWidth: 6),
        TableColumn("CANCELLED", alignment: .trailing, minimumWidth: 9),
        TableColumn("CREATED", minimumWidth: times.width), TableColumn("NAME", isShrinkable: true),
      ],
      cells: { cells($0, times) })
  }

  private static func text(_ batch: BatchSummary, _ name: String) -> String {
    switch name {
    case "id": batch.id.description
    case "name": batch.name
    case "state": batch.state
    case "total": String(batch.total)
    case "unfinished": String(batch.unfinished)
    case "completed": String(batch.completed)
    case "dead": String(batch.dead)
    case "cancelled": String(batch.cancelled)
    case "created_at": batch.createdAt.rfc3339
    case "finished_at": batch.finishedAt?.rfc3339 ?? ""
    case "follower": batch.follower?.description ?? ""
    default: ""
    }
  }

  private static func write(_ batch: BatchSummary, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("id", batch.id.description)
    writer.member("name", batch.name)
    writer.member("state", batch.state)
    writer.member("total", batch.total)
    writer.member("unfinished", batch.unfinished)
    writer.member("completed", batch.completed)
    writer.member("dead", batch.dead)
    writer.member("cancelled", batch.cancelled)
    writer.member("created_at", batch.createdAt.rfc3339)
    writer.optional("finished_at", batch.finishedAt?.rfc3339)
    writer.optional("follower", batch.follower?.description)
    writer.endObject()
  }

  private static func cells(_ batch: BatchSummary, _ times: TimeDisplay) -> [TableCell] {
    [
      TableCell(batch.id.description), TableCell(batch.state, batch.style),
      TableCell(String(batch.total)), TableCell(String(batch.unfinished)),
      TableCell(String(batch.completed)),
      TableCell(String(batch.dead), batch.dead > 0 ? .red : .plain),
      TableCell(String(batch.cancelled)), TableCell(times.text(batch.createdAt)),
      TableCell(batch.name),
    ]
  }
}

extension BatchSummary {
  /// How it stands, in a word: `running`, `completed` or `failed`.
  var state: String {
    switch stand {
    case .live: "running"
    case .completed: "completed"
    case .failed, .removed: "failed"
    }
  }

  /// How its state is shown.
  var style: TextStyle {
    switch stand {
    case .completed: .dim
    case .failed, .removed: .red
    case .live: .plain
    }
  }
}
