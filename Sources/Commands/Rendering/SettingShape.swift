import CommandLineSpec
import Text

extension RecordShape where Record == Setting {
  /// Settings as `config` prints them.
  static var settings: RecordShape {
    RecordShape(
      fields: ["flag", "value", "origin"],
      value: { setting, name in
        switch name {
        case "flag": setting.flag
        case "value": setting.value ?? ""
        default: setting.origin.text
        }
      },
      json: { setting, writer in
        writer.beginObject()
        writer.member("flag", setting.flag)
        writer.optional("value", setting.value)
        writer.member("origin", setting.origin.text)
        writer.endObject()
      },
      id: { $0.flag },
      columns: [
        TableColumn("FLAG", minimumWidth: 16), TableColumn("VALUE", minimumWidth: 12),
        TableColumn("ORIGIN"),
      ],
      cells: { setting in
        [
          TableCell(setting.flag), TableCell(setting.value ?? "-"),
          TableCell(setting.origin.text, setting.origin == .default ? .dim : .plain),
        ]
      })
  }
}
