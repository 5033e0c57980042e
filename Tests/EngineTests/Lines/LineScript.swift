import Engine
import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport

/// Handlers for tests, in sh, that are told their jobs in lines.
enum LineScript {
  /// What each line of a loop may use: `$id`, `$line`, and `$attempt`; `say` prints an answer.
  private static let words = """
    say() { printf '{"id":"%s","outcome":"%s"%s}\\n' "$id" "$1" "${2:+,$2}"; }
    member() { rest=${line#*\\"$1\\":}; rest=${rest#\\"}; printf %s "${rest%%[\\",]*}"; }

    """

  /// Does `body` for each line, with the job's id as `$id`.
  static func loop(_ body: String) -> String {
    words + "while IFS= read -r line; do id=$(member id); \(body); done"
  }

  /// A worker whose handlers live on, with `body` for each job.
  static func persistent(
    _ body: String, mode: WorkerConfiguration.Mode = .untilEmpty
  ) throws -> WorkerRig {
    let rig = try WorkerRig.shell(loop(body), mode: mode)
    rig.configuration.lines = LineMode(isPersistent: true)
    return rig
  }

  /// A worker whose handlers have up to `batch` jobs at a time, with `body` for each.
  static func batches(
    of batch: Int, _ body: String, then end: String = "", isPersistent: Bool = false,
    mode: WorkerConfiguration.Mode = .untilEmpty
  ) throws -> WorkerRig {
    let rig = try WorkerRig.shell(loop(body) + "; " + end + ":", mode: mode)
    rig.configuration.lines = LineMode(isPersistent: isPersistent, batch: batch)
    return rig
  }
}

extension WorkerRig {
  /// The reasons of warnings about handlers that ended before they had read of a job.
  var endsAtOnce: [String] {
    events.compactMap { if case .warning(.endedAtOnce(let how)) = $0 { how } else { nil } }
  }

  /// How often a line was written to a file of the test's.
  func lines(_ name: String) throws -> [String] {
    try text(name).split(separator: "\n").map(String.init)
  }

  func enqueue(
    type: String, _ payload: [UInt8] = [], _ change: (inout NewJob) -> Void = { _ in }
  ) throws -> JobID {
    let type = try JobType(type)
    return try enqueue(payload) {
      $0.type = type
      change(&$0)
    }
  }

  /// Asks for the end of a job that runs.
  func cancel(_ id: JobID) {
    _ = try? memory.apply(
      ApplyRequest(
        .cancel, [PlanItem(id: id, state: .active, attempt: 1)], actor: "a", reason: nil,
        now: now))
  }
}
