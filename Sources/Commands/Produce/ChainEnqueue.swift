import Jobs
import Storage
import Text

/// Several jobs of which each waits for the one before, in one step.
enum ChainEnqueue {
  static func run(
    _ template: NewJob, _ options: EnqueueCommand.Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let jobs = options.chain.enumerated().map { index, type in
      var job = template
      job.type = type
      job.label = index
      if index > 0 {
        job.after = []
        job.afterLabels = [index - 1]
      }
      return job
    }
    let result = try options.store.withStore(.create, in: context) { store throws(CommandFailure) in
      var rest = jobs[...]
      do throws(BulkError) {
        return try store.enqueueAll(at: context.now()) { () throws(BulkSourceError) in
          rest.popFirst()
        } progress: { _ in
        }
      } catch {
        switch error {
        case .source: throw .failed(.inputOutput, "the chain could not be read")
        case .job(_, let reason), .storage(let reason): throw CommandFailure(reason)
        }
      }
    }
    let ids = jobs.indices.compactMap { result.labelled[$0] }
    guard options.json else {
      for id in ids { try context.writeLine(id.description) }
      return .success
    }
    var writer = JSONWriter(capacity: 64)
    writer.beginObject()
    writer.ids("ids", ids)
    writer.member("created", result.created)
    writer.endObject()
    try context.writeLine(writer.buffer.text)
    return .success
  }
}
