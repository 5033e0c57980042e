import Jobs
import Storage
import Text

/// A plan as people see it before it is done: how many jobs in which queues, a few of them, and of
/// many dead ones why they died.
struct PlanView {
  private let task: BulkTask
  private let plan: Plan
  private let groups: [ErrorGroupSummary]

  private static let mostQueues = 20
  private static let mostGroups = 5

  private var verb: BulkVerb { task.verb }
  private var output: OutputOptions { task.options.output }
  private var context: CommandContext { task.context }

  /// - Throws: what the store says when the errors can't be read.
  init(_ task: BulkTask, _ plan: Plan, in store: any StorageAdapter) throws(CommandFailure) {
    self.task = task
    self.plan = plan
    groups = try Self.groups(task, plan, store)
  }

  /// The errors of the plan's jobs, where the sample does not show all of them anyway.
  private static func groups(
    _ task: BulkTask, _ plan: Plan, _ store: any StorageAdapter
  ) throws(CommandFailure) -> [ErrorGroupSummary] {
    guard task.verb.isForDeadJobs, plan.items.count > plan.sample.count else { return [] }
    let planned = Set(plan.items.map(\.id))
    var filter = task.verb.filter(task.options.filter)
    filter.limit = nil
    // A few jobs are looked up; what else the filter selects has been walked through once.
    if planned.count <= JobPages.usualSize { filter.ids = Array(planned) }
    var groups = ErrorGroups()
    var pages = JobPages(of: filter, .latestFinishedFirst, in: store, now: task.context.now())
    try pages.forEach { (job) throws(CommandFailure) in
      if planned.contains(job.id) { groups.add(job) }
    }
    return groups.largestFirst
  }

  /// For the prompt, on standard error.
  func asQuestion() -> String {
    let isColoured = output.usesColor(
      isTerminal: context.streams.errorIsTerminal, context.environment)
    let width = context.streams.columns ?? 80
    return sample(width: width, isColoured: isColoured, relative: true).text
      + errors(width: width, isColoured: isColoured).text
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
    if !groups.isEmpty {
      text.append(contentsOf: errors(width: width, isColoured: isColoured).bytes)
      text.append(UInt8(ascii: "\n"))
    }
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

  private func errors(width: Int?, isColoured: Bool) -> ByteBuffer {
    var text = ByteBuffer(capacity: 512)
    guard !groups.isEmpty else { return text }
    var table = Table([
      TableColumn("GROUP", minimumWidth: 12), TableColumn("JOBS", alignment: .trailing),
      TableColumn("ERROR", isShrinkable: true),
    ])
    for group in groups.prefix(Self.mostGroups) {
      table.addRow([
        TableCell(group.id.description), TableCell(String(group.count)),
        TableCell(group.example ?? "", .red),
      ])
    }
    if groups.count > Self.mostGroups {
      let others = groups.dropFirst(Self.mostGroups)
      let jobs = others.reduce(0) { $0 + $1.count }
      table.addRow([
        TableCell("others"), TableCell(String(jobs)), TableCell("of \(others.count) other groups"),
      ])
    }
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
