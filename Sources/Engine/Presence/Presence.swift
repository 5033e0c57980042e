import Jobs
import PosixIO
import Storage

/// This worker's own file, held for as long as it works.
final class Presence {
  /// The number that its jobs name.
  let id: PresenceID
  private let path: String
  private let lock: FileLock
  private let heartbeat: Heartbeat
  /// How many slots name the worker's queues; those of executions come behind.
  private let reserved: Int

  /// Makes the file and its folder, takes the lock, and starts the heartbeat.
  ///
  /// The file appears under its name only when it is whole and locked.
  /// - Throws: why that was not possible; a worker then goes by leases.
  init(
    folder: String, id: PresenceID, name: String, queues: [QueueName] = [], silence: TimeSpan
  ) throws(SystemError) {
    self.id = id
    path = folder + "/" + id.description
    try FileSystem.makeDirectories(folder, mode: 0o700)
    let header = try Self.header(name: name, silence: silence)
    let named = PresenceSlot.slots(naming: queues)
    reserved = named.count / PresenceHeader.slotSize
    let draft = folder + "/." + id.description
    let file = try FileDescriptor.open(
      draft, .readWrite, [.create, .exclusive, .noFollow], mode: 0o600)
    let descriptor = file.rawValue
    lock = FileLock(file)
    do throws(SystemError) {
      _ = try lock.tryLock()
      try Self.share(BorrowedDescriptor(descriptor), in: folder)
      try BorrowedDescriptor(descriptor).writeAll(header.bytes + named, at: 0)
      try FileSystem.rename(draft, to: path)
      heartbeat = try Heartbeat(of: descriptor, every: Self.interval(silence))
    } catch {
      try? FileSystem.unlink(draft)
      try? FileSystem.unlink(path)
      throw error
    }
  }

  /// Lets others of the store's group read a file, and write the refusal, if the folder is theirs.
  static func share(_ file: BorrowedDescriptor, in folder: String) throws(SystemError) {
    guard try FileSystem.status(of: folder).mode & 0o020 != 0 else { return }
    try file.setPermissions(0o660)
  }

  private static func header(
    name: String, silence: TimeSpan
  ) throws(SystemError) -> PresenceHeader {
    let (nanoseconds, isTooLong) = silence.milliseconds.multipliedReportingOverflow(by: 1_000_000)
    let here = try Rescuer.Here()
    return PresenceHeader(
      bootID: here.bootID, namespace: here.namespace, pid: Int64(CurrentProcess.id),
      silence: isTooLong ? .max : nanoseconds, name: name)
  }

  /// A dozen beats fit into the silence that is allowed, so that a busy machine may miss a few.
  private static func interval(_ silence: TimeSpan) -> TimeSpan {
    TimeSpan(milliseconds: min(5000, max(10, silence.milliseconds / 12)))
  }

  /// Ends the heartbeat; the lock goes with the file.
  ///
  /// - Parameter keepsFile: true if jobs may still be in our hands, for whoever rescues them.
  func end(keepsFile: Bool) {
    heartbeat.stop()
    if !keepsFile { try? FileSystem.unlink(path) }
  }

  /// Whether somebody has declared this worker lost, or has taken its file away.
  var isRefused: Bool {
    let file = BorrowedDescriptor(lock.descriptor.rawValue)
    guard let word = try? file.read(upTo: 8, at: PresenceHeader.refusalOffset), word.count == 8
    else { return true }
    return word.contains { $0 != 0 }
  }

  /// Whether nobody can see this worker any more, since its file has lost its name.
  var isInvisible: Bool { heartbeat.isUnlinked }

  private func offset(ofSlot slot: Int) -> Int64 {
    PresenceHeader.offset(ofSlot: slot + reserved)
  }

  /// Notes in a slot which execution is about to start, and where its handler shall note itself.
  func prepare(_ execution: Execution, slot: Int) throws(SystemError) -> StartRecord {
    let offset = offset(ofSlot: slot)
    let descriptor = lock.descriptor.rawValue
    try BorrowedDescriptor(descriptor).writeAll(PresenceSlot.prepared(execution), at: offset)
    return StartRecord(
      descriptor: descriptor, offset: offset + PresenceHeader.noteOffset,
      refusal: PresenceHeader.refusalOffset)
  }

  /// What a slot says now, of a handler that has started; `nil` where it can't be read.
  func content(ofSlot slot: Int) -> [UInt8]? {
    let file = BorrowedDescriptor(lock.descriptor.rawValue)
    let bytes = try? file.read(
      upTo: PresenceHeader.slotSize, at: offset(ofSlot: slot))
    return bytes.flatMap { $0.count == PresenceHeader.slotSize ? $0 : nil }
  }

  /// Notes in a slot that a running handler begins with another execution.
  ///
  /// - Parameter start: what the handler's own slot says of its start; left out for that slot, where
  ///   it stands.
  /// - Throws: when it could not be written: the handler must not hear of that job.
  func note(
    _ execution: Execution, slot: Int, of start: [UInt8]? = nil
  ) throws(SystemError) {
    var bytes = PresenceSlot.name(of: execution)
    if let start { bytes += start.dropFirst(bytes.count) }
    let file = BorrowedDescriptor(lock.descriptor.rawValue)
    try file.writeAll(bytes, at: offset(ofSlot: slot))
  }

  /// Notes that nothing of a slot's process matters any more.
  func clearProcess(slot: Int) {
    let offset = offset(ofSlot: slot) + PresenceHeader.noteOffset
    let file = BorrowedDescriptor(lock.descriptor.rawValue)
    // Where that fails, the time of the process's start, or the job that its group's members name,
    // still tells it from a later one with its number.
    try? file.writeAll([UInt8](repeating: 0, count: 8), at: offset)
  }
}
