import Jobs
import PosixIO
import Storage

extension Spool {
  /// What is read of a file at first: enough for the header and a small payload.
  private static let firstPiece = 8 * 1024

  /// Reads a job at its place; `nil` where it is gone, or where the file can't be read or makes no
  /// sense: such a job is passed over by everybody, and named by `doctor`.
  func read(_ place: JobPlace) throws(StorageError) -> StoredJob? {
    try readWithPiece(place, at: place.path)?.job
  }

  /// A job with its payload.
  ///
  /// - Parameter path: the place's, where it is at hand.
  func readWithPayload(
    _ place: JobPlace, at path: String? = nil
  ) throws(StorageError) -> (job: StoredJob, payload: [UInt8])? {
    guard let (job, piece, latest) = try readWithPiece(place, at: path ?? place.path),
      let payload = try payload(of: job, in: piece, latest)
    else { return nil }
    return (job, payload)
  }

  private func payload(
    of job: StoredJob, in piece: FilePiece, _ latest: JobEntry?
  ) throws(StorageError) -> [UInt8]? {
    switch job.payload {
    case .accepted(let start, let count):
      let end = start + count
      if piece.bytes.count >= end { return Array(piece.bytes[start..<end]) }
      let rest = try self.piece(of: job.place.path, at: Int64(start), count: count)
      return rest?.bytes.count == count ? rest?.bytes : nil
    case .edited(let line):
      if let payload = latest?.payload { return payload }
      guard let count = Int(exactly: line.count), 0...Self.longestEntry ~= count, line.start > 0,
        let found = try self.piece(of: job.place.path, at: line.start, count: count)
      else { return nil }
      return JobEntry(found.bytes, in: 0..<found.bytes.count)?.payload
    }
  }

  private func readWithPiece(
    _ place: JobPlace, at path: String
  ) throws(StorageError) -> (job: StoredJob, piece: FilePiece, latest: JobEntry?)? {
    guard let (header, piece) = try header(at: path), header.job.id == place.name.id,
      piece.size >= Int64(header.payloadStart) + Int64(header.payloadCount)
    else { return nil }
    guard place.name.revision > 0 else {
      return (StoredJob(header, nil, payload: nil, at: place), piece, nil)
    }
    guard
      let (entry, count) = try line(of: path, at: place.name.revision, in: piece),
      let standing = entry.standing
    else { return nil }
    let payload =
      entry.payload == nil
      ? standing.payload : PayloadLine(start: place.name.revision, count: Int64(count))
    // What was accepted is not to be run once it was changed.
    guard payload != nil || !place.name.isEdited else { return nil }
    return (StoredJob(header, standing, payload: payload, at: place), piece, entry)
  }

  private func header(
    at path: String
  ) throws(StorageError) -> (JobHeader, FilePiece)? {
    guard var piece = try piece(of: path, at: 0, count: Self.firstPiece) else { return nil }
    if let header = JobHeader(piece.bytes) { return (header, piece) }
    // Long keys or tags; anything longer is none of ours.
    guard piece.size > piece.bytes.count,
      piece.bytes.starts(with: "qctl-job: ".utf8),
      let longer = try self.piece(of: path, at: 0, count: JobHeader.longest)
    else { return nil }
    piece = longer
    return JobHeader(piece.bytes).map { ($0, piece) }
  }

  /// The line of a history that begins at an offset, with what an operator did.
  func entry(of path: String, at offset: Int64) throws(StorageError) -> JobEntry? {
    let none = FilePiece(bytes: [], size: 0)
    return try line(of: path, at: offset, in: none, withAction: true)?.entry
  }

  /// The line of a history that begins at an offset, and how long it is, in bytes.
  private func line(
    of path: String, at offset: Int64, in first: FilePiece, withAction: Bool = false
  ) throws(StorageError) -> (entry: JobEntry, count: Int)? {
    if let start = Int(exactly: offset), start < first.bytes.count,
      let end = first.bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
    {
      return JobEntry(first.bytes, in: start..<end, withAction: withAction)
        .map { ($0, end - start) }
    }
    // The latest line is the last, but for those that count for nothing.
    var count = Int(clamping: min(max(first.size - offset, Self.likelyEntry), Self.mostAtOnce))
    while count <= Self.longestEntry {
      guard let piece = try piece(of: path, at: offset, count: count) else { return nil }
      if let end = piece.bytes.firstIndex(of: UInt8(ascii: "\n")) {
        return JobEntry(piece.bytes, in: 0..<end, withAction: withAction).map { ($0, end) }
      }
      guard piece.bytes.count == count else { return nil }
      count *= 16
    }
    return nil
  }

  private static let likelyEntry: Int64 = 4 * 1024
  private static let mostAtOnce: Int64 = 1024 * 1024
  private static let longestEntry = 64 * 1024 * 1024

  /// A part of a file; `nil` where it is not there or can't be read.
  private func piece(
    of path: String, at offset: Int64, count: Int
  ) throws(StorageError) -> FilePiece? {
    do {
      return try tree.read(path, at: offset, count: count)
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
    var detail = JobDetail(
      job: stored.job, payload: payload, tags: stored.tags, after: stored.after,
      waitsFor: try waitsFor(stored))
    var next = place.name.revision
    var hasResult = false
    while next > 0 {
      // A history that turns back on itself is damage, not a reason to go round for ever.
      guard let entry = try entry(of: place.path, at: next), entry.previous < next else { break }
      if let execution = entry.execution { detail.attempts.append(execution) }
      if let action = entry.action { detail.actions.append(action) }
      if !hasResult, case .set(let result) = entry.result {
        (detail.result, hasResult) = (result, true)
      }
      next = entry.previous
    }
    detail.attempts.reverse()
    detail.actions.reverse()
    return detail
  }
}
