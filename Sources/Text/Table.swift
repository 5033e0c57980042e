/// A table for a terminal: a page of rows, aligned, cut to the terminal's width.
///
/// Rows are held until `render`; for output of unknown length use `TableStream`.
package struct Table: Sendable {
  private struct Cell {
    let text: String
    let width: Int
    let style: TextStyle
  }

  private static let gap = 2

  private let columns: [TableColumn]
  private var rows: [[Cell]] = []

  /// An empty table.
  package init(_ columns: [TableColumn]) {
    self.columns = columns
  }

  /// The rows added.
  package var rowCount: Int { rows.count }

  /// Adds a row; cells are escaped, missing ones are empty, those too many are dropped.
  package mutating func addRow(_ cells: [TableCell]) {
    rows.append(
      cells.prefix(columns.count).map { cell in
        let text = TerminalText.escape(cell.text)
        return Cell(text: text, width: DisplayWidth.of(text), style: cell.style)
      })
  }

  /// Appends the table, one line a row.
  ///
  /// `width` is the terminal's, which no line exceeds; nil cuts nothing. Only where `isColoured` are styles used; the
  /// header is then bold.
  package func render(
    width: Int?, isColoured: Bool, showsHeader: Bool = true, to out: inout ByteBuffer
  ) {
    let header = columns.map { column in
      Cell(text: column.title, width: DisplayWidth.of(column.title), style: .bold)
    }
    let shown = showsHeader ? [header] + rows : rows
    let widths = columnWidths(of: shown, within: width)
    for row in shown { append(row, widths, isColoured: isColoured, to: &out) }
  }

  private func columnWidths(of rows: [[Cell]], within limit: Int?) -> [Int?] {
    // All rows are known here, so no column needs to be wider than they are.
    var widest = [Int](repeating: 0, count: columns.count)
    for row in rows {
      for (index, cell) in row.enumerated() { widest[index] = max(widest[index], cell.width) }
    }
    guard let limit else { return widest }
    return TableLayout(columns, widest: widest, limit: limit).widths
  }

  private func append(
    _ row: [Cell], _ widths: [Int?], isColoured: Bool, to out: inout ByteBuffer
  ) {
    var pending = 0
    for (index, cell) in row.enumerated() {
      guard let width = widths[index] else { continue }
      let fits = cell.width <= width
      let text = fits ? cell.text : DisplayWidth.truncate(cell.text, to: width)
      let spare = width - (fits ? cell.width : DisplayWidth.of(text))
      let isTrailing = columns[index].alignment == .trailing
      if !text.isEmpty {
        out.append(repeating: UInt8(ascii: " "), count: pending + (isTrailing ? spare : 0))
        pending = 0
        (isColoured ? cell.style : .plain).append(text, to: &out)
      }
      pending += Self.gap + (isTrailing && !text.isEmpty ? 0 : spare)
    }
    out.append(0x0A)
  }
}
