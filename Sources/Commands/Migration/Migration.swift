import Engine
import Jobs
import Storage

// How a store moves into another, so that nothing runs twice and whoever is killed begins anew:
//
//   1. refuse while jobs are active or workers live: their jobs would change meanwhile;
//   2. pause every queue of the source, with a reason that names the target and tells how the queue
//      was paused before (MigrationMark); the queues of the target are paused too, until the end;
//      the schedules go to the target, and are paused in the source;
//   3. copy what the target has not, and again, until a pass finds nothing more to copy: that pass
//      compares every job of both sides and makes the proof;
//   4. give the target's queues the pauses that the source's had, and mark the source as moved.
//
// Each step can be done twice: what is there already is passed over. The source is never changed but
// for its pauses. Once it is marked as moved, the target lives a life of its own, and nothing is
// copied any more, lest a job that ended and was removed there came back.

/// One store on its way into another.
struct Migration {
  let source: any StorageAdapter
  let target: any StorageAdapter
  let options: MigrateCommand.Options
  let context: CommandContext

  /// A pass that copies nothing is the last; a source that never comes to rest shall not hold us.
  private static let mostPasses = 20

  var name: String { "\(target.identity.kind):\(target.identity.location)" }

  /// Copies everything.
  ///
  /// - Throws: `busy` with what to do where the source is in use.
  func copy(_ intake: ArchiveIntake) throws(CommandFailure) -> MigrationProof {
    let isAskedToStop = context.interaction.watchForStop()
    for _ in 0..<Self.mostPasses {
      try pauseAll()
      try MigrationUse(source, context).refuse()
      let before = intake.tally.restored.sum
      let proof = try pass(intake, isAskedToStop)
      try copyRest(intake)
      if proof.missing == 0, intake.tally.restored.sum == before { return proof }
    }
    throw .failed(
      .busy, "jobs are enqueued into the source all the time: stop that, and run this again")
  }

  /// Stops both sides: nothing that is not in the target yet may run in either.
  private func pauseAll() throws(CommandFailure) {
    for queue in try walk(source).queues() {
      let mark = queue.pauseReason.flatMap { MigrationMark($0) }
      if mark?.target != name || mark?.isDone == true || !queue.paused {
        let before = mark.map { $0.original(queue) } ?? queue
        try pause([queue.queue], MigrationMark(before, to: name))
      }
      let filling = QueueArchive(
        queue: queue.queue, paused: true,
        pauseReason: fillingReason,
        settings: queue.settings)
      _ = try restore(.queue(filling))
    }
    try handOverSchedules()
  }

  /// Has the target fire the ticks of the source's schedules from now on.
  ///
  /// The target gets one as it is, and only then is it paused in the source: whoever dies between finds
  /// it in the target, and passes on. What the target makes for its ticks waits in queues that are paused.
  private func handOverSchedules() throws(CommandFailure) {
    for schedule in try walk(source).schedules() {
      let there = try stored { () throws(StorageError) in try target.schedule(schedule.name) }
      if there == nil { _ = try restore(.schedule(schedule)) }
      guard !schedule.isPaused else { continue }
      let request = PauseScheduleRequest(
        schedule.name, paused: true, actor: context.actor, reason: "qctl migrate: moved to \(name)",
        now: context.now())
      _ = try stored { () throws(StorageError) in try source.setPaused(request) }
    }
  }

  private func pause(
    _ queues: [QueueName], _ mark: MigrationMark
  ) throws(CommandFailure) {
    let request = PauseRequest(
      queues, paused: true, actor: context.actor, reason: mark.text, now: context.now())
    _ = try stored { () throws(StorageError) in try source.setPaused(request) }
  }

  /// Compares all jobs, and copies those that the target has not.
  private func pass(
    _ intake: ArchiveIntake, _ isAskedToStop: () -> Bool
  ) throws(CommandFailure) -> MigrationProof {
    let progress = Progress(context, quiet: options.output.quiet)
    defer { progress.clear() }
    let total = try total()
    var proof = MigrationProof()
    let counterparts = Counterparts(in: target, now: context.now())
    try copyFirst(intake)
    try walk(source).jobs(JobFilter()) { (detail) throws(CommandFailure) in
      let there = try counterparts.job(detail.job.id)
      proof.add(detail, there)
      if there == nil { try intake.add(.job(detail)) }
      guard proof.jobs % 200 == 0 else { return }
      progress.show("moving", proof.jobs, of: total)
      if isAskedToStop() { throw .failed(.interrupted, "interrupted") }
    }
    try intake.flush()
    return proof
  }

  /// What jobs are judged by: a batch has to be there before its jobs, or nobody would count them.
  private func copyFirst(_ intake: ArchiveIntake) throws(CommandFailure) {
    if let rules = try walk(source).rules() { try intake.add(.rules(rules)) }
    for rule in try walk(source).healthRules() { try intake.add(.health(rule)) }
    try walk(source).batches { (batch) throws(CommandFailure) in try intake.add(.batch(batch)) }
    try intake.flush()
  }

  private func total() throws(CommandFailure) -> Int {
    let queues = try stored { () throws(StorageError) in try source.queues(at: context.now()) }
    return Int(clamping: queues.reduce(Int64(0)) { $0 &+ $1.counts.values.reduce(0, &+) })
  }

  /// What is no job: there is little of it, and what is there is passed over by the target.
  private func copyRest(_ intake: ArchiveIntake) throws(CommandFailure) {
    let walk = walk(source)
    try walk.requests { (request) throws(CommandFailure) in try intake.add(.request(request)) }
    try walk.minutes { (minute) throws(CommandFailure) in try intake.add(.minute(minute)) }
    let match = LogMatch(target)
    try walk.log { (record) throws(CommandFailure) in
      guard try !match.isThere(record) else { return intake.noteThere(.log) }
      try intake.add(.record(record))
    }
    try intake.flush()
  }

  /// Marks the source as moved, and opens the target for work.
  ///
  /// In this order: once somebody works there, nothing may be copied any more.
  func finish() throws(CommandFailure) {
    for queue in try walk(source).queues() {
      guard var mark = queue.pauseReason.flatMap({ MigrationMark($0) }), !mark.isDone else {
        continue
      }
      mark.isDone = true
      try pause([queue.queue], mark)
    }
    try open()
  }

  /// Gives the target's queues the pauses that the source's had, where that has not been done.
  func open() throws(CommandFailure) {
    let filled = try walk(target).queues().filter { $0.pauseReason == fillingReason }
    for queue in try walk(source).queues() {
      guard filled.contains(where: { $0.queue == queue.queue }),
        let mark = queue.pauseReason.flatMap({ MigrationMark($0) })
      else { continue }
      _ = try restore(.queue(mark.original(queue)))
    }
  }

  private var fillingReason: String {
    "qctl migrate: being filled from \(source.identity.location)"
  }

  /// Whether the source was moved into this target before, and none of its queues resumed since.
  func isDone() throws(CommandFailure) -> Bool {
    let queues = try walk(source).queues()
    return !queues.isEmpty
      && queues.allSatisfy { queue in
        guard let mark = queue.pauseReason.flatMap({ MigrationMark($0) }) else { return false }
        return mark.isDone && mark.target == name
      }
  }

  /// How many jobs of the source the target has not.
  func missing() throws(CommandFailure) -> Int {
    var missing = 0
    let counterparts = Counterparts(in: target, now: context.now())
    try walk(source).jobs(JobFilter()) { (detail) throws(CommandFailure) in
      if try counterparts.job(detail.job.id) == nil { missing += 1 }
    }
    return missing
  }

  private func restore(_ part: ArchivePart) throws(CommandFailure) -> [RestoreOutcome] {
    let now = context.now()
    return try stored { () throws(StorageError) in try target.restore([part], at: now) }
  }

  private func walk(_ store: any StorageAdapter) -> ArchiveWalk {
    ArchiveWalk(store: store, now: context.now())
  }
}

/// Finds the jobs of one store in another, by walking both in the order of ids: looking each up would
/// cost a store of files a walk through all its names for each.
final class Counterparts {
  private let reader: DetailReader
  private var ahead: JobDetail?

  init(in store: any StorageAdapter, now: Instant) {
    reader = DetailReader(store, JobFilter(), now: now)
  }

  /// The job with this id, above all that were asked for before.
  func job(_ id: JobID) throws(CommandFailure) -> JobDetail? {
    while ahead.map({ $0.job.id < id }) ?? true {
      guard let next = try reader.next() else { return nil }
      ahead = next
    }
    return ahead?.job.id == id ? ahead : nil
  }
}

/// Whether a store is in use, so that it can't be moved.
struct MigrationUse {
  private let store: any StorageAdapter
  private let context: CommandContext

  init(_ store: any StorageAdapter, _ context: CommandContext) {
    self.store = store
    self.context = context
  }

  /// - Throws: `busy`, with what is in use and what to do.
  func refuse() throws(CommandFailure) {
    let queues = try stored { () throws(StorageError) in try store.queues(at: context.now()) }
    let active = queues.reduce(Int64(0)) { $0 &+ $1.count(.active) }
    let workers = store.meetingPlace.map { LiveWorkers.count(at: $0) } ?? 0
    guard active > 0 || workers > 0 else { return }
    var reasons: [String] = []
    if active > 0 { reasons.append("\(active) \(active == 1 ? "job is" : "jobs are") active") }
    if workers > 0 {
      reasons.append("\(workers) \(workers == 1 ? "worker lives" : "workers live")")
    }
    throw .failed(
      .busy,
      "\(reasons.joined(separator: " and ")) in the source: stop its workers with SIGTERM and wait "
        + "until what they run is done, then run this again")
  }
}
