package import Jobs

extension ApplyRequest {
  /// The cancellation of a job that gives way to a new one with its unique key.
  ///
  /// - Parameter id: the new job.
  package init(replacementBy id: JobID, at now: Instant) {
    self.init(.cancel, [], actor: "enqueue", reason: "replaced by \(id)", now: now)
  }
}
