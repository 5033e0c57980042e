import Jobs
import Storage

extension Spool {
  /// How long the ready jobs of a queue have been due: told by the names of their files alone.
  func readyAges(_ request: ReadyAgesRequest) throws(StorageError) -> ReadyAges {
    var ages = ReadyAges(edges: request.edges.count)
    var left = request.most
    for shelves in try shelves() where shelves.queue == request.queue {
      for state in [JobState.ready, .scheduled, .retrying] {
        for folder in try folders(of: state, in: shelves) {
          for place in try jobs(in: folder)
          where place.effectiveState(at: request.now) == .ready {
            guard left > 0 else {
              ages.isCutOff = true
              return ages
            }
            left -= 1
            let age = request.now.since(place.name.time)
            ages.counts[request.edges.count { $0 <= age }] += 1
          }
        }
      }
    }
    return ages
  }
}
