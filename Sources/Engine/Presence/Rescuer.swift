package import Jobs
package import PosixIO
package import Storage
import Synchronization

// Taking over from workers of this host that are gone (design.md §7). In this order, so that no
// handler of a job ever runs beside another one of the same job:
//
//   1. the worker is seen to be dead (its lock is free, or it is of another boot) or silent (no
//      heartbeat for as long as it allowed itself, by a clock that counts suspension and by one that
//      does not, so that neither a jump of the wall clock nor a closed lid looks like silence);
//   2. its file says from now on that it is refused: no child of it can start a program any more;
//   3. every handler that it noted is killed, group and all, and is waited for; a number that has
//      become another process's is told by the time of its start;
//   4. the store frees its jobs, in one commit;
//   5. its file is removed.
//
// Any number of rescuers may do this at once: each step can be done twice. One that dies leaves the
// rest to the next. Files are only opened for reading until a worker is known to be lost, since
// those who watch the folder are woken when a file that was open for writing is closed.

/// Looks for workers of this host that are gone, and frees their jobs.
package struct Rescuer {
  private let folder: String
  private let here: Here

  /// What tells this boot and this view of processes from others.
  struct Here {
    let bootID: [UInt8]
    let namespace: Int64

    init() throws(SystemError) {
      bootID = try Host.bootIDBytes()
      namespace = Int64(bitPattern: ProcessTable.namespace() ?? 0)
    }
  }

  /// A worker that was lost, and how many jobs it had.
  package struct Rescued: Equatable, Sendable {
    /// The worker's name.
    package let worker: String
    /// Whether it is dead, and not merely silent.
    package let isDead: Bool
    /// How many jobs were freed.
    package let jobs: Int
  }

  /// What one look found.
  package struct Findings {
    /// Workers whose jobs are free now.
    package internal(set) var rescued: [Rescued] = []
    /// Whether somebody who is lost must be looked at again soon: a handler is still dying.
    package internal(set) var isUnfinished = false
  }

  /// A rescuer for a store's workers.
  package init(_ place: MeetingPlace) throws(SystemError) {
    folder = place.workers
    here = try Here()
  }

  /// Looks at every worker's file once, but the caller's own.
  package func look(
    _ store: any StorageEngine, own: PresenceID? = nil, at now: Instant
  ) throws(StorageError) -> Findings {
    var findings = Findings()
    for name in names() {
      removeOldDraft(name)
      guard let id = PresenceID(name), id != own, let suspect = read(id) else { continue }
      guard suspect.isLost(here) else { continue }
      guard let lost = condemn(id, suspect) else { continue }
      switch Orphans(of: lost, id, here).standing() {
      case .gone: break
      case .dying:
        findings.isUnfinished = true
        continue
      // Time has to do what we can't; there is nothing to see before.
      case .outOfReach: continue
      }
      let isDead = lost.isDead(here)
      let request = RescueRequest(
        presence: id, started: lost.started, isDead: isDead, now: now)
      let jobs = try store.rescue(request)
      try? FileSystem.unlink(path(id))
      guard lost.header.kind == .worker else { continue }
      findings.rescued.append(Rescued(worker: lost.header.name, isDead: isDead, jobs: jobs))
    }
    return findings
  }

  /// Sees to workers that have jobs but no file, which proves nothing: a stand-in gives the worker
  /// as long as a silent one to show itself.
  ///
  /// Nor does a file without content prove anything: it is never synced, so a power cut may empty
  /// it. Unless somebody holds it, it counts as missing.
  package func markMissing(_ store: any StorageEngine) throws(StorageError) {
    for id in try store.presences() where isMissing(id) {
      let header = PresenceHeader(
        bootID: here.bootID, namespace: here.namespace, pid: 0, silence: Self.patience,
        name: "", kind: .standIn)
      try? makeStandIn(id, header.bytes)
    }
  }

  private static let patience: Int64 = 60_000_000_000

  private func makeStandIn(_ id: PresenceID, _ bytes: [UInt8]) throws(SystemError) {
    let draft = folder + "/.\(id).\(CurrentProcess.id)"
    let file = try FileDescriptor.open(
      draft, .readWrite, [.create, .exclusive, .noFollow], mode: 0o600)
    try Presence.share(BorrowedDescriptor(file.rawValue), in: folder)
    try file.writeAll(bytes, at: 0)
    do { try FileSystem.rename(draft, to: path(id)) } catch {
      try? FileSystem.unlink(draft)
    }
  }

  private func isMissing(_ id: PresenceID) -> Bool {
    do {
      let file = try open(id, .readOnly)
      let number = file.rawValue
      let lock = FileLock(file)
      guard try lock.tryLock(.shared) else { return false }
      return Self.content(of: BorrowedDescriptor(number), isLockFree: true) == nil
    } catch {
      return error.code == .noSuchFile
    }
  }

  /// Removes what a worker left that died while it made its file.
  private func removeOldDraft(_ name: String) {
    guard name.utf8.first == UInt8(ascii: "."),
      PresenceID(String(name.dropFirst().prefix(16))) != nil,
      let status = try? FileSystem.linkStatus(of: folder + "/" + name)
    else { return }
    let age = SystemClock.wallMilliseconds() - status.modifiedNanoseconds / 1_000_000
    if age > Self.draftAge { try? FileSystem.unlink(folder + "/" + name) }
  }

  /// To make a file takes a moment; what is a day old is no file in the making, in milliseconds.
  private static let draftAge: Int64 = 24 * 3600 * 1000

  private func names() -> [String] {
    guard let entries = try? FileSystem.entries(of: folder) else { return [] }
    return entries.map(\.name)
  }

  private func path(_ id: PresenceID) -> String { folder + "/" + id.description }

  /// Opens a worker's file, and nothing else that may have its name: others of the store's group
  /// can put a pipe there, whose opening would last for ever.
  private func open(_ id: PresenceID, _ access: AccessMode) throws(SystemError) -> FileDescriptor {
    let file = try FileDescriptor.open(path(id), access, [.noFollow, .nonBlocking])
    guard try file.status().kind == .regular else {
      throw SystemError(.invalidArgument, call: "open", subject: path(id))
    }
    return file
  }

  /// A worker's file as it is; `nil` if it can't be read, which proves nothing.
  private func read(_ id: PresenceID) -> Suspect? {
    guard let file = try? open(id, .readOnly) else { return nil }
    let number = file.rawValue
    let lock = FileLock(file)
    // Shared, so that two who look at once don't take each other for the worker. The lock is given
    // back as this file is closed; nobody waits for it.
    let isFree = (try? lock.tryLock(.shared)) ?? false
    return Self.content(of: BorrowedDescriptor(number), isLockFree: isFree)
  }

  /// Refuses the worker any further start; what its children noted is then final.
  ///
  /// - Returns: the file as it is now; `nil` if it could not be written.
  private func condemn(_ id: PresenceID, _ suspect: Suspect) -> Suspect? {
    // Once is enough; and to close a file that was open for writing wakes every rescuer there is.
    guard !suspect.header.isRefused else { return read(id) }
    guard let file = try? open(id, .readWrite) else { return nil }
    var words = WordWriter()
    words.append(1)
    guard (try? file.writeAll(words.bytes, at: PresenceHeader.refusalOffset)) != nil else {
      return nil
    }
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    return Self.content(of: BorrowedDescriptor(file.rawValue), isLockFree: suspect.isLockFree)
  }

  static func content(of file: BorrowedDescriptor, isLockFree: Bool) -> Suspect? {
    let limit = Int(PresenceHeader.offset(ofSlot: PresenceHeader.mostSlots))
    guard let size = try? file.status().size,
      let bytes = try? file.read(upTo: min(limit, Int(clamping: size)), at: 0),
      let header = PresenceHeader(bytes)
    else { return nil }
    return Suspect(
      header: header, slots: PresenceSlot.all(in: bytes), isLockFree: isLockFree,
      queues: PresenceSlot.queues(in: bytes))
  }
}
