package import Storage

extension DirectoryStore {
  package func findings() throws(StorageError) -> [Finding] { [] }
}
extension DirectoryStore {
  package func repair(_ request: RepairRequest) throws(StorageError) -> [Repair] { [] }
}
