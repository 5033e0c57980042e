import CommandLineSpec
import Text

/// A field's name and value, as JSON, CSV and templates print them.
struct RecordField {
  let name: String
  let value: JobField.Value
}

/// What a kind of record looks like in every format.
struct RecordShape<Record> {
  /// The names for CSV and templates, in order.
  let fields: [String]
  /// One field's value, for CSV and templates.
  let value: (Record, String) -> String
  /// One JSON object.
  let json: (Record, inout JSONWriter) -> Void
  /// What `--ids` prints.
  let id: (Record) -> String
  /// The table's columns.
  let columns: [TableColumn]
  /// One row's cells.
  let cells: (Record) -> [TableCell]
}

/// Prints records one by one in the format asked for, buffering no more than a terminal's page.
struct RecordPrinter<Record> {
  private let shape: RecordShape<Record>
  private let options: OutputOptions
  private let context: CommandContext
  private let template: FormatTemplate?
  private let isColoured: Bool
  private var table: Table
  private var stream: TableStream
  private var hasHeader = false

  /// Checks the template before anything is printed.
  init(
    _ shape: RecordShape<Record>, _ options: OutputOptions, _ context: CommandContext
  ) throws(CommandFailure) {
    self.shape = shape
    self.options = options
    self.context = context
    isColoured = options.usesColor(
      isTerminal: context.streams.outputIsTerminal, context.environment)
    table = Table(shape.columns)
    stream = TableStream(shape.columns)
    do {
      template = try options.template.map { (text) throws(FormatTemplateError) in
        try FormatTemplate.parse(text, known: shape.fields)
      }
    } catch {
      throw .failed(.usage, "--format: \(error.description)")
    }
  }

  /// Prints one record, or keeps it for the table of a terminal.
  mutating func print(_ record: Record) throws(CommandFailure) {
    if let template {
      var line = ByteBuffer(capacity: 128)
      template.render(to: &line, .line) { shape.value(record, $0) }
      return try end(line)
    }
    switch options.format {
    case .table: try printRow(record)
    case .json:
      var writer = JSONWriter(capacity: 512)
      shape.json(record, &writer)
      try end(writer.buffer)
    case .csv:
      try printCSV(record)
    case .ids:
      var line = ByteBuffer(capacity: 16)
      line.append(shape.id(record))
      try end(line)
    }
  }

  /// Prints what was kept.
  mutating func finish() throws(CommandFailure) {
    if options.format == .csv, !hasHeader, template == nil { try printCSVHeader() }
    guard table.rowCount > 0 else { return }
    var text = ByteBuffer(capacity: 4096)
    table.render(
      width: context.streams.columns,
      isColoured: isColoured,
      showsHeader: !options.hidesHeader && !hasHeader, to: &text)
    hasHeader = true
    table = Table(shape.columns)
    try context.write(text.bytes)
  }

  private mutating func printRow(_ record: Record) throws(CommandFailure) {
    guard !context.streams.outputIsTerminal || options.endsWithNull else {
      table.addRow(shape.cells(record))
      if table.rowCount >= Self.rowsOfATable { try finish() }
      return
    }
    var line = ByteBuffer(capacity: 256)
    if !hasHeader, !options.hidesHeader, !options.endsWithNull {
      stream.header(isColoured ? .bold : .plain, to: &line)
    }
    hasHeader = true
    for cell in shape.cells(record) {
      stream.cell(cell.text, isColoured ? cell.style : .plain, to: &line)
    }
    stream.endRow(to: &line)
    if options.endsWithNull, line.bytes.last == UInt8(ascii: "\n") {
      line.bytes[line.count - 1] = 0
    }
    try context.write(line.bytes)
  }

  private mutating func printCSV(_ record: Record) throws(CommandFailure) {
    if !hasHeader { try printCSVHeader() }
    var writer = CSVWriter(
      isSafe: options.csvSafe, endsWithNull: options.endsWithNull, capacity: 256)
    for field in shape.fields {
      let value = shape.value(record, field)
      // Exact for a file or a pipe; a terminal would obey what is in it.
      writer.field(context.streams.outputIsTerminal ? TerminalText.escape(value) : value)
    }
    writer.endRecord()
    try context.write(writer.buffer.bytes)
  }

  private mutating func printCSVHeader() throws(CommandFailure) {
    hasHeader = true
    guard !options.hidesHeader else { return }
    var writer = CSVWriter(endsWithNull: options.endsWithNull, capacity: 256)
    for field in shape.fields { writer.field(field) }
    writer.endRecord()
    try context.write(writer.buffer.bytes)
  }

  private func end(_ line: ByteBuffer) throws(CommandFailure) {
    var line = line
    line.append(options.endsWithNull ? 0 : UInt8(ascii: "\n"))
    try context.write(line.bytes)
  }

  private static var rowsOfATable: Int { 1000 }
}
