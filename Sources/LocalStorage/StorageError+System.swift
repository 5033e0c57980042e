package import PosixIO
package import Storage

extension StorageError {
  /// What a failed system call means for the store at a path.
  ///
  /// - Parameter place: what the call was about, where that is not the store itself.
  package init(_ error: SystemError, at path: String, about place: String? = nil) {
    switch error.code {
    case .noSpace, .quotaExceeded: self = .full(path: path)
    case .readOnlyFileSystem:
      self = .readOnly(path: path, detail: "the file system is read-only")
    case .permissionDenied, .notPermitted:
      self = .forbidden(path: place ?? path, detail: error.code.reason)
    case .cancelled: self = .busy(path: path, detail: "the answer took too long")
    default: self = .system(path: place ?? path, detail: error.code.reason)
    }
  }
}
