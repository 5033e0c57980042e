import Storage
import Text

/// A line of `doctor`: what was found, or what was done about it.
enum DoctorLine {
  case finding(Finding)
  case repair(Repair)

  /// The grade of a finding, or what a repair came to.
  var grade: String {
    switch self {
    case .finding(let finding): finding.grade.rawValue
    case .repair(let repair): repair.deed.rawValue
    }
  }

  /// Which of the two words that is.
  fileprivate var kind: String {
    switch self {
    case .finding: "grade"
    case .repair: "deed"
    }
  }

  fileprivate var check: String {
    switch self {
    case .finding(let finding): finding.check
    case .repair(let repair): repair.check
    }
  }

  fileprivate var message: String {
    switch self {
    case .finding(let finding): finding.message
    case .repair(let repair): repair.message
    }
  }

  fileprivate var remedy: String? {
    switch self {
    case .finding(let finding): finding.remedy
    case .repair(let repair): repair.remedy
    }
  }

  fileprivate var style: TextStyle {
    switch self {
    case .finding(let finding):
      switch finding.grade {
      case .ok: .green
      case .note: .plain
      case .warning: .yellow
      case .error: .red
      }
    case .repair(let repair):
      switch repair.deed {
      case .mended: .green
      case .quarantined: .yellow
      case .left: .red
      }
    }
  }
}

extension RecordShape where Record == DoctorLine {
  /// Findings and repairs as `doctor` prints them.
  static var doctor: RecordShape {
    RecordShape(
      fields: ["grade", "check", "message", "remedy"],
      value: { line, name in
        switch name {
        case "grade": line.grade
        case "check": line.check
        case "message": line.message
        default: line.remedy ?? ""
        }
      },
      json: { line, writer in
        writer.beginObject()
        writer.member(line.kind, line.grade)
        writer.member("check", line.check)
        writer.member("message", line.message)
        writer.optional("remedy", line.remedy)
        writer.endObject()
      },
      id: { $0.check },
      columns: [
        TableColumn("GRADE", minimumWidth: 7), TableColumn("CHECK", minimumWidth: 11),
        TableColumn("FINDING", isShrinkable: true), TableColumn("REMEDY", isShrinkable: true),
      ],
      cells: { line in
        [
          TableCell(line.grade, line.style), TableCell(line.check),
          TableCell(line.message), TableCell(line.remedy ?? ""),
        ]
      })
  }
}
