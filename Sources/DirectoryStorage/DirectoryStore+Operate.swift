package import Storage

extension DirectoryStore {
  package func plan(_ request: PlanRequest) throws(StorageError) -> Plan {
    try withSpool { (spool) throws(StorageError) in try spool.plan(request) }
  }

  package func apply(_ request: ApplyRequest) throws(StorageError) -> [ItemOutcome] {
    try changing { (spool) throws(StorageError) in try spool.apply(request) }
  }
}
