import Jobs
import Storage

/// A bulk verb as it was called: all that its steps share.
struct BulkTask {
  let verb: BulkVerb
  let operation: OperatorVerb
  let options: BulkOptions
  let context: CommandContext

  /// How fast jobs come back, if they shall not all at once.
  func pace() -> ReplayPace? {
    options.replay.rate.map { rate in
      ReplayPace(rate, from: start ?? context.now())
    }
  }

  private var start: Instant? { if case .replay(let at, _) = operation { at } else { nil } }

  /// A batch of a plan to be done.
  func request(_ batch: [PlanItem], of plan: Plan) -> ApplyRequest {
    var request = ApplyRequest(
      operation, batch, actor: context.actor, reason: options.acting.reason, now: context.now())
    request.filter = options.filterWords
    request.planned = Int64(plan.items.count)
    return request
  }

  /// What the log keeps of the command: what was meant and what came of it.
  func record(_ changed: Int, of plan: Plan) -> LogRecord {
    var record = LogRecord(.operation, at: context.now())
    record.queue = plan.queues.count == 1 ? plan.queues.first?.key : nil
    record.actor = context.actor
    record.reason = options.acting.reason
    record.verb = verb.command
    record.filter = options.filterWords
    record.planned = Int64(plan.items.count)
    record.changed = Int64(changed)
    return record
  }
}
