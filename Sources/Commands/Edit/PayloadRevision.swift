import Jobs
import Storage
import Text

/// The new payload of one job, in place of the one that it was made from.
struct PayloadRevision {
  private let options: EditOptions
  private let context: CommandContext

  init(_ options: EditOptions, _ context: CommandContext) {
    self.options = options
    self.context = context
  }

  /// The job, if it is there and can be edited; else it says why not.
  func job() throws(CommandFailure) -> JobDetail? {
    guard let id = options.onlyJob else { return nil }
    let found = try options.bulk.store.withStore(.read, in: context) {
      (store) throws(CommandFailure) in
      try stored { () throws(StorageError) in try store.job(id) }
    }
    guard let found else {
      context.tell("no job \(id)")
      return nil
    }
    let state = found.job.effectiveState(at: context.now())
    guard OperatorVerb.edit(.set([])).applies(to: state) else {
      let report = ItemReport(id, .notApplicable, state: state)
      if let complaint = report.complaint(.edit) { context.tell(complaint) }
      return nil
    }
    return found
  }

  /// Why a payload should not take the place of another, without a word of it.
  func objection(to new: [UInt8], of old: [UInt8]) -> String? {
    guard JSONValidation.isValid(old) else { return nil }
    do {
      var ignored = ByteBuffer(capacity: new.count * 2)
      try JSONPrettyPrinter.append(new, to: &ignored)
      return nil
    } catch {
      return "the payload is JSON no more: \(error.description)"
    }
  }

  /// Stores it, unless somebody changed the job meanwhile.
  func store(_ payload: [UInt8], of detail: JobDetail) throws(CommandFailure) -> ExitStatus {
    let edit = PayloadEdit.replace(with: payload, of: detail.payload)
    return try BulkAction(.edit, .edit(edit), options.bulk, context).run()
  }
}
