/// A column of a table: its title and how it takes and gives room.
package struct TableColumn: Sendable {
  /// Where a cell stands in its column.
  package enum Alignment: Sendable {
    case leading
    case trailing
  }

  /// Shown in the header.
  package let title: String
  /// Where cells stand.
  package let alignment: Alignment
  /// The columns it takes at least: what a stream starts with, and where shrinking stops.
  package let minimumWidth: Int
  /// Whether cells may be cut on a terminal that is too narrow.
  package let isShrinkable: Bool

  /// How soon it is left out on a terminal that is too narrow: the highest first.
  package let expendability: Int

  /// A column; `minimumWidth` counts terminal columns.
  package init(
    _ title: String, alignment: Alignment = .leading, minimumWidth: Int = 0,
    isShrinkable: Bool = false, expendability: Int = 0
  ) {
    self.title = title
    self.alignment = alignment
    self.minimumWidth = max(0, minimumWidth)
    self.isShrinkable = isShrinkable
    self.expendability = expendability
  }
}

/// A cell: text from anywhere, which the table escapes, and its style.
package struct TableCell: Sendable, ExpressibleByStringLiteral {
  /// The text, not yet escaped.
  package let text: String
  /// The style, used only where colour is allowed.
  package let style: TextStyle

  /// A cell.
  package init(_ text: String, _ style: TextStyle = .plain) {
    self.text = text
    self.style = style
  }

  /// A plain cell.
  package init(stringLiteral text: String) {
    self.init(text)
  }
}
