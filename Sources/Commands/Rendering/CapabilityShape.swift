import Storage
import Text

/// A line of `capabilities`.
struct CapabilityLine {
  let name: String
  let support: String
  let reason: String?
  let remedy: String?

  /// An ability and how far it goes.
  init(_ capability: Capability, _ support: Support) {
    name = capability.rawValue
    switch support {
    case .full:
      self.support = "full"
      (reason, remedy) = (nil, nil)
    case .none(let reason, let remedy):
      self.support = "none"
      (self.reason, self.remedy) = (reason, remedy)
    }
  }

  /// What looking does.
  init(_ effect: ReadEffect) {
    name = "read_effect"
    support = effect.rawValue
    (reason, remedy) = (nil, nil)
  }
}

extension RecordShape where Record == CapabilityLine {
  /// Abilities as `capabilities` prints them.
  static var capabilities: RecordShape {
    RecordShape(
      fields: ["capability", "support", "reason", "remedy"],
      value: { line, name in
        switch name {
        case "capability": line.name
        case "support": line.support
        case "reason": line.reason ?? ""
        default: line.remedy ?? ""
        }
      },
      json: { line, writer in
        writer.beginObject()
        writer.member("capability", line.name)
        writer.member("support", line.support)
        writer.optional("reason", line.reason)
        writer.optional("remedy", line.remedy)
        writer.endObject()
      },
      id: { $0.name },
      columns: [
        TableColumn("CAPABILITY", minimumWidth: 21), TableColumn("SUPPORT", minimumWidth: 7),
        TableColumn("REASON", isShrinkable: true), TableColumn("REMEDY", isShrinkable: true),
      ],
      cells: { line in
        [
          TableCell(line.name), TableCell(line.support, line.support == "none" ? .yellow : .plain),
          TableCell(line.reason ?? ""), TableCell(line.remedy ?? ""),
        ]
      })
  }
}
