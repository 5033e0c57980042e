extension CommandContext {
  /// Lets records be read a screen at a time on a terminal, unless they are for a program.
  ///
  /// Not for a verb that writes: its reader may leave, and it must finish.
  func pageRecords(_ options: OutputOptions) {
    let isForPeople = options.template != nil || options.format == .table
    guard isForPeople, !options.endsWithNull else { return }
    pageText(options)
  }

  /// Lets what people read be read a screen at a time on a terminal.
  func pageText(_ options: OutputOptions) {
    guard streams.outputIsTerminal, options.pager else { return }
    beginPaging()
  }
}
