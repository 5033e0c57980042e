import Jobs
import PosixIO
import Storage

/// What a closer look at a job's file says.
enum JobInspection {
  /// All is well; the job as its header says.
  case sound(StoredJob, header: JobHeader)
  /// It went elsewhere meanwhile.
  case gone
  /// It makes no sense, for a reason; nobody can run it.
  case broken(String)
  /// Its owner may not read it.
  case unreadable
}

extension Spool {
  /// Looks at the file of a job; never reads more of it than header and payload may have.
  func inspect(_ place: JobPlace) throws(StorageError) -> JobInspection {
    let piece: FilePiece
    do { piece = try tree.read(place.path, at: 0, count: 8 * 1024) } catch {
      switch error.code {
      case .noSuchFile: return .gone
      case .permissionDenied, .notPermitted: return .unreadable
      case .inputOutput: return .broken("the disk can't read it")
      case .tooManyOpenFiles, .systemFileTableFull, .outOfMemory: throw translate(error)
      default: return .broken(error.code.reason)
      }
    }
    guard piece.bytes.starts(with: "qctl-job: ".utf8) else {
      return .broken("its file does not begin as a job's (\(piece.size) bytes)")
    }
    guard let header = try header(of: place.path, piece) else {
      return .broken("its header can't be understood")
    }
    return try inspect(place, header, piece)
  }

  private func header(of path: String, _ piece: FilePiece) throws(StorageError) -> JobHeader? {
    if let header = JobHeader(piece.bytes) { return header }
    guard piece.size > piece.bytes.count,
      let longer = try? tree.read(path, at: 0, count: JobHeader.longest)
    else { return nil }
    return JobHeader(longer.bytes)
  }

  private func inspect(
    _ place: JobPlace, _ header: JobHeader, _ piece: FilePiece
  ) throws(StorageError) -> JobInspection {
    guard header.job.id == place.name.id else {
      return .broken("its name says another id than its header (\(header.job.id))")
    }
    guard piece.size >= Int64(header.payloadStart) + Int64(header.payloadCount) else {
      return .broken("its payload is cut short")
    }
    guard let stored = try read(place) else {
      guard (try? tree.status(of: place.path)) != nil else { return .gone }
      return .broken("its name points to a line of its history that is not there")
    }
    if stored.payload.line != nil, try readWithPayload(place) == nil {
      guard (try? tree.status(of: place.path)) != nil else { return .gone }
      return .broken("its payload was changed, and is not where its history says")
    }
    return .sound(stored, header: header)
  }
}

extension StoredJob {
  /// The state that the job's own history allows where it is; `nil` if it is in one.
  func stateToBe(_ header: JobHeader, _ standing: JobState?) -> JobState? {
    let own = standing ?? (header.job.runAt > header.job.enqueuedAt ? .scheduled : .ready)
    let here = place.state
    // A claim and a promotion are renames that add nothing to the history, and so is it when a job need
    // not wait for others any more; that it began to wait, its header says.
    let isAllowed =
      own == here || !own.isTerminal && (here == .active || here == .ready && own != .active)
      || here == .blocked && standing == nil && !header.after.isEmpty
      || here == .scheduled && own == .blocked
    guard !isAllowed || here == .active && place.name.token == nil else { return nil }
    return own == .active ? .ready : own
  }
}
