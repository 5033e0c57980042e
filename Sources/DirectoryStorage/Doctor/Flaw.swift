import Jobs
import Storage
import Text

/// Something in a store's folder that is not as it should be.
struct Flaw {
  /// What mends it.
  enum Cure {
    /// Nothing that we could do; the remedy says what people can.
    case none(remedy: String?)
    /// It is put out of the way.
    case quarantine
    /// It has its place, which is another.
    case move(to: JobPlace)
    /// Its rights become these.
    case rights(UInt32)
    /// The file of a key that means nothing any more.
    case dropKey(KeyPlace)
    /// The file of a key that a live job should have.
    case makeKey(KeyFile)
    /// A job that was to give way to another.
    case settle(StoredJob)
    /// A bulk of a dead process.
    case discardBulk
    /// Bulks that were accepted and are still to be spread.
    case spread
    /// That a job waits which is not there.
    case dropEntry(DependantEntry, of: JobID)
    /// Jobs wait for one that is not there, and hear that it was removed.
    case tellRemoval(of: JobID)
    /// A job that waits for nothing may run.
    case release(JobPlace)
    /// A batch hears what became of its jobs.
    case settleBatch(JobID)
    /// Ids up to this one have been used.
    case raiseCounter(JobID)
  }

  let grade: Finding.Grade
  /// A constant word.
  let check: String
  /// Relative to the root.
  let path: String
  /// What is wrong, without the path.
  let detail: String
  let cure: Cure

  init(
    _ grade: Finding.Grade, _ check: String, _ path: String, _ detail: String, _ cure: Cure
  ) {
    self.grade = grade
    self.check = check
    self.path = path
    self.detail = detail
    self.cure = cure
  }

  /// A sentence.
  var message: String { TerminalText.escape(path, .line) + ": " + detail }

  var remedy: String? {
    if case .none(let remedy) = cure { remedy } else { Self.repair }
  }

  static let repair = "qctl doctor --repair"
}
