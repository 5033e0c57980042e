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
  /// `width` is the terminal's; nil cuts nothing. Only where `isColoured` are styles used; the
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

  private func columnWidths(of rows: [[Cell]], within limit: Int?) -> [Int] {
    // All rows are known here, so no column needs to be wider than they are.
    var widths = columns.map { $0.isShrinkable ? $0.minimumWidth : 0 }
    for row in rows {
      for (index, cell) in row.enumerated() { widths[index] = max(widths[index], cell.width) }
    }
    guard let limit else { return widths }
    shrink(&widths, to: max(0, limit - Self.gap * max(0, columns.count - 1)))
    return widths
  }

  /// Takes from the widest shrinkable column, one terminal column after another, until all fit or
  /// all are at their minimum.
  private func shrink(_ widths: inout [Int], to room: Int) {
    let shrinkable = columns.indices.filter { columns[$0].isShrinkable }
    for index in shrinkable {
      widths[index] = min(widths[index], max(room, columns[index].minimumWidth))
    }
    var excess = widths.reduce(0, +) - room
    while excess > 0 {
      let candidates = shrinkable.filter { widths[$0] > max(1, columns[$0].minimumWidth) }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { return }
      widths[widest] -= 1
      excess -= 1
    }
  }

  private func append(
    _ row: [Cell], _ widths: [Int], isColoured: Bool, to out: inout ByteBuffer
  ) {
    var pending = 0
    for (index, cell) in row.enumerated() {
      let fits = cell.width <= widths[index]
      let text = fits ? cell.text : DisplayWidth.truncate(cell.text, to: widths[index])
      let spare = widths[index] - (fits ? cell.width : DisplayWidth.of(text))
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
