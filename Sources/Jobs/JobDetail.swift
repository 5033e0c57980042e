/// A job with its bulky parts, as `show` prints it and a handler receives it.
package struct JobDetail: Equatable, Sendable {
  /// The job.
  package var job: Job
  /// Opaque bytes, as enqueued.
  package var payload: [UInt8]
  /// In the order given at enqueue.
  package var tags: [Tag]
  /// What the handler left as its result, if anything.
  package var result: [UInt8]?
  /// Finished executions, oldest first.
  package var attempts: [Attempt]
  /// What operators did to it, oldest first.
  package var actions: [JobAction]
  /// The jobs, and batches, that it was enqueued to wait for, lowest id first.
  package var after: [JobID]
  /// Those of them that it waits for still, lowest id first; none unless it is blocked.
  package var waitsFor: [JobID]

  /// Every part in turn.
  package init(
    job: Job, payload: [UInt8], tags: [Tag] = [], result: [UInt8]? = nil,
    attempts: [Attempt] = [], actions: [JobAction] = [], after: [JobID] = [],
    waitsFor: [JobID] = []
  ) {
    self.job = job
    self.payload = payload
    self.tags = tags
    self.result = result
    self.attempts = attempts
    self.actions = actions
    self.after = after
    self.waitsFor = waitsFor
  }
}
