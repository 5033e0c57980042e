/// A hand-written section of a manual page; the generated ones come from the table.
package struct ManualSection: Sendable {
  /// Which section; each has its place in the page (man-pages(7) order).
  package enum Heading: String, CaseIterable, Sendable {
    /// Variables beyond those that the flags name.
    case environment = "ENVIRONMENT"
    /// Files read and written.
    case files = "FILES"
    /// What else is worth knowing.
    case notes = "NOTES"
    /// Known faults.
    case bugs = "BUGS"
  }

  /// Which section.
  package let heading: Heading
  /// Its text.
  package let prose: Prose

  /// Pairs a heading with its text.
  package init(_ heading: Heading, _ prose: Prose) {
    self.heading = heading
    self.prose = prose
  }
}
