package import Jobs

/// The job that answers a request of a bulk, since it has its key.
package struct KnownJob: Sendable {
  package let id: JobID
  /// Whether it belongs to the same bulk, so that it cannot be looked up yet.
  package let isStaged: Bool

  package init(id: JobID, isStaged: Bool) {
    self.id = id
    self.isStaged = isStaged
  }
}
