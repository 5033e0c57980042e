import Jobs
import PosixIO
import Storage
import Text

/// Where things are put that nobody can make sense of: `quarantine/<day>/<path, with = for />`.
enum Quarantine {
  static let root = "quarantine"
  /// No name may be longer than 255 bytes; the rest is for a number.
  private static let longest = 230

  /// The name of a thing that was at a path.
  static func name(of path: String) -> String {
    let name = String(decoding: path.utf8.map { $0 == UInt8(ascii: "/") ? 61 : $0 }, as: UTF8.self)
    guard name.utf8.count > longest else { return name }
    let digest = Hexadecimal.encode(SHA256.digest(Array(path.utf8)).prefix(8))
    return digest + "~" + String(decoding: name.utf8.suffix(longest - 17), as: UTF8.self)
  }
}

extension Spool {
  /// Puts something out of the way; `nil` where it is gone.
  ///
  /// - Returns: where it is now.
  func quarantine(_ path: String, at now: Instant) throws(StorageError) -> String? {
    let folder = Quarantine.root + "/" + NameStamp.day(now)
    try ensureFolder(folder)
    for number in 0..<1000 {
      let target =
        folder + "/" + Quarantine.name(of: path) + (number == 0 ? "" : "." + String(number))
      do {
        try tree.rename(path, to: target, replaces: false)
        touched(folder)
        return target
      } catch {
        switch error.code {
        case .exists, .notEmpty: continue
        case .noSuchFile: return nil
        default: throw translate(error)
        }
      }
    }
    throw .system(path: root + "/" + folder, detail: "a thousand things have the same name there")
  }
}
