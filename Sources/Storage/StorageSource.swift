/// What a store is: identity, version, capabilities and state of health.
package protocol StorageSource: AnyObject, Sendable {
  /// Where and what it is. Must not touch the store.
  var identity: StoreIdentity { get }
  /// What it can do. Must not touch the store.
  var capabilities: Capabilities { get }
  /// Where processes of this host meet beside an embedded store; `nil` where the store itself keeps
  /// leases by time. Must not touch the store.
  var meetingPlace: MeetingPlace? { get }
  /// Looks the store over for `doctor`. Must not change anything.
  func findings() throws(StorageError) -> [Finding]
  /// What can be told in a moment, at any size of the store, for `health`. Must not change anything.
  func vitals() throws(StorageError) -> StoreVitals
  /// Gives everything back; the store is not used afterwards.
  func close()
}

/// Where and what a store is.
package struct StoreIdentity: Equatable, Sendable {
  /// The adapter's word: `sqlite`, `memory`.
  package let kind: String
  /// The path or URL, without secrets; what `QCTL_STORE` of a handler holds.
  package let location: String
  /// The version of its format.
  package let formatVersion: Int64

  /// An identity with its parts.
  package init(kind: String, location: String, formatVersion: Int64) {
    self.kind = kind
    self.location = location
    self.formatVersion = formatVersion
  }
}

/// Paths beside an embedded store by which processes of one host notice each other.
package struct MeetingPlace: Equatable, Sendable {
  /// A folder for the workers' files; it may not be there yet.
  package let workers: String
  /// A file that is opened for writing and closed after each change that gives workers something to
  /// do, once the change can be seen.
  package let bell: String
  /// Files that other programs' changes touch, perhaps before the change can be seen.
  package let touched: [String]
  /// Files, and folders of files, that a new log record touches, perhaps before it can be seen.
  package let log: [String]

  /// A place with its parts.
  package init(workers: String, bell: String, touched: [String], log: [String]) {
    self.workers = workers
    self.bell = bell
    self.touched = touched
    self.log = log
  }
}

extension StorageSource {
  package var meetingPlace: MeetingPlace? { nil }

  /// For a store that is soon looked over.
  package func vitals() throws(StorageError) -> StoreVitals {
    StoreVitals(findings: try findings())
  }
}

/// How a store is, without its jobs.
package struct StoreVitals: Equatable, Sendable {
  /// What was noticed, good or bad.
  package var findings: [Finding]
  /// How large the log is that is still to be folded into the store; `nil` where there is none.
  package var logBytes: Int64?

  /// Vitals with their parts.
  package init(findings: [Finding], logBytes: Int64? = nil) {
    self.findings = findings
    self.logBytes = logBytes
  }
}

/// One thing that `doctor` noticed.
package struct Finding: Equatable, Sendable {
  /// How bad it is.
  package enum Grade: String, Equatable, Sendable, CaseIterable {
    case ok, note, warning, error
  }

  /// How bad it is.
  package let grade: Grade
  /// Which check, as a constant word: `integrity`, `permissions`.
  package let check: String
  /// What was found, in a sentence.
  package let message: String
  /// What to do about it, where something should be done.
  package let remedy: String?

  /// A finding with its parts.
  package init(_ grade: Grade, _ check: String, _ message: String, remedy: String? = nil) {
    self.grade = grade
    self.check = check
    self.message = message
    self.remedy = remedy
  }
}
