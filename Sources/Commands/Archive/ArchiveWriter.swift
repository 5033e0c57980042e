import Storage
import Text

/// Writes an archive line by line: a header, the parts, and an end that tells what was before it.
struct ArchiveWriter {
  private let output: any ArchiveOutput
  private var writer = JSONWriter(capacity: 4096)
  private var hash = SHA256()
  private(set) var counts = ArchiveCounts()

  /// Begins with the header.
  init(
    to output: any ArchiveOutput, of identity: StoreIdentity, at now: String
  ) throws(CommandFailure) {
    self.output = output
    writer.beginObject()
    writer.member("kind", "header")
    writer.member("format", "qctl export")
    writer.member("version", ArchiveLine.version)
    writer.member("store", identity.kind)
    writer.member("location", identity.location)
    writer.member("store_version", identity.formatVersion)
    writer.member("exported_at", now)
    writer.endObject()
    writer.endLine()
    try push()
  }

  /// Writes one part.
  mutating func write(_ part: ArchivePart) throws(CommandFailure) {
    ArchiveLine.write(part, to: &writer)
    counts[ArchiveKind(part)] += 1
    try push()
  }

  /// Writes the end.
  mutating func finish() throws(CommandFailure) {
    let digest = hash.finish()
    writer.beginObject()
    writer.member("kind", "end")
    for kind in ArchiveKind.allCases { writer.member(kind.rawValue, counts[kind]) }
    writer.member("sha256", Hexadecimal.encode(digest))
    writer.endObject()
    writer.endLine()
    try output.write(writer.buffer.bytes)
    try output.finish()
  }

  private mutating func push() throws(CommandFailure) {
    hash.update(writer.buffer.bytes)
    try output.write(writer.buffer.bytes)
    writer.buffer.removeAll()
  }
}
