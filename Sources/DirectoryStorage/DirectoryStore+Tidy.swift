package import Storage

extension DirectoryStore {
  package func tidy(_ request: TidyRequest) throws(StorageError) -> TidyResult {
    try changing { (spool) throws(StorageError) in try spool.tidy(request) }
  }
}
