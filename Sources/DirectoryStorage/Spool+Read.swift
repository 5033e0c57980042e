import Jobs
import PosixIO
import Storage

extension Spool {
  /// What is read of a file at first: enough for the header and a small payload.
  private static let firstPiece = 8 * 1024

  /// Reads a job at its place; `nil` where it is gone, or where the file can't be read or makes no
  /// sense: such a job is passed over by everybody, and named by `doctor`.
  func read(_ place: JobPlace) throws(StorageError) -> StoredJob? {
    try readWithPiece(place)?.job
  }

  /// A job with its payload.
  func readWithPayload(
    _ place: JobPlace
  ) throws(StorageError) -> (job: StoredJob, payload: [UInt8])? {
    guard let (job, piece) = try readWithPiece(place) else { return nil }
    let end = job.payloadStart + job.payloadCount
    if piece.bytes.count >= end { return (job, Array(piece.bytes[job.payloadStart..<end])) }
    guard let rest = try self.piece(of: place.path, at: job.payloadStart, count: job.payloadCount),
      rest.bytes.count == job.payloadCount
    else { return nil }
    return (job, rest.bytes)
  }

  private func readWithPiece(
    _ place: JobPlace
  ) throws(StorageError) -> (job: StoredJob, piece: FilePiece)? {
    guard let (header, piece) = try header(of: place), header.job.id == place.name.id,
      piece.size >= Int64(header.payloadStart) + Int64(header.payloadCount)
    else { return nil }
    var standing: Standing?
    if place.name.revision > 0 {
      let entry = try entry(of: place.path, at: place.name.revision, in: piece)
      guard let found = entry?.standing else { return nil }
      standing = found
    }
    return (StoredJob(header, standing, at: place), piece)
  }

  private func header(
    of place: JobPlace
  ) throws(StorageError) -> (JobHeader, FilePiece)? {
    guard var piece = try piece(of: place.path, at: 0, count: Self.firstPiece) else { return nil }
    if let header = JobHeader(piece.bytes) { return (header, piece) }
    // Long keys or tags; anything longer is none of ours.
    guard piece.size > piece.bytes.count,
      piece.bytes.starts(with: "qctl-job: ".utf8),
      let longer = try self.piece(of: place.path, at: 0, count: JobHeader.longest)
    else { return nil }
    piece = longer
    return JobHeader(piece.bytes).map { ($0, piece) }
  }

  /// The line of a history that begins at an offset.
  func entry(
    of path: String, at offset: Int64, in first: FilePiece
  ) throws(StorageError) -> JobEntry? {
    if let start = Int(exactly: offset), start < first.bytes.count,
      let end = first.bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
    {
      return JobEntry(first.bytes, in: start..<end)
    }
    var count = 4 * 1024
    while count <= Self.longestEntry {
      guard let piece = try piece(of: path, at: Int(offset), count: count) else { return nil }
      if let end = piece.bytes.firstIndex(of: UInt8(ascii: "\n")) {
        return JobEntry(piece.bytes, in: 0..<end)
      }
      guard piece.bytes.count == count else { return nil }
      count *= 16
    }
    return nil
  }

  private static let longestEntry = 64 * 1024 * 1024

  /// A part of a file; `nil` where it is not there or can't be read.
  private func piece(
    of path: String, at offset: Int, count: Int
  ) throws(StorageError) -> FilePiece? {
    do {
      return try tree.read(path, at: Int64(offset), count: count)
    } catch {
      switch error.code {
      case .tooManyOpenFiles, .systemFileTableFull, .outOfMemory: throw translate(error)
      default: return nil
      }
    }
  }

  /// A job with its history.
  func readDetail(_ place: JobPlace) throws(StorageError) -> JobDetail? {
    guard let (stored, payload) = try readWithPayload(place) else { return nil }
    var detail = JobDetail(job: stored.job, payload: payload, tags: stored.tags)
    var next = place.name.revision
    var hasResult = false
    while next > 0 {
      let none = FilePiece(bytes: [], size: 0)
      // A history that turns back on itself is damage, not a reason to go round for ever.
      guard let entry = try entry(of: place.path, at: next, in: none), entry.previous < next else {
        break
      }
      if let execution = entry.execution { detail.attempts.append(execution) }
      if !hasResult, case .set(let result) = entry.result {
        (detail.result, hasResult) = (result, true)
      }
      next = entry.previous
    }
    detail.attempts.reverse()
    return detail
  }
}
