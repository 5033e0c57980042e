import Jobs
import Storage

extension MemoryState {
  /// Pauses or resumes known queues, or changes nothing at all.
  mutating func setPaused(_ request: PauseRequest) throws(StorageError) -> [Bool] {
    for queue in request.queues where queues[queue] == nil { throw .unknownQueue(queue) }
    return request.queues.map { setPaused($0, request) }
  }

  private mutating func setPaused(_ queue: QueueName, _ request: PauseRequest) -> Bool {
    let wanted = request.paused ? Pause(until: request.until, reason: request.reason) : nil
    guard pause(of: queue, at: request.now) != wanted else { return false }
    queues[queue] = .some(wanted)
    log.append(request.record(of: queue))
    return true
  }
}
