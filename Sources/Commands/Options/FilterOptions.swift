import CommandLineSpec
import Jobs

/// The one filter of every verb, as flags (design.md §8).
struct FilterOptions: Sendable {
  /// A wanted value, or with a leading `!` an unwanted one.
  struct Term<Value: Sendable>: Sendable {
    let value: Value
    let isNegated: Bool
  }

  var queues: [Term<QueueName>] = []
  var states: [Term<JobState>] = []
  var types: [Term<JobType>] = []
  var errors: [Term<String>] = []
  var errorGroups: [Term<ErrorGroupID>] = []
  var priorities: [Term<Priority>] = []
  var tags: [Term<Tag>] = []
  var payload: [Term<JobFilter.PayloadMatch>] = []
  var batches: [Term<JobID>] = []
  var attempts: ClosedRange<Int64>?
  var replays: ClosedRange<Int64>?
  var olderThan: TimeSpan?
  var newerThan: TimeSpan?
  var limit: Int?

  /// Every flag, for verbs that choose the state too.
  static let flags: [Flag<FilterOptions>] = [queueFlag, stateFlag] + rest

  /// For `dlq`, where the state is known.
  static let flagsWithoutState: [Flag<FilterOptions>] = [queueFlag] + rest

  private static let queueFlag: Flag<FilterOptions> =
    Flag.values(
      "queue", short: "q", "QUEUE", splitsCommas: true, \.queues,
      "Only jobs of QUEUE; !QUEUE: not of it",
      parse: term(ValueText.queue)
    ).completing(.queue).section("Filter")

  private static let stateFlag: Flag<FilterOptions> =
    Flag.values(
      "state", "STATE", splitsCommas: true, \.states, "Only jobs in STATE; !STATE: not in it",
      parse: term { (text) throws(ValueError) in try Choice<JobState>.parse(text) }
    ).completing(.state).section("Filter")

  private static let rest: [Flag<FilterOptions>] = [
    Flag.values(
      "type", short: "t", "TYPE", splitsCommas: true, \.types,
      "Only jobs of TYPE; !TYPE: not of it",
      parse: term(ValueText.type)
    ).completing(.type),
    Flag.values(
      "error", "TEXT", \.errors, "Only jobs whose error holds TEXT; !TEXT: does not",
      parse: term { $0 }),
    Flag.values(
      "error-group", "ID", splitsCommas: true, \.errorGroups,
      "Only jobs whose error is of this group of dlq groups; !ID: is not",
      parse: term(ValueText.errorGroup)
    ).completing(LiveNames.errorGroup),
    Flag.values(
      "priority", "N", splitsCommas: true, \.priorities,
      "Only jobs of priority N, 0 (most urgent) to 9",
      parse: term(ValueText.priority)
    ).completing(.choices(Priority.words)),
    Flag.values(
      "tag", "NAME=VALUE", \.tags, "Only jobs with this tag; !NAME=VALUE: without it",
      parse: term(ValueText.tag)),
    Flag.values(
      "payload-match", "PATH=VALUE", \.payload, "Only jobs whose JSON payload has VALUE at PATH",
      parse: term(ValueText.payloadMatch)),
    Flag.values(
      "batch", "ID", splitsCommas: true, \.batches, "Only jobs of the batch; !ID: not of it",
      parse: term(ValueText.id)
    ).completing(LiveNames.batch),
    .value("attempts", "RANGE", \.attempts, "Only jobs with so many attempts: N, N..M, N.. or ..M")
    {
      (text) throws(ValueError) in try ValueText.range(text)
    },
    .value("replays", "RANGE", \.replays, "Only jobs brought back so often: N, N..M, N.. or ..M") {
      (text) throws(ValueError) in try ValueText.range(text)
    },
    .value("older-than", "TIME", \.olderThan, "Only jobs at least this old") {
      (text) throws(ValueError) in try ValueText.duration(text)
    },
    .value("newer-than", "TIME", \.newerThan, "Only jobs at most this old") {
      (text) throws(ValueError) in try ValueText.duration(text)
    },
    .int("limit", short: "n", "COUNT", in: 1...1_000_000_000, \.limit, "At most COUNT jobs"),
  ].section("Filter")

  /// Reads a value, or with a leading `!` an unwanted one.
  static func term<Value: Sendable>(
    _ parse: @escaping @Sendable (String) throws(ValueError) -> Value
  ) -> @Sendable (String) throws(ValueError) -> Term<Value> {
    { (text) throws(ValueError) in
      guard text.utf8.first == UInt8(ascii: "!") else {
        return Term(value: try parse(text), isNegated: false)
      }
      return Term(value: try parse(String(text.dropFirst())), isNegated: true)
    }
  }
}

extension FilterOptions {
  /// The filter that these flags mean, for these ids.
  func filter(ids: [JobID] = []) -> JobFilter {
    var filter = JobFilter()
    filter.ids = ids
    filter.queues = Self.selection(queues)
    filter.states = Self.selection(states)
    filter.types = Self.selection(types)
    filter.errors = Self.selection(errors)
    filter.errorGroups = Self.selection(errorGroups)
    filter.priorities = Self.selection(priorities)
    filter.tags = Self.selection(tags)
    filter.payload = Self.selection(payload)
    filter.batches = Self.selection(batches)
    filter.attempts = attempts
    filter.replays = replays
    filter.olderThan = olderThan
    filter.newerThan = newerThan
    filter.limit = limit
    return filter
  }

  /// What such terms select together.
  static func selection<Value>(_ terms: [Term<Value>]) -> Selection<Value> {
    Selection(
      anyOf: terms.filter { !$0.isNegated }.map(\.value),
      noneOf: terms.filter(\.isNegated).map(\.value))
  }
}
