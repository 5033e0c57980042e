import Jobs
import Storage
import Text

/// A plan as people see it before it is done: how many jobs in which queues, and a few of them.
struct PlanView {
  let verb: BulkVerb
  let plan: Plan
  let output: OutputOptions
  let context: CommandContext

  private static let mostQueues = 20

  /// For the prompt, on standard error.
  func asQuestion() -> String {
    let isColoured = output.usesColor(
      isTerminal: context.streams.errorIsTerminal, context.environment)
    let width = context.streams.columns ?? 80
    return sample(width: width, isColoured: isColoured, relative: true).text
      + "\(verb.jobs(plan.items.count)) in \(queuesText)\n"
  }

  /// For `--dry-run`, on standard output.
  func asData() -> [UInt8] {
    let isTerminal = context.streams.outputIsTerminal
    let isColoured = output.usesColor(isTerminal: isTerminal, context.environment)
    let width = context.streams.columns
    var text = ByteBuffer(capacity: 1024)
    var queues = Table([
      TableColumn("QUEUE", minimumWidth: 16), TableColumn("JOBS", alignment: .trailing),
    ])
    for (queue, count) in sortedQueues {
      queues.addRow([TableCell(queue.description), TableCell(String(count))])
    }
    queues.render(
      width: width, isColoured: isColoured, showsHeader: !output.hidesHeader, to: &text)
    text.append(UInt8(ascii: "\n"))
    let jobs = sample(width: width, isColoured: isColoured, relative: isTerminal)
    return text.bytes + jobs.bytes
  }

  private func sample(width: Int?, isColoured: Bool, relative: Bool) -> ByteBuffer {
    let times = TimeDisplay(output, context, relative: relative)
    let shape =
      verb.isForDeadJobs
      ? RecordShape.deadJobs(times, at: context.now()) : .jobs(times, at: context.now())
    var table = Table(shape.columns)
    for job in plan.sample { table.addRow(shape.cells(job)) }
    var text = ByteBuffer(capacity: 1024)
    table.render(
      width: width, isColoured: isColoured, showsHeader: !output.hidesHeader, to: &text)
    return text
  }

  private var sortedQueues: [(key: QueueName, value: Int)] {
    plan.queues.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
  }

  private var queuesText: String {
    let sorted = sortedQueues
    if sorted.count == 1, let only = sorted.first { return "queue \(only.key)" }
    let shown = sorted.prefix(Self.mostQueues).map { "\($0.key) \($0.value)" }
    let more = sorted.count > Self.mostQueues ? ", …" : ""
    return "\(sorted.count) queues: " + shown.joined(separator: ", ") + more
  }
}
