import CPosix
import Glibc

/// One name in a directory.
package struct DirectoryEntry: Hashable, Sendable {
  /// The name's bytes as they are; not always UTF-8.
  package let bytes: [UInt8]
  /// What it is, or `unknown` where the file system does not say without a stat.
  package let kind: FileKind

  /// The name as text; bytes that are no UTF-8 are replaced, and then it opens nothing.
  package var name: String { String(decoding: bytes, as: UTF8.self) }
}

/// Reads the names of a directory one by one, in the file system's own order, without `.`
/// and `..`.
package struct DirectoryReader: ~Copyable {
  private let stream: OpaquePointer
  private let subject: String?

  /// Opens the directory at `path`, following symbolic links.
  package init(_ path: String) throws(SystemError) {
    try self.init(FileDescriptor.open(path, .readOnly, .directory), about: path)
  }

  /// Reads an open directory, taking the descriptor over.
  package init(
    _ descriptor: consuming FileDescriptor, about subject: String? = nil
  ) throws(SystemError) {
    guard let stream = fdopendir(descriptor.rawValue) else {
      throw SystemError(SystemError.Code(errno), call: "fdopendir", subject: subject)
    }
    _ = descriptor.release()
    self.stream = stream
    self.subject = subject
  }

  deinit { closedir(stream) }

  /// The next name, or nil at the end.
  package mutating func next() throws(SystemError) -> DirectoryEntry? {
    while true {
      var name: UnsafePointer<CChar>?
      var length = 0
      var type: UInt8 = 0
      let found = try systemCall("readdir", about: subject) {
        qctl_read_directory(stream, &name, &length, &type)
      }
      guard found == 1, let name else { return nil }
      let bytes = [UInt8](UnsafeRawBufferPointer(start: name, count: length))
      if bytes == [0x2E] || bytes == [0x2E, 0x2E] { continue }
      return DirectoryEntry(bytes: bytes, kind: FileKind(directoryType: type))
    }
  }
}

extension FileSystem {
  /// All names of a directory, sorted by their bytes.
  package static func entries(of path: String) throws(SystemError) -> [DirectoryEntry] {
    var reader = try DirectoryReader(path)
    var found: [DirectoryEntry] = []
    while let entry = try reader.next() { found.append(entry) }
    return found.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }
}
