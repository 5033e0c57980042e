/// How wide each column of a table is on a terminal, so that no line is longer than the terminal is
/// wide: a line that wraps makes a table of its neighbours.
///
/// Shrinkable columns give room first, then other texts, each down to its minimum. Where that is
/// not enough, columns that can be done without are left out, and at last whatever doesn't fit at
/// the right edge. Numbers are not cut, which would make others of them.
struct TableLayout {
  private static let gap = 2

  private let columns: [TableColumn]
  private let limit: Int
  /// The width of each column; nil for one that is left out.
  private(set) var widths: [Int?]

  /// Finds room for columns whose widest cells have these widths.
  init(_ columns: [TableColumn], widest: [Int], limit: Int) {
    self.columns = columns
    self.limit = max(limit, 1)
    widths = widest
    leaveOut()
    shrink { $0.isShrinkable }
    shrink { $0.isText }
    cut()
  }

  /// By how much the columns are too wide, if they have these widths.
  private func excess(of widths: [Int?]) -> Int {
    let shown = widths.compactMap(\.self)
    return shown.reduce(0, +) + Self.gap * max(0, shown.count - 1) - limit
  }

  private func leastWidth(of index: Int) -> Int { max(1, columns[index].minimumWidth) }

  private mutating func leaveOut() {
    while true {
      let least = columns.indices.map { index in
        columns[index].isText ? widths[index].map { min($0, leastWidth(of: index)) } : widths[index]
      }
      let spare = columns.indices.filter { widths[$0] != nil && columns[$0].expendability > 0 }
      guard excess(of: least) > 0,
        let next = spare.max(by: {
          (columns[$0].expendability, $0) < (columns[$1].expendability, $1)
        })
      else { return }
      widths[next] = nil
    }
  }

  /// Takes from the widest of some columns, one terminal column after another, until all fit or all
  /// are at their minimum.
  private mutating func shrink(_ isMeant: (TableColumn) -> Bool) {
    let meant = columns.indices.filter { isMeant(columns[$0]) }
    for index in meant {
      widths[index] = widths[index].map { min($0, max(limit, leastWidth(of: index))) }
    }
    var excess = excess(of: widths)
    while excess > 0 {
      let candidates = meant.filter { (widths[$0] ?? 0) > leastWidth(of: $0) }
      guard let widest = candidates.max(by: { (widths[$0] ?? 0) < (widths[$1] ?? 0) }) else {
        return
      }
      widths[widest] = widths[widest].map { $0 - 1 }
      excess -= 1
    }
  }

  private mutating func cut() {
    while let last = widths.lastIndex(where: { $0 != nil }), let width = widths[last] {
      let room = width - excess(of: widths)
      guard room < width else { return }
      let isOnly = widths.prefix(last).allSatisfy { $0 == nil }
      if isOnly || room > 0 && columns[last].isText {
        widths[last] = max(room, 0)
        return
      }
      widths[last] = nil
    }
  }
}

extension TableColumn {
  /// Whether a part of a cell still says something.
  fileprivate var isText: Bool { alignment == .leading || isShrinkable }
}
