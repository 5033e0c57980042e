import Jobs
import PosixIO
import Storage

extension Spool {
  private static let settingsFile = "/settings"
  /// Held by whoever changes the settings of a queue, so that nobody's change is lost.
  private static let settingsLock = "lock"

  /// What is set for a queue; nothing where the file can't be read or makes no sense, which `doctor`
  /// tells.
  func settings(of queue: QueueName) throws(StorageError) -> SettingsFile {
    try settings(in: Shelf.queue(queue))
  }

  private static func path(in folder: String) -> String {
    folder.isEmpty ? "settings" : folder + settingsFile
  }

  private func settings(in folder: String) throws(StorageError) -> SettingsFile {
    let path = Self.path(in: folder)
    do {
      let piece = try tree.read(path, at: 0, count: SettingsFile.longest)
      return SettingsFile(piece.bytes) ?? SettingsFile()
    } catch {
      switch error.code {
      case .tooManyOpenFiles, .systemFileTableFull, .outOfMemory: throw translate(error)
      default: return SettingsFile()
      }
    }
  }

  /// Whether claims of a queue give nothing.
  func pause(of queue: QueueName, at now: Instant) throws(StorageError) -> Bool {
    try settings(of: queue).pause(at: now) != nil
  }

  /// Pauses or resumes known queues, or changes nothing at all.
  func setPaused(_ request: PauseRequest) throws(StorageError) -> [Bool] {
    for queue in request.queues where try !isKnown(queue) { throw .unknownQueue(queue) }
    return try request.queues.map { (queue) throws(StorageError) in
      try setPaused(queue, request)
    }
  }

  private func setPaused(
    _ queue: QueueName, _ request: PauseRequest
  ) throws(StorageError) -> Bool {
    let wanted =
      request.paused ? SettingsFile.Pause(until: request.until, reason: request.reason) : nil
    let isChanged = try changeSettings(of: queue) { settings in
      guard settings.pause(at: request.now) != wanted else { return false }
      settings.pause = wanted
      return true
    }
    guard isChanged else { return false }
    unlogged.append(request.record(of: queue))
    hasNews = hasNews || !request.paused
    return true
  }

  /// Changes settings of a queue, and makes it known.
  func configure(_ request: ConfigureRequest) throws(StorageError) -> Bool {
    if request.changes.contains(where: \.setsRate) { throw DirectoryStore.noRates }
    for (capability, isMeant) in [
      (Capability.attemptRetention, request.changes.contains(where: \.keepsAttempts)),
      (.minutes, request.changes.contains(where: \.keepsMinutes)),
    ] where isMeant { throw DirectoryStore.lacks(capability) }
    memory.expiry.removeAll()
    guard let queue = request.queue else { return try configureAll(request) }
    let wasKnown = try isKnown(queue)
    let isChanged = try changeSettings(of: queue) { settings in
      let before = settings.settings
      for change in request.changes { settings.settings.apply(change) }
      return settings.settings != before
    }
    guard isChanged || !wasKnown else { return false }
    // A limit that was raised lets workers take what they could not.
    hasNews = true
    unlogged.append(request.record)
    return true
  }

  /// Changes the rules for all queues.
  private func configureAll(_ request: ConfigureRequest) throws(StorageError) -> Bool {
    let isChanged = try changeSettings(in: "") { file in
      let before = file.settings.retention
      file.settings.retention = before.changed(by: request.changes)
      return file.settings.retention != before
    }
    if isChanged { unlogged.append(request.record) }
    return isChanged
  }

  /// Takes in the rules of another store, as far as this one can keep to them, where it has none.
  func restore(_ rules: Retention) throws(StorageError) -> RestoreOutcome {
    var kept = rules
    (kept.attempts, kept.minutes) = (nil, nil)
    let missing: Capability = rules.attempts == nil ? .minutes : .attemptRetention
    var outcome = RestoreOutcome.alreadyThere
    memory.expiry.removeAll()
    _ = try changeSettings(in: "") { file in
      let there = file.settings.retention
      guard there == Retention(), there != kept else {
        if there != kept { outcome = .differs }
        return false
      }
      file.settings.retention = kept
      outcome = .restored
      return true
    }
    return kept == rules || outcome == .differs ? outcome : .unsupported(missing)
  }

  /// For how long what is over is kept where a queue does not say.
  func rules() throws(StorageError) -> Retention {
    try settings(in: "").settings.retention
  }

  /// The rules of health, which are in the store's own settings.
  func healthRules() throws(StorageError) -> [StoredHealthRule] {
    try settings(in: "").health
  }

  /// Keeps or removes a rule of health: one file replaced as a whole.
  func changeHealthRule(_ request: HealthRuleRequest) throws(StorageError) -> Bool {
    var failure: StorageError?
    let isChanged = try changeSettings(in: "") { file in
      do throws(StorageError) {
        guard let rules = try request.applied(to: file.health) else { return false }
        file.health = rules
        return true
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
    if isChanged { unlogged.append(request.record) }
    return isChanged
  }

  /// Takes in a rule of health of another store.
  func restore(_ rule: StoredHealthRule) throws(StorageError) -> RestoreOutcome {
    var outcome = RestoreOutcome.differs
    _ = try changeSettings(in: "") { file in
      outcome = rule.restoring(among: file.health)
      guard outcome == .restored else { return false }
      file.health = (file.health + [rule]).sorted { $0.name < $1.name }
      return true
    }
    return outcome
  }

  /// Changes the settings of a queue where `edit` says so.
  func changeSettings(
    of queue: QueueName, _ edit: (inout SettingsFile) -> Bool
  ) throws(StorageError) -> Bool {
    try ensureFolder(Shelf.queue(queue))
    return try changeSettings(in: Shelf.queue(queue), edit)
  }

  /// Changes the settings in a queue's folder, or in the store's own.
  private func changeSettings(
    in folder: String, _ edit: (inout SettingsFile) -> Bool
  ) throws(StorageError) -> Bool {
    var outcome: Result<Bool, StorageError>?
    let isHeld = try system { () throws(SystemError) in
      try tree.withLock(Self.settingsLock, patience: Self.patience) {
        do throws(StorageError) {
          var settings = try self.settings(in: folder)
          guard edit(&settings) else { return outcome = .success(false) }
          try write(settings, in: folder)
          outcome = .success(true)
        } catch { outcome = .failure(error) }
      }
    }
    guard isHeld, let outcome else {
      throw .busy(path: root, detail: "another process is changing the settings of a queue")
    }
    return try outcome.get()
  }

  private func write(
    _ settings: SettingsFile, in folder: String
  ) throws(StorageError) {
    let draft =
      "tmp/settings-\(CurrentProcess.id)-\(SystemClock.monotonicNanoseconds())"
    // An older qctl would start more jobs than the limits allow.
    // It would forget the rules of health, too.
    if settings.settings.isNewToFormat2 || !settings.health.isEmpty { try raiseFormat() }
    try system { () throws(SystemError) in
      try tree.create(draft, settings.bytes, sync: true)
      do throws(SystemError) {
        try tree.rename(draft, to: Self.path(in: folder), replaces: true)
      } catch {
        try? tree.remove(draft)
        throw error
      }
    }
    touched(folder)
  }
}

extension QueueSettings {
  /// Whether a qctl of format 2 would not keep to it.
  fileprivate var isNewToFormat2: Bool {
    var known = QueueSettings()
    known.retention = retention
    (known.retention.attempts, known.retention.keys) = (nil, nil)
    (known.retention.log, known.retention.minutes) = (nil, nil)
    return self != known
  }
}
