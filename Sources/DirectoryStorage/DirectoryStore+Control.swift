package import Jobs
package import Storage

extension DirectoryStore {
  package func setPaused(_ request: PauseRequest) throws(StorageError) -> [Bool] {
    try changing { (spool) throws(StorageError) in try spool.setPaused(request) }
  }

  package func healthRules() throws(StorageError) -> [StoredHealthRule] {
    try withSpool { (spool) throws(StorageError) in try spool.healthRules() }
  }

  package func changeHealthRule(_ request: HealthRuleRequest) throws(StorageError) -> Bool {
    try changing { (spool) throws(StorageError) in try spool.changeHealthRule(request) }
  }

  package func configure(_ request: ConfigureRequest) throws(StorageError) -> Bool {
    try changing { (spool) throws(StorageError) in try spool.configure(request) }
  }

  package func rules() throws(StorageError) -> Retention {
    try withSpool { (spool) throws(StorageError) in try spool.rules() }
  }

  package func settings(of queue: QueueName) throws(StorageError) -> QueueSettings {
    try withSpool { (spool) throws(StorageError) in
      guard try spool.isKnown(queue) else { throw .unknownQueue(queue) }
      return try spool.settings(of: queue).settings
    }
  }
}
