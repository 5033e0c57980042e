import Jobs
import PosixIO
import Storage

/// Showing life to the other workers of this host, and taking over from those that show none.
extension WorkerSession {
  /// How often others are looked at when nothing hints at a death.
  private var upkeep: TimeSpan {
    TimeSpan(milliseconds: min(2000, max(10, configuration.lease.milliseconds / 4)))
  }

  /// Makes this worker's file; without it, the worker goes by leases.
  ///
  /// A disk in trouble is no reason for leases: nobody could end the handlers of a worker that dies
  /// without a file, so the worker ends as it does where the store itself can't be written.
  func showLife() {
    guard let place = configuration.meetingPlace else { return }
    if let rescueTrouble { observe(.warning(.noRescue(rescueTrouble))) }
    do throws(SystemError) {
      presence = try Presence(
        folder: place.workers, id: PresenceID(random: random()), name: configuration.name,
        queues: configuration.queues, silence: configuration.lease)
    } catch {
      presence = nil
      if let trouble = Self.trouble(error, in: place.workers) {
        giveUp(.storage(trouble), at: clock.monotonic())
      } else {
        observe(.warning(.noPresence(error)))
      }
    }
    watch?.renew()
  }

  /// What is wrong with the disk of the workers' files, if that is what is wrong.
  private static func trouble(_ error: SystemError, in folder: String) -> StorageError? {
    switch error.code {
    case .noSpace, .quotaExceeded: .full(path: folder)
    case .readOnlyFileSystem: .readOnly(path: folder, detail: error.code.reason)
    case .inputOutput: .system(path: folder, detail: error.code.reason)
    default: nil
    }
  }

  /// Notices that others have declared this worker lost, and begins anew once all it had is gone.
  func keepPresence() {
    guard !isLost else { return beginAnew() }
    guard let presence, presence.isRefused || presence.isInvisible else { return }
    becomeLost()
  }

  /// Others have our jobs, or soon will: nothing of ours may go on.
  func becomeLost() {
    guard !isLost else { return }
    isLost = true
    observe(.warning(.declaredLost))
    let now = clock.monotonic()
    stopAll(.release(reason: "declared lost"), at: now)
    for job in slots.running { job.kill() }
    for handler in handlers { handler.kill() }
    putBackWaiting()
  }

  /// Whether no job is in hand, none is left to settle, and no handler is left.
  var hasNothing: Bool {
    slots.isEmpty && waiting.isEmpty && unsettled.isEmpty && handlers.isEmpty
  }

  private func beginAnew() {
    guard hasNothing else { return }
    presence?.end(keepsFile: false)
    isLost = false
    guard ending == nil else { return presence = nil }
    showLife()
    nextPoll = clock.monotonic()
  }

  /// Looks for workers that are gone, when something hints at it and now and then.
  func rescueOthers(_ now: Tick) {
    guard let rescuer else { return }
    let isDue = nextUpkeep <= now
    guard rescueLooks.takeDue(now) || isDue else { return }
    if isDue { nextUpkeep = now + upkeep }
    do {
      if isDue {
        watch?.renew()
        try rescuer.markMissing(store)
      }
      let found = try rescuer.look(store, own: presence?.id, at: clock.wall())
      for lost in found.rescued { observe(.rescued(lost)) }
      if !found.rescued.isEmpty { nextPoll = now }
      if found.isUnfinished { rescueLooks.begin(at: now) }
    } catch {
      // A store in trouble says so again when this worker needs it.
      if !error.isBusy { failed(error, at: now) }
    }
  }

  /// Takes in what others did.
  func hear(_ source: StoreWatch.Source) {
    watch?.drain(source)
    let now = clock.monotonic()
    switch source {
    case .bell:
      pace.reset()
      nextPoll = now
      hearOfSchedules(now)
    case .files: jobLooks.begin(at: now)
    case .workers: rescueLooks.begin(at: now)
    }
  }

  /// What to listen to while the loop waits.
  var sources: Set<StoreWatch.Source> {
    guard isHungry else { return [.workers] }
    return jobLooks.next == nil ? [.bell, .files, .workers] : [.bell, .workers]
  }
}
