import Storage
import Text

/// Reads an archive as a whole: a header, parts, and an end that fits them.
struct ArchiveReader {
  let lines: ArchiveLines

  /// Reads everything, from the beginning.
  ///
  /// - Throws: `failed` for the first thing that is wrong, with file, line and reason.
  /// - Returns: how many parts there are.
  func read(
    _ visit: (ArchivePart) throws(CommandFailure) -> Void
  ) throws(CommandFailure) -> ArchiveCounts {
    lines.rewind()
    var hash = SHA256()
    var counts = ArchiveCounts()
    var end: (counts: ArchiveCounts, digest: [UInt8])?
    while try lines.next({ (bytes, range, isEnded) throws(CommandFailure) in
      guard end == nil else { throw wrong("something follows the last line of an export") }
      switch try entry(bytes, range) {
      case .header(let version):
        guard lines.number == 1 else { throw wrong("a second header") }
        guard version <= ArchiveLine.version else {
          throw wrong("version \(version) was written by a newer qctl")
        }
      case .part(let part):
        counts[ArchiveKind(part)] += 1
        try visit(part)
      case .end(let counts, let digest):
        end = (counts, digest)
        return
      }
      hash.update(bytes[range])
      hash.update([UInt8(ascii: "\n")])
    }) {}
    guard let end else {
      throw .failed(
        .badData,
        "\(lines.name) is cut off behind line \(lines.number): its last line is missing; "
          + "nothing was imported")
    }
    guard end.counts == counts, end.digest == hash.finish() else {
      throw wrong("the checksum tells that lines before this were changed, lost or added")
    }
    return counts
  }

  private func entry(
    _ bytes: [UInt8], _ range: Range<Int>
  ) throws(CommandFailure) -> ArchiveEntry {
    let entry: ArchiveEntry
    do { entry = try ArchiveLineReader.read(bytes, in: range) } catch { throw wrong(error.reason) }
    guard lines.number == 1 else { return entry }
    guard case .header = entry else { throw wrong("this is no export of qctl") }
    return entry
  }

  private func wrong(_ reason: String) -> CommandFailure {
    .failed(
      .badData, "\(lines.name), line \(lines.number): \(reason); nothing was imported")
  }
}
