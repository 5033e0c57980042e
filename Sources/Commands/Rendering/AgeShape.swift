import Jobs
import Text

/// How many ready jobs of a queue have been due for a stretch of ages.
struct AgeRow {
  let queue: QueueName
  /// Where the stretch begins.
  let from: TimeSpan
  /// Where it ends; `nil` for the last, which does not.
  let to: TimeSpan?
  let jobs: Int64
  /// The jobs of the fullest stretch of the queue.
  let most: Int64

  /// Where stretches end: a second, and then twice as long each time, up to 48 days.
  static var edges: [TimeSpan] { (0..<23).map { .seconds(Int64(1) << $0) } }

  /// The stretches of a queue, up to the last with jobs in it.
  static func rows(_ counts: [Int64], of queue: QueueName) -> [AgeRow] {
    guard let last = counts.lastIndex(where: { $0 > 0 }) else { return [] }
    let (edges, most) = (edges, counts.max() ?? 0)
    return (0...last).map { place in
      AgeRow(
        queue: queue, from: place > 0 ? edges[place - 1] : .zero,
        to: place < edges.count ? edges[place] : nil, jobs: counts[place], most: most)
    }
  }

  /// A bar of at most so many columns; something where there is anything.
  fileprivate func bar(_ width: Int) -> String {
    guard jobs > 0, most > 0 else { return "" }
    return BlockBar.text(share: Double(jobs) / Double(most), width: width)
  }
}

extension RecordShape where Record == AgeRow {
  /// Ages as `stats --ages` prints them.
  static var ages: RecordShape {
    RecordShape(
      fields: ["queue", "from_ms", "to_ms", "jobs"],
      value: { row, name in
        switch name {
        case "from_ms": String(row.from.milliseconds)
        case "to_ms": row.to.map { String($0.milliseconds) } ?? ""
        case "jobs": String(row.jobs)
        default: row.queue.description
        }
      },
      json: { row, writer in
        writer.beginObject()
        writer.member("queue", row.queue.description)
        writer.member("from_ms", row.from.milliseconds)
        writer.key("to_ms")
        if let to = row.to { writer.int(to.milliseconds) } else { writer.null() }
        writer.member("jobs", row.jobs)
        writer.endObject()
      },
      id: { $0.queue.description },
      columns: [
        TableColumn("QUEUE", minimumWidth: 16),
        TableColumn("AGE", minimumWidth: 14),
        TableColumn("JOBS", alignment: .trailing, minimumWidth: 8),
        TableColumn("", isShrinkable: true),
      ],
      cells: { row in
        [
          TableCell(row.queue.description), TableCell(row.stretch), TableCell(String(row.jobs)),
          TableCell(row.bar(30)),
        ]
      })
  }
}

extension AgeRow {
  /// As people read it: `4s to 8s`.
  fileprivate var stretch: String {
    guard let to else { return "over \(from.brief)" }
    return from == .zero ? "under \(to.brief)" : "\(from.brief) to \(to.brief)"
  }
}
