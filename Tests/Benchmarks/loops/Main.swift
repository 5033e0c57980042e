import Glibc
import Jobs
import PosixIO
import SQLiteStorage
import Storage

/// In-process loops over the real store, for `make bench`: the work of one durable commit at a time,
/// without a process start around each.
///
///     qctl-bench enqueue N STORE
///     qctl-bench settle-claim N STORE [BATCH]
///     qctl-bench bulk N STORE [PAUSE]
///
/// The last is for tests: a bulk staged in small steps, whose source says so after PAUSE jobs and
/// then waits for a line on standard input.
@main
enum Main {
  static func main() {
    let words = Array(CommandLine.arguments.dropFirst())
    guard words.count >= 3, let count = Int(words[1]), count > 0 else { return complain() }
    do {
      let staging = words[0] == "bulk" ? BulkStaging.always(rows: 100) : .standard
      let store = try SQLiteStore(words[2], for: .create, staging: staging, random: random)
      defer { store.close() }
      switch words[0] {
      case "enqueue": try enqueue(count, store)
      case "settle-claim":
        try settleAndClaim(count, store, Int(words.count > 3 ? words[3] : "1") ?? 1)
      case "bulk": try bulk(count, store, pauseAt: Int(words.count > 3 ? words[3] : "0") ?? 0)
      default: complain()
      }
    } catch {
      FileHandle.say("\(error)\n", to: 2)
      exit(1)
    }
  }

  private static func enqueue(_ count: Int, _ store: SQLiteStore) throws {
    let job = try sample()
    let start = SystemClock.monotonicNanoseconds()
    for _ in 0..<count { _ = try store.enqueue(job, at: now()) }
    report(count, since: start)
  }

  private static func settleAndClaim(_ count: Int, _ store: SQLiteStore, _ batch: Int) throws {
    let job = try sample()
    var left = count
    _ = try store.enqueueAll(
      at: now(),
      from: { () throws(BulkSourceError) -> NewJob? in
        left -= 1
        return left >= 0 ? job : nil
      }, progress: { _ in })
    let start = SystemClock.monotonicNanoseconds()
    var held = try store.claim(request(batch))
    var done = 0
    while !held.isEmpty {
      let ended = held.map { Settlement($0.lease, .complete(result: nil)) }
      done += ended.count
      held = try store.settle(ended, thenClaim: request(batch), at: now()).claimed
    }
    report(done, since: start)
  }

  private static func bulk(_ count: Int, _ store: SQLiteStore, pauseAt pause: Int) throws {
    let job = try sample()
    var given = 0
    let start = SystemClock.monotonicNanoseconds()
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
    report(count, since: start)
  }

  private static func request(_ batch: Int) -> ClaimRequest {
    ClaimRequest(queues: [.default], limit: batch, worker: "bench", now: now())
  }

  private static func sample() throws -> NewJob {
    NewJob(type: try JobType("bench"), payload: Array(#"{"user":42,"template":"welcome"}"#.utf8))
  }

  private static func now() -> Instant { Instant(milliseconds: SystemClock.wallMilliseconds()) }

  private static func random() -> UInt64 { (try? Random.word()) ?? 0 }

  private static func report(_ count: Int, since start: Int64) {
    let seconds = Double(SystemClock.monotonicNanoseconds() - start) / 1e9
    FileHandle.say("ops_per_second \(Double(count) / seconds)\n", to: 1)
  }

  private static func complain() {
    FileHandle.say("usage: qctl-bench enqueue|settle-claim|bulk N STORE [BATCH]\n", to: 2)
    exit(2)
  }
}

/// Two writes a run need no buffering.
private enum FileHandle {
  static func say(_ text: String, to descriptor: Int32) {
    var text = text
    _ = text.withUTF8 { write(descriptor, $0.baseAddress, $0.count) }
  }
}
