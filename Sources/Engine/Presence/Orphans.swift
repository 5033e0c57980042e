import Jobs
import PosixIO
import Storage

/// The handlers of a lost worker: finds them, kills them, and sees them gone.
struct Orphans {
  private let suspect: Suspect
  private let here: Rescuer.Here
  /// What members of a group may carry in their environment that has no leader any more.
  private let presence: [UInt8]

  /// How long one call waits for the killed to be gone; then it is asked again later.
  private static let patience: Int64 = 100_000_000

  init(of suspect: Suspect, _ id: PresenceID, _ here: Rescuer.Here) {
    self.suspect = suspect
    presence = Array(HandlerEnvironment.mark(of: id).utf8)
    self.here = here
  }

  /// How far the handlers' end has come.
  enum Standing {
    /// None runs any more.
    case gone
    /// They are killed, and not gone yet.
    case dying
    /// They can't be seen or killed from here.
    case outOfReach
  }

  /// Kills what still runs, and says whether anything does.
  ///
  /// Where they can't be seen (another pid namespace) or may not be killed, the worker's silence has
  /// to do: after that time they are taken to have gone with it.
  func standing() -> Standing {
    guard suspect.header.bootID == here.bootID else { return .gone }
    let byTime = suspect.isSilent ? Standing.gone : .outOfReach
    guard suspect.header.namespace == here.namespace else { return byTime }
    let noted = suspect.slots.filter { $0.process != nil }
    guard !noted.isEmpty else { return .gone }
    let deadline = SystemClock.monotonicNanoseconds() + Self.patience
    var pause: Int64 = 200_000
    while true {
      switch killAll(noted) {
      case .gone: return .gone
      case .outOfReach: return byTime
      case .dying: break
      }
      guard SystemClock.monotonicNanoseconds() < deadline else { return .dying }
      SystemClock.sleep(nanoseconds: pause)
      pause = min(pause * 2, 10_000_000)
    }
  }

  private func killAll(_ noted: [PresenceSlot]) -> Standing {
    var standing = Standing.gone
    guard let processes = Self.processes() else { return .dying }
    for slot in noted {
      guard let note = slot.process else { continue }
      switch runs(slot, note, processes) {
      case .gone: continue
      case .outOfReach:
        standing = .outOfReach
        continue
      case .dying: break
      }
      do throws(SystemError) {
        try Signal.kill.send(toGroup: note.pid)
        if standing == .gone { standing = .dying }
      } catch {
        if error.code == .notPermitted { standing = .outOfReach }
      }
    }
    return standing
  }

  /// Whether anything of a handler's group is left.
  ///
  /// A leader is known by the time of its start, which lies between two notes. Without a leader the
  /// number can't be another group's as long as a member lives; but it may have been one in between,
  /// so a member must also name the job, or, where the handler had one job after the other, the
  /// worker. Another user's member does not let us read that, and where
  /// /proc hides what is others' (hidepid), only a signal finds the group: neither is known to be
  /// gone.
  ///
  /// - Returns: `dying` for what is to be killed.
  private func runs(
    _ slot: PresenceSlot, _ note: StartRecord.Note, _ processes: [ProcessTable.Entry]
  ) -> Standing {
    let all = processes.filter { $0.group == note.pid }
    guard !all.isEmpty else { return Self.isHidden(note.pid) ? .outOfReach : .gone }
    let group = all.filter { !$0.isZombie }
    guard !group.isEmpty else { return .gone }
    let leader = try? ProcessTable.entry(
      note.pid, startedBetween: slot.notBefore, and: note.boottime)
    if leader != nil { return .dying }
    let name = Array("QCTL_JOB_ID=\(slot.execution.id)".utf8)
    let answers = group.flatMap {
      [name, presence].map { [pid = $0.pid] in ProcessTable.environmentContains(pid, $0) }
    }
    if answers.contains(true) { return .dying }
    return answers.contains(nil) ? .outOfReach : .gone
  }

  /// Whether there is a group that /proc does not show: one of another user's.
  private static func isHidden(_ group: Int32) -> Bool {
    do throws(SystemError) {
      try Signal(rawValue: 0).send(toGroup: group)
      return false
    } catch {
      return error.code == .notPermitted
    }
  }

  /// All processes; `nil` if /proc can't be read.
  private static func processes() -> [ProcessTable.Entry]? {
    guard let numbers = try? ProcessTable.numbers() else { return nil }
    return numbers.compactMap { try? ProcessTable.entry($0) }
  }
}
