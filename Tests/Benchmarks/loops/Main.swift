import DirectoryStorage
import Glibc
import Jobs
import PosixIO
import SQLiteStorage
import Storage

/// In-process loops over the real store, for `make bench`: the work of one durable commit at a
/// time, without a process start around each.
///
///     qctl-bench enqueue N STORE
///     qctl-bench enqueue-keyed N STORE           each with a unique and an idempotency key
///     qctl-bench settle-claim N STORE [BATCH]    N jobs that it puts there first
///     qctl-bench drain N STORE [BATCH]           N of the jobs that are there
///     qctl-bench claim N STORE [BATCH]           the same, with only the claims timed
///     qctl-bench settle N STORE [BATCH]          the same, with only the settlements timed
///     qctl-bench fill N STORE                    N jobs in one bulk
///     qctl-bench bulk N STORE [PAUSE]            for tests, see `bulk`
///
/// STORE is a file, or dir:FOLDER. Prints the rate, and how long the longest single call took. All but
/// `enqueue-keyed` and `settle-claim` may be run by several processes at once on one store.
@main
enum Main {
  static func main() {
    let words = Array(CommandLine.arguments.dropFirst())
    guard words.count >= 3, let count = Int(words[1]), count > 0,
      let batch = Int(words.count > 3 ? words[3] : "1"), batch > 0
    else { return complain() }
    do {
      let store = try open(words[2], stages: words[0] == "bulk")
      defer { store.close() }
      switch words[0] {
      case "enqueue": try enqueue(count, store)
      case "enqueue-keyed": try enqueueKeyed(count, store)
      case "settle-claim":
        try fill(count, store)
        try drain(count, store, batch)
      case "drain": try drain(count, store, batch)
      case "claim": try claim(count, store, batch)
      case "settle": try settle(count, store, batch)
      case "fill": try fill(count, store)
      case "bulk": try bulk(count, store, pauseAt: Int(words.count > 3 ? words[3] : "0") ?? 0)
      default: complain()
      }
    } catch {
      FileHandle.say("\(error)\n", to: 2)
      exit(1)
    }
  }

  private static func open(_ place: String, stages: Bool) throws -> any StorageAdapter {
    if place.hasPrefix("dir:") {
      return try DirectoryStore(String(place.dropFirst(4)), for: .create, random: random)
    }
    let staging = stages ? BulkStaging.always(rows: 100) : .standard
    return try SQLiteStore(place, for: .create, staging: staging, random: random)
  }

  private static func enqueue(_ count: Int, _ store: any StorageAdapter) throws {
    let job = try sample()
    var watch = Stopwatch()
    for _ in 0..<count {
      _ = try store.enqueue(job, at: now())
      watch.lap()
    }
    report(count, watch)
  }

  private static func enqueueKeyed(_ count: Int, _ store: any StorageAdapter) throws {
    var job = try sample()
    var watch = Stopwatch()
    for number in 0..<count {
      job.uniqueKey = "request-\(number)"
      job.idempotencyKey = job.uniqueKey
      _ = try store.enqueue(job, at: now())
      watch.lap()
    }
    report(count, watch)
  }

  private static func fill(_ count: Int, _ store: any StorageAdapter) throws {
    let job = try sample()
    var left = count
    _ = try store.enqueueAll(
      at: now(),
      from: { () throws(BulkSourceError) -> NewJob? in
        left -= 1
        return left >= 0 ? job : nil
      }, progress: { _ in })
  }

  private static func drain(_ count: Int, _ store: any StorageAdapter, _ batch: Int) throws {
    var watch = Stopwatch()
    var held = try store.claim(request(min(batch, count), from: store))
    var done = 0
    while !held.isEmpty {
      let left = count - done - held.count
      let next = left > 0 ? request(min(batch, left), from: store) : nil
      done += held.count
      held = try store.settle(completed(held), thenClaim: next, at: now()).claimed
      watch.lap()
    }
    report(done, of: count, watch)
  }

  private static func claim(_ count: Int, _ store: any StorageAdapter, _ batch: Int) throws {
    var watch = Stopwatch()
    var held: [ClaimedJob] = []
    while held.count < count {
      let more = try store.claim(request(min(batch, count - held.count), from: store))
      watch.lap()
      guard !more.isEmpty else { break }
      held += more
    }
    report(held.count, of: count, watch)
    _ = try store.settle(completed(held), thenClaim: nil, at: now())
  }

  private static func settle(
    _ count: Int, _ store: any StorageAdapter, _ batch: Int
  ) throws {
    var held: [ClaimedJob] = []
    while held.count < count {
      let more = try store.claim(request(min(500, count - held.count), from: store))
      guard !more.isEmpty else { break }
      held += more
    }
    var watch = Stopwatch()
    var rest = held[...]
    while !rest.isEmpty {
      _ = try store.settle(completed(Array(rest.prefix(batch))), thenClaim: nil, at: now())
      rest = rest.dropFirst(batch)
      watch.lap()
    }
    report(held.count, of: count, watch)
  }

  private static func completed(_ held: [ClaimedJob]) -> [Settlement] {
    held.map { Settlement($0.lease, .complete(result: nil)) }
  }

  private static func bulk(_ count: Int, _ store: any StorageAdapter, pauseAt pause: Int) throws {
    let job = try sample()
    var given = 0
    var watch = Stopwatch()
    _ = try store.enqueueAll(
      at: now(),
      from: { () throws(BulkSourceError) -> NewJob? in
        given += 1
        if given == pause {
          FileHandle.say("pausing\n", to: 1)
          _ = try? StandardStream.input.read(upTo: 1)
        }
        return given <= count ? job : nil
      }, progress: { _ in })
    watch.lap()
    report(count, watch)
  }

  /// A folder of jobs for each worker is how a directory store hands them out to `qctl work`.
  private static func request(_ batch: Int, from store: any StorageAdapter) -> ClaimRequest {
    let isFolder = store.identity.kind == "directory"
    return ClaimRequest(
      queues: [.default], limit: batch, worker: "bench",
      presence: isFolder ? PresenceID(random: 42) : nil, now: now())
  }

  private static func sample() throws -> NewJob {
    NewJob(type: try JobType("bench"), payload: Array(#"{"user":42,"template":"welcome"}"#.utf8))
  }

  private static func now() -> Instant { Instant(milliseconds: SystemClock.wallMilliseconds()) }

  private static func random() -> UInt64 { (try? Random.word()) ?? 0 }

  /// A loop that found too few jobs measured something else, so it fails.
  private static func report(_ done: Int, of count: Int, _ watch: Stopwatch) {
    guard done == count else {
      FileHandle.say("there were only \(done) of \(count) jobs\n", to: 2)
      exit(1)
    }
    report(done, watch)
  }

  private static func report(_ count: Int, _ watch: Stopwatch) {
    let seconds = Double(watch.elapsed) / 1e9
    FileHandle.say("ops_per_second \(Double(count) / seconds)\n", to: 1)
    FileHandle.say("longest_ms \(Double(watch.longest) / 1e6)\n", to: 1)
  }

  private static func complain() {
    FileHandle.say(
      "usage: qctl-bench enqueue|enqueue-keyed|settle-claim|drain|claim|settle|fill N STORE [BATCH]\n",
      to: 2)
    exit(2)
  }
}

/// A few writes a run need no buffering.
private enum FileHandle {
  static func say(_ text: String, to descriptor: Int32) {
    var text = text
    _ = text.withUTF8 { write(descriptor, $0.baseAddress, $0.count) }
  }
}
