import Jobs
import Text

extension RecordShape where Record == ErrorGroupSummary {
  /// Groups of errors as `dlq groups` prints them.
  static func errorGroups(_ times: TimeDisplay) -> RecordShape {
    RecordShape(
      fields: [
        "group", "count", "queues", "types", "first_seen", "last_seen", "example", "example_id",
        "shape",
      ],
      value: text, json: write, id: { $0.id.description },
      columns: [
        TableColumn("GROUP", minimumWidth: 12),
        TableColumn("COUNT", alignment: .trailing, minimumWidth: 7),
        TableColumn("QUEUES", minimumWidth: 8), TableColumn("TYPES", minimumWidth: 12),
        TableColumn("FIRST", minimumWidth: times.width),
        TableColumn("LAST", minimumWidth: times.width), TableColumn("ERROR", isShrinkable: true),
      ],
      cells: { cells($0, times) })
  }

  private static func text(_ group: ErrorGroupSummary, _ name: String) -> String {
    switch name {
    case "group": group.id.description
    case "count": String(group.count)
    case "queues": group.queues.joined(separator: ",")
    case "types": group.types.joined(separator: ",")
    case "first_seen": group.firstSeen?.rfc3339 ?? ""
    case "last_seen": group.lastSeen?.rfc3339 ?? ""
    case "example": group.example ?? ""
    case "example_id": group.exampleID.description
    case "shape": group.shape
    default: ""
    }
  }

  private static func write(_ group: ErrorGroupSummary, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("group", group.id.description)
    writer.member("count", Int64(group.count))
    writer.strings("queues", group.queues)
    writer.strings("types", group.types)
    writer.optional("first_seen", group.firstSeen?.rfc3339)
    writer.optional("last_seen", group.lastSeen?.rfc3339)
    writer.optional("example", group.example)
    writer.member("example_id", group.exampleID.description)
    writer.member("shape", group.shape)
    writer.endObject()
  }

  private static func cells(_ group: ErrorGroupSummary, _ times: TimeDisplay) -> [TableCell] {
    [
      TableCell(group.id.description), TableCell(String(group.count)),
      TableCell(few(group.queues)), TableCell(few(group.types)),
      TableCell(times.text(group.firstSeen)), TableCell(times.text(group.lastSeen)),
      TableCell(group.example ?? "", .red),
    ]
  }

  /// The first two names, and how many more there are: a cell is no place for a hundred.
  private static func few(_ names: [String]) -> String {
    let shown = names.prefix(2).joined(separator: ",")
    return names.count > 2 ? shown + ",+\(names.count - 2)" : shown
  }
}

extension JSONWriter {
  /// A list of texts.
  fileprivate mutating func strings(_ name: String, _ texts: [String]) {
    key(name)
    beginArray()
    for text in texts { string(text) }
    endArray()
  }
}
