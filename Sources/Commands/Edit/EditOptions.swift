import CommandLineSpec
import Jobs
import Text

/// The options of `edit`: which jobs, and where the new payload comes from.
struct EditOptions: Sendable {
  /// Values for places, in the order given.
  var places: [PlaceText] = []
  var payloadFile: String?
  var isPretty = false
  var force = false
  var bulk = BulkOptions()

  /// `PATH=VALUE` as typed.
  struct PlaceText: Sendable {
    let text: String
    /// Whether the value is a string whatever it looks like.
    let isString: Bool
  }

  /// Where the new payload comes from.
  enum Source {
    case places, file(String), editor
  }

  var source: Source {
    if !places.isEmpty { return .places }
    return payloadFile.map { .file($0) } ?? .editor
  }

  /// The one job that is edited as a whole.
  var onlyJob: JobID? {
    guard bulk.operands.count == 1, case .id(let id) = bulk.operands.first else { return nil }
    return id
  }

  /// `--set`s and `--set-string`s go into one list, since their order counts.
  var sets: [PlaceText] {
    get { places.filter { !$0.isString } }
    set { take(newValue, isString: false) }
  }

  var stringSets: [PlaceText] {
    get { places.filter(\.isString) }
    set { take(newValue, isString: true) }
  }

  private mutating func take(_ list: [PlaceText], isString: Bool) {
    // The first of a kind forgets those of a configuration file.
    if list.count <= 1 { places.removeAll { $0.isString == isString } }
    if let last = list.last { places.append(last) }
  }
}

extension EditOptions {
  static let flags: [Flag<EditOptions>] =
    [
      .values("set", "PATH=VALUE", \.sets, "Put VALUE there: JSON where it is, else a string") {
        PlaceText(text: $0, isString: false)
      },
      .values("set-string", "PATH=VALUE", \.stringSets, "Put VALUE there as a string") {
        PlaceText(text: $0, isString: true)
      },
      Flag.string(
        "payload-file", "FILE", \.payloadFile, "Take the payload from FILE; - is standard input"
      ).completing(.file),
      .switch("pretty", negatable: true, \.isPretty, "Lay JSON out before the editor opens it"),
      .switch("force", \.force, "Take a payload that is JSON no more; edit one that is no text"),
    ] + BulkOptions.flags(FilterOptions.flags, for: .edit).lifted(\.bulk)

  /// What goes where.
  func assignments() throws(UsageError) -> [PayloadEdit.Assignment] {
    var assignments: [PayloadEdit.Assignment] = []
    for place in places {
      do {
        let (path, value) = try JSONPath.parseFilter(place.text)
        assignments.append(.init(path: path, value: Self.json(value, place.isString)))
      } catch {
        // The text is not quoted: it may be a secret.
        throw .invalid("\(place.isString ? "--set-string" : "--set"): \(error.description)")
      }
    }
    return assignments
  }

  private static func json(_ text: String, _ isString: Bool) -> [UInt8] {
    let bytes = Array(text.utf8)
    if !isString, JSONValidation.isValid(bytes) { return bytes }
    var writer = JSONWriter(capacity: bytes.count + 2)
    writer.string(text)
    return writer.buffer.bytes
  }

  /// Refuses what could only be meant by accident; looks at nothing but the words.
  func check() throws(UsageError) {
    try BulkSafety.check(.edit, bulk)
    _ = try assignments()
    if case .places = source {
      guard payloadFile == nil else {
        throw .invalid("--payload-file and --set contradict each other")
      }
      guard !isPretty else { throw .invalid("--pretty is for the editor, not for --set") }
      return
    }
    guard onlyJob != nil, bulk.filter.filter().selectsAll, !bulk.acting.all else {
      throw .invalid(
        "a whole payload is edited job by job: name one id, or change values with --set")
    }
    guard case .editor = source else {
      guard !isPretty else { throw .invalid("--pretty is for the editor, not for --payload-file") }
      return
    }
    guard !bulk.acting.dryRun else {
      throw .invalid("--dry-run is for --set and --payload-file: in the editor, leave it unchanged")
    }
  }
}
