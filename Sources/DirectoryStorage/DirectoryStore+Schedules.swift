package import Jobs
package import Storage

extension DirectoryStore {
  package func schedules() throws(StorageError) -> [Schedule] {
    try withSpool { (spool) throws(StorageError) in try spool.schedules() }
  }

  package func schedule(_ name: ScheduleName) throws(StorageError) -> Schedule? {
    try withSpool { (spool) throws(StorageError) in try spool.scheduleFile(name)?.schedule }
  }

  package func nextTick() throws(StorageError) -> Instant? {
    try withSpool { (spool) throws(StorageError) in try spool.nextTick() }
  }

  package func put(_ request: PutScheduleRequest) throws(StorageError) -> PutScheduleOutcome {
    try changing { (spool) throws(StorageError) in try spool.put(request) }
  }

  package func remove(_ request: ScheduleRequest) throws(StorageError) -> [Bool] {
    try changing { (spool) throws(StorageError) in try spool.remove(request) }
  }

  package func setPaused(_ request: PauseScheduleRequest) throws(StorageError) -> Bool? {
    try changing { (spool) throws(StorageError) in try spool.setPaused(request) }
  }

  package func finishFirings(at now: Instant) throws(StorageError) {
    try changing { (spool) throws(StorageError) in try spool.finishFirings(at: now) }
  }

  package func fire(_ request: FireRequest) throws(StorageError) -> FireOutcome {
    try changing { (spool) throws(StorageError) in try spool.fire(request) }
  }
}
