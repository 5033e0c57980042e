import Jobs
import Storage

/// The ids of a bulk: rows of them from the store's counter, of which the rest is given back.
struct IDRow {
  private let now: Instant
  private var upcoming: JobID?
  private var used: JobID?
  private var end: JobID?
  /// The greatest id before the first row, as long as nobody else took some between the rows.
  private var floor: JobID?

  private static let size: Int64 = 1000

  init(at now: Instant) { self.now = now }

  /// The next one; only the very first is drawn.
  mutating func next(_ spool: Spool) throws(StorageError) -> JobID {
    let id: JobID
    if let upcoming { id = upcoming } else { id = try row(spool) }
    used = id
    upcoming = id == end ? nil : JobID(rawValue: id.rawValue &+ 1)
    return id
  }

  private mutating func row(_ spool: Spool) throws(StorageError) -> JobID {
    let isFirst = end == nil
    let first = try spool.counter.next(
      at: now, count: Self.size, random: isFirst ? spool.random() : 0)
    if isFirst || spool.counter.previous != end { floor = spool.counter.previous }
    end = JobID(rawValue: first.rawValue &+ (Self.size - 1)) ?? first
    return first
  }

  /// Gives back those that no job has.
  func giveBackRest(_ spool: Spool) {
    if let end, let used, used != end { spool.counter.giveBack(from: end, to: used) }
  }

  /// Gives back all.
  func giveBackAll(_ spool: Spool) {
    guard let end else { return }
    spool.counter.giveBack(from: end, to: floor ?? JobID(rawValue: 1))
  }
}

/// Which job of a bulk's source an id stands for; a run for each stretch without a gap.
struct IndexRuns {
  private var runs: [(id: JobID, index: Int)] = []
  private var last: (id: JobID, index: Int)?

  /// Notes the index of an id; both only rise.
  mutating func note(_ id: JobID, _ index: Int) {
    if let last, last.id.rawValue &+ 1 == id.rawValue, last.index + 1 == index {
      // The run goes on.
    } else {
      runs.append((id, index))
    }
    last = (id, index)
  }

  /// The index of an id that was noted.
  func index(of id: JobID) -> Int {
    guard let run = runs.last(where: { $0.id <= id }) else { return 0 }
    return run.index + Int(id.rawValue - run.id.rawValue)
  }
}
