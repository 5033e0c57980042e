import Jobs

/// That a job waits for another: a file in the folder of the other, whose name has the job and its rule.
///
/// ```
/// dependants/0f8k3w2zq1a7b/0f8k3w2zq1a7c-hold        waits for 0f8k3w2zq1a7b
/// dependants/0f8k3w2zq1a7b/0f8k3w2zq1a7c-hold-done   need not any more, but waits for others still
/// ended/0f8k3w2zq1a7b                                 of its end not all may have heard
/// ended/0f8k3w2zq1a7b-removed                         the same, of its removal
/// ```
///
/// The file holds where the job was when it began to wait, as a hint.
struct DependantEntry: Hashable {
  let child: JobID
  let rule: ParentFailure
  var isDone = false

  /// Everything about jobs that wait.
  static let root = "dependants"
  /// Notes of ends of which not all may have heard.
  static let ends = "ended"

  /// The folder of those that wait for a job.
  static func folder(of parent: JobID) -> String { root + "/" + parent.description }

  /// The path of the entry for one parent.
  func path(for parent: JobID) -> String { Self.folder(of: parent) + "/" + name }

  /// The note of a parent's end.
  static func note(of parent: JobID, isRemoval: Bool) -> String {
    ends + "/" + parent.description + (isRemoval ? removal : "")
  }

  /// Reads the name of a note.
  static func parent(ofNote name: String) -> (parent: JobID, isRemoval: Bool)? {
    let isRemoval = name.hasSuffix(removal)
    guard let id = canonical(isRemoval ? name.dropLast(removal.count) : name[...]) else {
      return nil
    }
    return (id, isRemoval)
  }

  private static let removal = "-removed"
  private static let done = "-done"

  var name: String {
    child.description + "-" + rule.rawValue + (isDone ? Self.done : "")
  }

  init(child: JobID, rule: ParentFailure, isDone: Bool = false) {
    (self.child, self.rule, self.isDone) = (child, rule, isDone)
  }

  /// Reads a name; `nil` for one that is no entry's.
  init?(_ name: String) {
    var rest = name[...]
    let isDone = rest.hasSuffix(Self.done)
    if isDone { rest = rest.dropLast(Self.done.count) }
    guard let dash = rest.utf8.firstIndex(of: UInt8(ascii: "-")),
      let child = Self.canonical(rest[..<dash]),
      let rule = ParentFailure(rawValue: String(rest[rest.utf8.index(after: dash)...]))
    else { return nil }
    self.init(child: child, rule: rule, isDone: isDone)
  }

  private static func canonical(_ text: Substring) -> JobID? {
    guard let id = try? JobID(String(text)), id.description == text else { return nil }
    return id
  }
}
