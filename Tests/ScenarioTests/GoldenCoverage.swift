import CommandLineSpec
import Commands

/// Which forms of output of which verbs the golden transcripts show.
///
/// Everything that is asked for comes from the table of commands, so that a verb, a format or a
/// flag for output that is new is missed until somebody writes down what it prints.
struct GoldenCoverage {
  /// A form of output: a format, the template, a flag, or such with NUL or as a rehearsal.
  typealias Form = String

  private var shown: [String: Set<Form>] = [:]
  private var failing: Set<String> = []

  /// Reads what transcripts show.
  init(_ transcripts: [Transcript]) {
    for transcript in transcripts {
      for step in transcript.steps {
        // What a variable or an earlier output gives is no flag.
        for words in ShellCalls.arguments(of: QctlTree.tree.program, in: step.command) {
          note(words, step.status)
        }
      }
    }
  }

  /// What is not shown of a verb, in the order of its flags.
  func missing(of verb: String) -> [Form] {
    let shown = shown[verb] ?? []
    var missing = Self.forms(of: verb).filter { !shown.contains($0) }
    if !failing.contains(verb) { missing.append("a failure") }
    return missing
  }

  /// Every command of the table by its path, hidden ones too, and `help`.
  static var verbs: [String] {
    QctlTree.tree.commands.map { $0.path.joined(separator: " ") } + ["help"]
  }

  // MARK: - What there is

  /// The forms of a verb; `plain` for one that has a single format.
  private static func forms(of verb: String) -> [Form] {
    guard let facts = facts(of: verb.split(separator: " ").map(String.init)) else {
      return ["plain"]
    }
    let names = facts.flags.filter { !$0.isHidden }
    let formats = formats(of: facts)
    var forms = formats
    for flag in names where isForOutput(flag) { forms.append("--\(flag.name)") }
    if names.contains(where: { $0.name == "null" }) { forms += formats.map { "\($0) --null" } }
    if names.contains(where: { $0.name == "dry-run" }) {
      forms += formats.map { "\($0) --dry-run" }
    }
    return forms
  }

  private static func formats(of facts: CommandFacts) -> [Form] {
    var formats: [Form] = ["plain"]
    if let output = facts.flags.first(where: { $0.name == "output" }),
      case .choices(let words) = output.completion
    {
      formats = words
    } else if facts.flags.contains(where: { $0.name == "json" }) {
      formats.append("json")
    }
    if facts.flags.contains(where: { $0.name == "format" }) { formats.append("template") }
    if facts.flags.contains(where: { $0.name == "raw" }) { formats.append("raw") }
    return formats
  }

  /// Whether a flag changes how something is printed; formats are counted as such.
  private static func isForOutput(_ flag: FlagEntry) -> Bool {
    let formats = ["output", "json", "ids", "format", "null", "raw"]
    return !formats.contains(flag.name)
      && (flag.section == "Output" || flag.name == "utc")
  }

  private static func facts(of path: [String]) -> CommandFacts? {
    QctlTree.tree.command(at: path)?.facts
  }

  // MARK: - What is shown

  private mutating func note(_ words: [String], _ status: Int32) {
    let call = words.drop { $0.hasPrefix("-") }
    guard let length = (1...2).last(where: { Self.facts(of: Array(call.prefix($0))) != nil }) else {
      if call.first == "help" { note("help", ["plain"], status) }
      return
    }
    let verb = call.prefix(length).joined(separator: " ")
    let bare = Surroundings(environment: { _ in nil }, files: { [] })
    let settings = (try? QctlTree.tree.settings(for: words, in: bare)) ?? []
    note(verb, Self.forms(settings), status)
  }

  private mutating func note(_ verb: String, _ forms: [Form], _ status: Int32) {
    if status != 0 { failing.insert(verb) }
    // A wrong command line shows nothing of what it asked for.
    if status != 2 { shown[verb, default: []].formUnion(forms) }
  }

  private static func forms(_ settings: [Setting]) -> [Form] {
    var given: [String: String] = [:]
    for setting in settings where setting.origin == .flag { given[setting.flag] = setting.value }
    let format =
      if given["--format"] != nil {
        "template"
      } else {
        ["json", "ids", "raw"].first { given["--\($0)"] != nil }
          ?? given["--output"] ?? settings.first { $0.flag == "--output" }?.value ?? "plain"
      }
    let flags = given.keys.filter { given[$0] != "false" }
    return [format] + flags.flatMap { [$0, "\(format) \($0)"] }
  }
}
