import CommandLineSpec
import PosixIO

/// Names of files that begin with what is typed.
struct FileNames {
  /// Which of them.
  enum Wish {
    case all, folders
    case endings([String])
  }

  /// What a path may become; folders end in a slash, to go on in.
  func completion(_ typed: String, _ wish: Wish) -> Completion {
    let slash = typed.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = slash.map { String(typed[...$0]) } ?? ""
    let start = String(typed[(slash.map { typed.utf8.index(after: $0) } ?? typed.startIndex)...])
    let entries = (try? FileSystem.entries(of: folder.isEmpty ? "." : folder)) ?? []
    var found: [Candidate] = []
    for entry in entries where entry.name.utf8.starts(with: start.utf8) {
      if start.isEmpty, entry.bytes.first == UInt8(ascii: ".") { continue }
      let isFolder = isFolder(entry, in: folder)
      guard isFolder || suits(entry, wish) else { continue }
      found.append(Candidate(folder + entry.name + (isFolder ? "/" : "")))
    }
    let goesOn = found.count == 1 && found[0].value.utf8.last == UInt8(ascii: "/")
    return Completion(found, goesOn ? [.noFiles, .noSpace] : .noFiles)
  }

  private func suits(_ entry: DirectoryEntry, _ wish: Wish) -> Bool {
    switch wish {
    case .all: true
    case .folders: false
    case .endings(let endings): endings.contains { entry.name.hasSuffix("." + $0) }
    }
  }

  private func isFolder(_ entry: DirectoryEntry, in folder: String) -> Bool {
    switch entry.kind {
    case .directory: true
    case .symbolicLink, .unknown:
      (try? FileSystem.status(of: folder + entry.name))?.kind == .directory
    default: false
    }
  }
}
