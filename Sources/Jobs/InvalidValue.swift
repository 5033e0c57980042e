/// A value that a person, a file or a row gave and that cannot be accepted.
///
/// The reason is a phrase that completes "<field> …"; it never quotes control bytes of the input.
package struct InvalidValue: Error, Equatable, Sendable {
  /// What the value was meant to be, in the vocabulary of design.md §2.
  package enum Field: String, Equatable, Sendable, CaseIterable {
    case id, queue, type, state, priority, payload, tags, backoff, error, token
    case runAt = "run_at"
    case maxAttempts = "max_attempts"
    case timeout = "timeout_ms"
    case uniqueKey = "unique_key"
    case idempotencyKey = "idempotency_key"
    case idempotencyLifetime = "idempotency_ttl_ms"
    case after, batch, schedule
    case healthRule = "health_rule"
    case uniqueScope = "unique_scope"
    case onConflict = "on_conflict"
    case onParentFailure = "on_parent_failure"
    case concurrencyKey = "concurrency_key"
  }

  /// The field that was refused.
  package let field: Field
  /// Why, as a phrase: "is longer than 64 characters".
  package let reason: String

  /// Names the field and says why.
  package init(_ field: Field, _ reason: String) {
    self.field = field
    self.reason = reason
  }
}
