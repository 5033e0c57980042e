import Jobs
import Storage
import Testing

@Suite struct RestoreMinuteTests {
  @Test("Minutes come as they were, and counting goes on from there", arguments: Adapters.all)
  func goesOn(_ adapter: Adapter) throws {
    let (source, target) = (try Workshop(Adapters.memory), try Workshop(adapter))
    _ = try source.job(.completed)
    source.wait(.minutes(2))
    _ = try source.job(.dead)
    let minutes = try source.minutes()
    for minute in minutes { #expect(try target.restore(.minute(minute)) == target.expected) }
    guard target.store.keepsMinutes else { return }
    #expect(try target.minutes() == minutes)
    for minute in minutes { #expect(try target.restore(.minute(minute)) == .alreadyThere) }
    target.now = source.now + .minutes(1)
    try target.add()
    #expect(try target.minutes().last?.totals.enqueued == 3)
    #expect(try target.minutes().dropLast() == minutes[...])
  }

  @Test("Jobs that are taken in count in no minute", arguments: Adapters.all)
  func noCount(_ adapter: Adapter) throws {
    let (source, target) = (try Workshop(adapter), try Workshop(adapter))
    guard target.store.keepsMinutes else { return }
    _ = try target.restore(.job(try source.detail(try source.job(.completed))))
    #expect(try target.minutes().isEmpty)
    try target.add()
    let before = try target.minutes()
    source.wait(.seconds(5))
    _ = try target.restore(.job(try source.detail(try source.add())))
    let after = try target.minutes()
    #expect(after.map(\.totals) == before.map(\.totals))
    #expect(after.last?.depth.ready == 2)
  }

  @Test("A minute takes the place of what it was before it was over", arguments: Adapters.all)
  func continued(_ adapter: Adapter) throws {
    let (source, target) = (try Workshop(Adapters.memory), try Workshop(adapter))
    guard target.store.keepsMinutes else { return }
    _ = try source.job(.completed)
    let early = try #require(try source.minutes().last)
    _ = try source.job(.completed)
    let late = try #require(try source.minutes().last)
    #expect(try target.restore(.minute(early)) == .restored)
    #expect(try target.restore(.minute(late)) == .restored)
    #expect(try target.minutes() == [late])
    #expect(try target.restore(.minute(early)) == .differs)
    #expect(try target.minutes() == [late])
  }

  @Test("The present minute is left alone", arguments: Adapters.all)
  func present(_ adapter: Adapter) throws {
    let (source, target) = (try Workshop(Adapters.memory), try Workshop(adapter))
    guard target.store.keepsMinutes else { return }
    try target.add()
    let own = try target.minutes()
    try source.add()
    try source.add()
    let other = try #require(try source.minutes().last)
    #expect(try target.restore(.minute(other)) == .differs)
    #expect(try target.minutes() == own)
  }

  @Test("Totals never fall, whosever minutes stand beside each other", arguments: Adapters.all)
  func neverFall(_ adapter: Adapter) throws {
    let (source, target) = (try Workshop(Adapters.memory), try Workshop(adapter))
    guard target.store.keepsMinutes else { return }
    for _ in 0..<3 { try target.add() }
    source.wait(.minutes(2))
    try source.add()
    source.wait(.minutes(4))
    for _ in 0..<9 { try source.add() }
    target.wait(.minutes(4))
    try target.add()
    let minutes = try source.minutes()
    for _ in 0..<2 {
      for minute in minutes { _ = try target.restore(.minute(minute)) }
      #expect(try target.minutes().map(\.totals.enqueued) == [3, 3, 4, 10])
    }
    #expect(try target.restore(.minute(minutes[0])) == .alreadyThere)
  }
}

extension Workshop {
  /// What becomes of a minute that comes first.
  fileprivate var expected: RestoreOutcome {
    store.keepsMinutes ? .restored : .unsupported(.minutes)
  }
}
