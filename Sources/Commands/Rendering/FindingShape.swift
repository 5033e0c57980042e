import Storage
import Text

extension RecordShape where Record == Finding {
  /// Findings as `doctor` prints them.
  static var findings: RecordShape {
    RecordShape(
      fields: ["grade", "check", "message", "remedy"],
      value: { finding, name in
        switch name {
        case "grade": finding.grade.rawValue
        case "check": finding.check
        case "message": finding.message
        default: finding.remedy ?? ""
        }
      },
      json: { finding, writer in
        writer.beginObject()
        writer.member("grade", finding.grade.rawValue)
        writer.member("check", finding.check)
        writer.member("message", finding.message)
        writer.optional("remedy", finding.remedy)
        writer.endObject()
      },
      id: { $0.check },
      columns: [
        TableColumn("GRADE", minimumWidth: 7), TableColumn("CHECK", minimumWidth: 11),
        TableColumn("FINDING", isShrinkable: true), TableColumn("REMEDY", isShrinkable: true),
      ],
      cells: { finding in
        [
          TableCell(finding.grade.rawValue, finding.grade.style), TableCell(finding.check),
          TableCell(finding.message), TableCell(finding.remedy ?? ""),
        ]
      })
  }
}

extension Finding.Grade {
  fileprivate var style: TextStyle {
    switch self {
    case .ok: .green
    case .note: .plain
    case .warning: .yellow
    case .error: .red
    }
  }
}
