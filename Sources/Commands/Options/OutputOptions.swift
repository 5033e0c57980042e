import CommandLineSpec

/// In which form a command prints jobs or queues.
enum OutputFormat: String, CaseIterable, Sendable {
  case table, json, csv, ids
}

/// When colour is used.
enum ColorChoice: String, CaseIterable, Sendable {
  case auto, always, never
}

/// How a command prints.
struct OutputOptions: Sendable {
  var format = OutputFormat.table
  var template: String?
  var endsWithNull = false
  var hidesHeader = false
  var csvSafe = false
  var color = ColorChoice.auto
  var utc = false
  var quiet = false
  var pager = true

  /// For commands that print records.
  static let flags: [Flag<OutputOptions>] =
    [
      .choice("output", short: "o", "FORMAT", \.format, "How to print: table, json, csv or ids")
        .default("table"),
      .constant("json", \.format, .json, "One JSON object a line; the same as -o json"),
      .constant("ids", \.format, .ids, "Ids only, one a line; the same as -o ids"),
      .string("format", "TEMPLATE", \.template, "Print fields by name, as '{id}\\t{state}'")
        .completing(.template),
      .switch(
        "null", short: "0", negatable: true, \.endsWithNull,
        "End records with NUL instead of a line end"),
      .switch("no-header", \.hidesHeader, "Leave the head of the table out"),
      .switch(
        "csv-safe", negatable: true, \.csvSafe,
        "Put a quote before CSV cells that a spreadsheet would run"),
      .switch("utc", negatable: true, \.utc, "Show times in UTC"),
    ].section("Output") + common

  /// For every command.
  static let common: [Flag<OutputOptions>] = [
    .choice("color", "WHEN", \.color, "Use colour: auto, always or never").default("auto")
      .environment("QCTL_COLOR").section("Global"),
    .switch(
      "pager", negatable: true, \.pager, "Show long output on a terminal a screen at a time"
    ).section("Global"),
    .switch("quiet", negatable: true, \.quiet, "Say nothing but errors on standard error").section(
      "Global"),
  ]
}

extension OutputOptions {
  /// Whether a stream gets colour (no-color.org, bixense.com/clicolors): the first rule that speaks.
  func usesColor(isTerminal: Bool, _ environment: (String) -> String?) -> Bool {
    switch color {
    case .always: return true
    case .never: return false
    case .auto: break
    }
    if let value = environment("NO_COLOR"), !value.isEmpty { return false }
    if let value = environment("CLICOLOR_FORCE"), !value.isEmpty, value != "0" { return true }
    if environment("CLICOLOR") == "0" { return false }
    guard isTerminal, let terminal = environment("TERM") else { return false }
    return !terminal.isEmpty && terminal != "dumb"
  }
}
