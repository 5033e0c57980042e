/// One thing that happened to a simulated disk, in the order in which it happened.
enum DiskEvent: Equatable {
  /// A file or a folder came to be, before it has a name.
  case made(inode: Int, isFolder: Bool)
  /// A name was made, moved or removed: `from` is where it was, `to` where it is.
  case name(inode: Int, from: Link?, to: Link?)
  /// Bytes were added to a file.
  case write(inode: Int, bytes: [UInt8])
  /// The bytes of a file were synced.
  case syncFile(inode: Int)
  /// The names in a folder were synced.
  case syncFolder(inode: Int)
  /// All was synced.
  case syncAll
  /// A call of the store returned; the number says which.
  case acknowledged(Int)

  /// A place for a name.
  struct Link: Hashable {
    let folder: Int
    let name: String
  }
}

/// What is on a disk: folders with names, files with bytes.
struct DiskState: Equatable, Sendable {
  /// A file or a folder.
  enum Node: Equatable, Sendable {
    case file([UInt8])
    case folder([String: Int])
  }

  var nodes: [Int: Node] = [0: .folder([:])]
  /// The number for the next node.
  var next = 1

  /// The node of a path, through folders only.
  func inode(_ path: String) -> Int? {
    var inode = 0
    for part in path.split(separator: "/") {
      guard case .folder(let entries) = nodes[inode], let found = entries[String(part)] else {
        return nil
      }
      inode = found
    }
    return inode
  }

  mutating func set(_ link: DiskEvent.Link, _ inode: Int?) {
    guard case .folder(var entries) = nodes[link.folder] else { return }
    entries[link.name] = inode
    nodes[link.folder] = .folder(entries)
  }

  func entry(_ link: DiskEvent.Link) -> Int? {
    guard case .folder(let entries) = nodes[link.folder] else { return nil }
    return entries[link.name]
  }

  /// What is in a file; nothing where there is none.
  func bytes(of path: String) -> [UInt8] {
    guard let inode = inode(path), case .file(let bytes) = nodes[inode] else { return [] }
    return bytes
  }

  /// All paths of files, for messages.
  var files: [String] {
    var found: [String] = []
    func walk(_ inode: Int, _ path: String) {
      switch nodes[inode] {
      case .folder(let entries):
        for (name, child) in entries { walk(child, path.isEmpty ? name : path + "/" + name) }
      case .file(let bytes): found.append("\(path) (\(bytes.count) bytes)")
      case nil: found.append("\(path) (nothing)")
      }
    }
    walk(0, "")
    return found.sorted()
  }
}
