import Jobs
import Storage
import TestSupport
import Testing

/// Stores of random content, taken out and put into others.
@Suite struct ArchiveSequenceTests {
  @Test("A fresh store that took in another shows the same", arguments: Adapters.all)
  func same(_ adapter: Adapter) throws {
    for seed in Self.seeds {
      try moves(Adapters.memory, to: adapter, seed)
      if adapter.name != Adapters.memory.name { try moves(adapter, to: Adapters.memory, seed) }
    }
  }

  private func moves(_ from: Adapter, to adapter: Adapter, _ seed: UInt64) throws {
    let note: Comment = "seed \(seed), \(from) to \(adapter)"
    let (source, now) = try Self.filled(from, seed)
    let target = try Workshop(adapter)
    let archive = try Archive(of: source.store, at: now)
    let expected = try Everything(of: source.store, at: now).takenOver(at: now)
    for outcome in try archive.restore(to: target.store, at: now) {
      let isLeftOut =
        outcome == .unsupported(.minutes) && !target.store.keepsMinutes
        || outcome == .unsupported(.rateLimits) && !target.store.keepsRates
        || outcome == .unsupported(.attemptRetention) && !target.store.keepsAttempts
      #expect(outcome == .restored || outcome == .alreadyThere || isLeftOut, note)
    }
    try expectSame(expected, target.store, at: now, note)
    #expect(
      try Archive.requests(of: source.store) == Archive.requests(of: target.store), note)
    let settings = try Archive(of: target.store, at: now)
    let wanted = archive.settings(asKeptBy: target.store)
    #expect(settings.parts.filter(\.isQueue) == wanted.parts.filter(\.isQueue), note)

    let again = Archive(parts: archive.parts.filter { !$0.isRecord })
    for outcome in try again.restore(to: target.store, at: now + .minutes(1), size: 500) {
      let isLeftOut = [.minutes, .rateLimits, .attemptRetention].contains {
        outcome == .unsupported($0)
      }
      #expect(outcome == .alreadyThere || isLeftOut, note)
    }
    try expectSame(expected, target.store, at: now, note)
  }

  private func expectSame(
    _ expected: Everything, _ store: any StorageAdapter, at now: Instant, _ note: Comment
  ) throws {
    // When a queue with a rate may start the next is not taken out with it.
    let expected = expected.withoutNextDue
    let found = try Everything(of: store, at: now).withoutNextDue
    let isWhole = store.keepsMinutes
    let differences = (isWhole ? expected : expected.withoutMinutes)
      .differences(from: isWhole ? found : found.withoutMinutes)
    #expect(differences.isEmpty, note)
  }

  @Test("A store that holds something takes in another like the model", arguments: Adapters.all)
  func merged(_ adapter: Adapter) throws {
    for seed in Self.seeds {
      let (source, now) = try Self.filled(Adapters.memory, seed, steps: 150)
      var archive = try Archive(of: source.store, at: now)
      let (other, _) = try Self.filled(Adapters.memory, seed &+ 1, steps: 150)
      archive = Archive(parts: archive.parts + (try Archive(of: other.store, at: now)).parts)
      // The same beginning: some jobs are there as they were, others went on otherwise.
      let (right, _) = try Self.filled(adapter, seed, steps: 90)
      let (left, _) = try Self.filled(Adapters.model(like: right.store), seed, steps: 90)
      let outcomes = (
        try archive.restore(to: left.store, at: now), try archive.restore(to: right.store, at: now)
      )
      for (place, pair) in zip(outcomes.0, outcomes.1).enumerated() where pair.0 != pair.1 {
        guard pair.1 != .unsupported(.minutes) else { continue }
        Issue.record("seed \(seed): \(pair) for \(archive.parts[place])")
      }
      try expectSame(Everything(of: left.store, at: now), right.store, at: now, "seed \(seed)")
    }
  }

  /// A store after a random sequence, and the moment at its end.
  private static func filled(
    _ adapter: Adapter, _ seed: UInt64, steps: Int = 200
  ) throws -> (Workshop, Instant) {
    let tape = RandomTape(seed: seed)
    let shop = try Workshop(adapter, tape: tape)
    var generator = OperationGenerator(seed: seed)
    for step in 0..<steps {
      let operation = generator.next()
      tape.rewind(to: seed &+ UInt64(step))
      generator.learn(operation, operation.perform(on: shop.store, at: generator.now))
    }
    try stopAwaited(shop.store, at: generator.now)
    return (shop, generator.now)
  }

  /// Ends jobs that are asked to stop and whose end others hear of: taking them in ends them, and what
  /// follows is no part of the archive.
  private static func stopAwaited(_ store: any StorageAdapter, at now: Instant) throws {
    let all = try Everything(of: store, at: now)
    let awaited = Set(all.details.flatMap(\.waitsFor))
    for job in all.oldestFirst where job.cancelRequested && job.state == .active {
      guard let token = job.token, job.batch != nil || awaited.contains(job.id) else { continue }
      let settlement = Settlement(Lease(id: job.id, token: token), .cancel)
      _ = try store.settle([settlement], thenClaim: nil, at: now)
    }
  }

  /// Some that are always the same, and some never tried before.
  private static var seeds: [UInt64] {
    TestSeed.chosen(10)
  }
}

extension Archive {
  init(parts: [ArchivePart]) { self.parts = parts }
}

extension ArchivePart {
  fileprivate var isQueue: Bool { if case .queue = self { true } else { false } }
}
