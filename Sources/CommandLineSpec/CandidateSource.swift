/// Turns what may stand at the cursor into candidates that begin with what is typed.
struct CandidateSource {
  let current: String
  let live: LiveCandidates

  func matching(_ candidates: [Candidate], _ prefix: String? = nil) -> [Candidate] {
    let prefix = (prefix ?? current).utf8
    return candidates.filter { $0.value.utf8.starts(with: prefix) }
  }

  func names<Action>(_ level: [CommandEntry<Action>]) -> Completion {
    let names = level.filter { !$0.isHidden }.map { Candidate($0.name, $0.summary) }
    return Completion(matching(names), .noFiles)
  }

  /// The word begins with `-`: a flag, or `--flag=` and a value, or `-q` and its value at once.
  func option(_ flags: [FlagEntry], given: Set<Int>) -> Completion {
    let scanner = WordScanner(flags: flags)
    if current.utf8.starts(with: "--".utf8) {
      let (name, value) = WordScanner.split(current)
      guard let value else { return self.flags(flags, given: given) }
      guard let (flag, _) = scanner.find(name) else { return Completion([], .noFiles) }
      return values(of: flags[flag], text: value, head: "--\(name)=")
    }
    let letters = current.utf8.dropFirst()
    guard let letter = letters.first, letters.count > 1,
      let flag = flags.first(where: { $0.short?.asciiValue == letter }), flag.needsValue
    else { return self.flags(flags, given: given) }
    let head = "-\(Character(Unicode.Scalar(letter)))"
    return values(of: flag, text: String(Substring(letters.dropFirst())), head: head)
  }

  /// Flags not yet given, repeatable ones always.
  func flags(_ flags: [FlagEntry], given: Set<Int>) -> Completion {
    var candidates: [Candidate] = []
    for (index, flag) in flags.enumerated()
    where !flag.isHidden && (flag.repeats || !given.contains(index)) {
      candidates.append(Candidate("--\(flag.name)", flag.summary))
      if flag.isNegatable { candidates.append(Candidate("--no-\(flag.name)", flag.summary)) }
    }
    return Completion(matching(candidates), .noFiles)
  }

  /// A flag's value; of a list split at commas, the part after the last one, negation understood.
  func values(of flag: FlagEntry, text: String, head: String) -> Completion {
    guard case .list(splitsCommas: true) = flag.kind else {
      return values(of: flag.completion, text: text, head: head)
    }
    let parts = text.splitAtCommas
    var last = parts.last ?? ""
    var before = head + parts.dropLast().map { $0 + "," }.joined()
    if last.utf8.first == UInt8(ascii: "!") {
      last = String(last.dropFirst())
      before += "!"
    }
    return values(of: flag.completion, text: last, head: before)
  }

  /// The values of a kind which begin with a text, each behind what stands before it.
  func values(of kind: CompletionKind, text: String, head: String) -> Completion {
    switch kind {
    case .none: Completion([], .noFiles)
    case .choices(let words):
      Completion(matched(words.map { Candidate($0) }, text, head), [.noFiles, .keepOrder])
    case .jobID: Completion(matched(live(kind, text), text, head), [.noFiles, .keepOrder])
    case .queue, .type, .state, .custom: Completion(matched(live(kind, text), text, head), .noFiles)
    case .template: template(text, head: head)
    // Only the tree knows them: see `CommandTree.completion`.
    case .commandName: Completion([], .noFiles)
    case .file, .command: Completion([], [])
    case .fileNamed(let endings):
      Completion(endings.map { Candidate($0) }, .filterByExtension)
    case .directory: Completion([], .directories)
    }
  }

  /// The field that is begun at the end of a template, or one more.
  private func template(_ text: String, head: String) -> Completion {
    let bytes = Array(text.utf8)
    let open = bytes.lastIndex(of: UInt8(ascii: "{"))
    let isOpen = open.map { !bytes[$0...].contains(UInt8(ascii: "}")) } ?? false
    let start = isOpen ? open ?? bytes.count : bytes.count
    let before = head + String(decoding: bytes[..<start], as: UTF8.self)
    let begun = String(decoding: bytes[start...].dropFirst(), as: UTF8.self)
    let fields = matching(live(.template, begun), begun)
    return Completion(
      fields.map { Candidate("\(before){\($0.value)}", $0.description) },
      [.noFiles, .keepOrder, .noSpace])
  }

  private func matched(
    _ candidates: [Candidate], _ text: String, _ head: String
  ) -> [Candidate] {
    let kept = matching(candidates, text)
    return head.isEmpty ? kept : kept.map { Candidate(head + $0.value, $0.description) }
  }
}
