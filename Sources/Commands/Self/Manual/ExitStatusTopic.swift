import CommandLineSpec

/// qctl-exit-status(7): every status, what it means, and which commands end with it.
enum ExitStatusTopic {
  static let topic = Topic(
    "exit-status", "What each exit status means", aliases: ["exit-codes"], section: 7,
    seeAlso: ["health", "help handler", "doctor"], prose)

  private static var prose: Prose {
    [
      "Every command but \(command: "health") ends with one of these statuses, and the page of a command lists its own. 0, 1 and 2 are as those of grep(1); from 64 on they are as in sysexits.h.",
      .terms(ExitStatus.allCases.map(term)),
      "When a signal ends qctl, the shell reports 128 plus its number. Of several items that are named, each is tried; 3 means that some of them failed, and standard error says which. A closed pipe is no error: \(literal: "qctl list | head -1") is silent.",
      .heading("Health"),
      "\(command: "health") ends as a plugin of monitoring does, whatever happens: with 3 for a wrong command line, and where the store can't be read.",
      .terms(
        HealthCommand.exits.map { note in
          Term("\(literal: note.code)", Sentence(stringLiteral: note.meaning + "."))
        }),
      .heading("Handlers"),
      "What the exit statuses of a worker's handler mean to \(command: "work") is in \(command: "help handler").",
      .heading("Examples"),
      ManualNote.placeholders,
      "What a script can tell apart:",
      .session(
        """
        $ qctl enqueue -q sites --unique-key home
        <id>
        $ qctl enqueue -q sites --unique-key home --on-conflict fail
        qctl: job <id> of queue sites holds the unique key 'home'
        [exit 4]
        $ job=$(qctl claim -q sites); echo "status $?"
        status 0
        $ job=$(qctl claim -q sites) || echo "status $?"
        status 1
        $ qctl list --store nowhere.db 2>error; echo "status $?"
        status 69
        $ qctl list --limit many
        qctl: --limit: 'many' is not a whole number (1 to 1000000000)
        Try 'qctl help list'.
        [exit 2]
        $ qctl health dlq --quiet && echo fine
        fine
        """),
    ]
  }

  private static func term(_ status: ExitStatus) -> Term {
    let meaning = Sentence(stringLiteral: status.meaning + ".")
    guard let commands = fewCommands(with: status) else {
      return Term("\(literal: String(status.rawValue))", meaning)
    }
    var sentence = meaning
    sentence.pieces.append(.text(" Of: "))
    for (index, command) in commands.enumerated() {
      if index > 0 { sentence.pieces.append(.text(", ")) }
      sentence.pieces.append(.literal(command))
    }
    sentence.pieces.append(.text("."))
    return Term("\(literal: String(status.rawValue))", sentence)
  }

  /// The commands that end with a status, as the table says; none where most do.
  private static func fewCommands(with status: ExitStatus) -> [String]? {
    let all = QctlTree.tree.commands.filter { !$0.entry.isHidden }.map { $0.make().facts }
    let names = all.filter { facts in
      facts.path != ["health"] && facts.exits.contains { $0.code == String(status.rawValue) }
    }.map(\.name)
    var seen: Set<String> = []
    let few = names.filter { seen.insert($0).inserted }
    return few.isEmpty || 2 * few.count > all.count ? nil : few
  }
}
