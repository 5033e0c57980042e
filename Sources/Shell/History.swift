import CommandLineSpec
import PosixIO
import Text

/// The lines that were typed, for the next time.
///
/// Each shell reads the file at its start and adds its own lines at its end, so that those of several
/// shells come together. The file is never written over: the lines of all, the latest so many, go into
/// a new one that takes its name, while the old one is locked; so a shell that is killed leaves the old
/// or the new one. It is for the user alone, and no link is followed to it.
final class History {
  /// How many lines are kept.
  static let longest = 1000
  private static let largest = 1 << 20
  private static let tries = 20

  /// What was typed in earlier shells.
  let earlier: [String]
  private let path: String?
  private var latest: String?
  private var fresh: [String] = []

  /// Reads the file, if there is one.
  init(_ path: String?) {
    self.path = path
    var found: [String] = []
    if let path, let file = try? FileDescriptor.open(path, .readOnly, Self.options) {
      found = Self.lines(of: file) ?? []
    }
    earlier = found
    latest = found.last
  }

  private static let options: OpenOptions = [.noFollow, .nonBlocking, .noControllingTerminal]

  /// Takes a line in, unless it is one that is not to be remembered.
  ///
  /// - Returns: the line as the arrow keys should bring it back.
  func add(_ line: String, _ text: CommandText) -> String? {
    guard Self.isWorthKeeping(line, after: latest) else { return nil }
    latest = line
    // A line end can't be in the file; one behind a backslash means nothing, and others are in quotes.
    let joined = Self.joined(line)
    if !joined.utf8.contains(0x0A), !Self.holdsPayload(text) { fresh.append(joined) }
    return joined
  }

  /// As `ignoreboth` of bash.
  static func isWorthKeeping(_ line: String, after latest: String?) -> Bool {
    guard let first = line.utf8.first, first != 0x20, first != 0x09 else { return false }
    return line != latest
  }

  /// Whether a payload, or a part of one, stands in it.
  static func holdsPayload(_ text: CommandText) -> Bool {
    var text = text
    while let command = try? text.next() {
      guard case .words(let words) = command.item else { continue }
      if words.contains(where: bearsPayload) { return true }
    }
    return false
  }

  private static func bearsPayload(_ word: String) -> Bool {
    let bytes = word.utf8
    if bytes.starts(with: "--set".utf8) { return true }
    return bytes.starts(with: "--payload".utf8) && !bytes.starts(with: "--payload-file".utf8)
  }

  private static func joined(_ line: String) -> String {
    var bytes: [UInt8] = []
    for byte in line.utf8 {
      if byte == 0x0A, bytes.last == UInt8(ascii: "\\") {
        bytes.removeLast()
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Adds the lines of this shell to the file; a history that can't be kept is no reason to complain.
  func save() {
    guard let path, !fresh.isEmpty else { return }
    if let folder = FileSystem.parent(of: path) { try? FileSystem.makeDirectories(folder) }
    for _ in 0..<Self.tries {
      let isDone = try? add(fresh, to: path)
      if isDone != false { return }
    }
  }

  /// False where another shell has put a new file in place before the old one was locked.
  private func add(_ fresh: [String], to path: String) throws(SystemError) -> Bool {
    let file = try FileDescriptor.open(
      path, .readWrite, [.create, .noFollow, .nonBlocking, .noControllingTerminal])
    let status = try file.status()
    guard status.kind == .regular else { return true }
    let lock = FileLock(file)
    let deadline = SystemClock.monotonicNanoseconds() &+ 2_000_000_000
    guard try lock.lock(deadline: deadline) else { return true }
    guard let there = try? FileSystem.linkStatus(of: path), there.isSameFile(as: status) else {
      return false
    }
    // What is no history, or far too long for one, stays as it is.
    guard let known = Self.lines(of: lock.descriptor) else { return true }
    let all = (known + fresh).suffix(Self.longest)
    var bytes: [UInt8] = []
    for line in all { bytes += Array(line.utf8) + [0x0A] }
    try FileSystem.replaceFile(path, with: bytes, mode: 0o600)
    return true
  }

  private static func lines(of file: borrowing FileDescriptor) -> [String]? {
    guard (try? file.status())?.kind == .regular,
      let bytes = try? file.readAll(limit: largest)
    else { return nil }
    // Somebody else's text may be anything; what can't be shown is left out.
    return bytes.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
      .filter { TerminalText.escape($0, .line) == $0 }.suffix(longest)
  }
}
