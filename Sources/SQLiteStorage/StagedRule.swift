import Jobs

/// What a staged job said about its keys and no column keeps: it stands in the column `worker` until the
/// job is promoted, since a job that nobody has taken has none.
struct StagedRule: Equatable {
  var onConflict = UniqueConflict.ignore
  var lifetime: TimeSpan?

  /// What a request says.
  init(_ new: NewJob) {
    if new.uniqueKey != nil { onConflict = new.onConflict }
    if new.idempotencyKey != nil { lifetime = new.idempotencyLifetime }
  }

  /// Reads what `text` wrote; words that make no sense are the usual rule.
  init(_ text: String?) {
    let words = (text ?? "").split(separator: " ", omittingEmptySubsequences: false)
    onConflict = words.first.flatMap { UniqueConflict(rawValue: String($0)) } ?? .ignore
    lifetime = words.dropFirst().first.flatMap { Int64($0) }.map(TimeSpan.init(milliseconds:))
  }

  /// `replace 60000`; `nil` for the usual rule.
  var text: String? {
    guard onConflict != .ignore || lifetime != nil else { return nil }
    return onConflict.rawValue + " " + (lifetime.map { String($0.milliseconds) } ?? "")
  }
}
