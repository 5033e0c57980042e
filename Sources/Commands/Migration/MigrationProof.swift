import Jobs
import Storage
import Text

/// What two stores hold of the same jobs: counts by queue and state, and a checksum over everything.
struct MigrationProof {
  /// One line of the counts.
  struct Count: Equatable {
    let queue: QueueName
    let state: JobState
    let source: Int
    let target: Int
  }

  private struct Place: Hashable {
    let queue: QueueName
    let state: JobState
  }

  /// One of the two sides.
  private struct Side {
    var counts: [Place: Int] = [:]
    var hash = SHA256()

    mutating func add(_ detail: JobDetail) {
      counts[Place(queue: detail.job.queue, state: detail.job.state), default: 0] += 1
      var writer = JSONWriter(capacity: 1024)
      ArchiveLine.write(.job(detail), to: &writer)
      hash.update(writer.buffer.bytes)
    }
  }

  private var source = Side()
  private var target = Side()
  /// How many jobs the source has.
  private(set) var jobs = 0
  /// How many the target has not.
  private(set) var missing = 0
  /// The first few jobs that the target has with other content, and how many there are.
  private(set) var differing: (ids: [JobID], count: Int) = ([], 0)

  private static let mostNamed = 100

  /// Notes a job of the source, and the one with its id in the target.
  mutating func add(_ detail: JobDetail, _ there: JobDetail?) {
    jobs += 1
    source.add(detail)
    guard let there else { return missing += 1 }
    target.add(there)
    guard there != detail else { return }
    differing.count += 1
    if differing.ids.count < Self.mostNamed { differing.ids.append(detail.job.id) }
  }

  /// The counts of both sides, by queue and state.
  var counts: [Count] {
    Set(source.counts.keys).union(target.counts.keys)
      .map { place in
        Count(
          queue: place.queue, state: place.state, source: source.counts[place] ?? 0,
          target: target.counts[place] ?? 0)
      }
      .sorted { ($0.queue, $0.state.rawValue) < ($1.queue, $1.state.rawValue) }
  }

  /// The SHA-256 over all jobs of both sides, as `export` writes them.
  var checksums: (source: String, target: String) {
    var (source, target) = (source.hash, target.hash)
    return (Hexadecimal.encode(source.finish()), Hexadecimal.encode(target.finish()))
  }

  /// Whether both sides are the same.
  var holds: Bool {
    let sums = checksums
    return missing == 0 && differing.count == 0 && sums.source == sums.target
      && counts.allSatisfy { $0.source == $0.target }
  }
}

extension RecordShape where Record == MigrationProof.Count {
  /// Counts as `migrate` prints them.
  static var migration: RecordShape {
    RecordShape(
      fields: ["queue", "state", "source", "target"],
      value: { count, name in
        switch name {
        case "queue": count.queue.description
        case "state": count.state.rawValue
        case "source": String(count.source)
        default: String(count.target)
        }
      },
      json: { count, writer in
        writer.beginObject()
        writer.member("queue", count.queue.description)
        writer.member("state", count.state.rawValue)
        writer.member("source", count.source)
        writer.member("target", count.target)
        writer.endObject()
      },
      id: { $0.queue.description },
      columns: [
        TableColumn("QUEUE", minimumWidth: 16), TableColumn("STATE", minimumWidth: 9),
        TableColumn("SOURCE", alignment: .trailing, minimumWidth: 8),
        TableColumn("TARGET", alignment: .trailing, minimumWidth: 8),
      ],
      cells: { count in
        [
          TableCell(count.queue.description), TableCell(count.state.rawValue),
          TableCell(String(count.source)), TableCell(String(count.target)),
        ]
      })
  }
}
