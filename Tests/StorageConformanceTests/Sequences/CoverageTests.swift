import Jobs
import Storage
import TestSupport
import Testing

/// Sequences that never meet a kind of answer would prove nothing about it.
@Suite struct CoverageTests {
  @Test("The usual sequences meet every kind of answer")
  func meetsEverything() throws {
    var met = Met()
    for seed in UInt64(1)...30 { try met.run(seed: seed, steps: 300) }
    let never: Set<LogRecord.Event> = [
      .claimed, .workerStarted, .workerStopped, .repaired, .operation,
    ]
    #expect(met.events == Set(LogRecord.Event.allCases).subtracting(never))
    #expect(met.attempts == Set(Attempt.Outcome.allCases))
    #expect(
      met.outcomes == ["done", "requested", "already", "changed", "missing", "conflict", "refused"])
    #expect(met.leases == ["held", "cancelRequested", "lost"])
    #expect(
      met.refusals.isSuperset(of: [
        "invalid", "idempotency", "unknownQueue", "unknownParent", "queueFull", "source", "job",
      ]))
    #expect(met.states == Set(JobState.allCases))
    #expect(met.known > 0)
    // Batches are kept for longer than most sequences last.
    #expect(met.tidied.union([.batches]) == Set(TidyKind.allCases))
  }
}

/// The kinds of answer that sequences gave.
private struct Met {
  var events: Set<LogRecord.Event> = []
  var attempts: Set<Attempt.Outcome> = []
  var states: Set<JobState> = []
  var outcomes: Set<String> = []
  var leases: Set<String> = []
  var refusals: Set<String> = []
  var tidied: Set<TidyKind> = []
  /// Requests that gave a known job back.
  var known = 0

  mutating func run(seed: UInt64, steps: Int) throws {
    let shop = try Workshop(Adapters.memory, tape: RandomTape(seed: seed))
    var generator = OperationGenerator(seed: seed)
    for _ in 0..<steps {
      let operation = generator.next()
      // What tidying takes away would not be found at the end.
      if case .tidy = operation { try look(at: shop.store, generator.now) }
      let observation = operation.perform(on: shop.store, at: generator.now)
      note(observation)
      generator.learn(operation, observation)
    }
    try look(at: shop.store, generator.now)
  }

  private mutating func look(at store: any StorageAdapter, _ now: Instant) throws {
    let all = try Everything(of: store, at: now)
    events.formUnion(all.log.map(\.event))
    states.formUnion(all.oldestFirst.map(\.state))
    attempts.formUnion(all.details.flatMap(\.attempts).map(\.outcome))
  }

  private mutating func note(_ observation: Observation) {
    switch observation {
    case .enqueued(.success(let result)): known += result.created ? 0 : 1
    case .enqueued(.failure(let error)), .paused(.failure(let error)): refusals.insert(name(error))
    case .bulk(.failure(.source)): refusals.insert("source")
    case .bulk(.failure(.job)): refusals.insert("job")
    case .applied(.success(let items)): outcomes.formUnion(items.map { name($0) })
    case .tidied(.success(let result)): tidied.formUnion(result.removed.keys)
    case .leases(.success(let statuses)): leases.formUnion(statuses.map { "\($0)" })
    default: break
    }
  }

  private func name(_ error: StorageError) -> String {
    switch error {
    case .invalid: "invalid"
    case .keyConflict: "idempotency"
    case .unknownQueue: "unknownQueue"
    case .unknownParent: "unknownParent"
    case .queueFull: "queueFull"
    default: "\(error)"
    }
  }

  private func name(_ outcome: ItemOutcome) -> String {
    switch outcome {
    case .done: "done"
    case .requested: "requested"
    case .alreadyDone: "already"
    case .changedMeanwhile: "changed"
    case .missing: "missing"
    case .conflict: "conflict"
    case .refused: "refused"
    }
  }
}
