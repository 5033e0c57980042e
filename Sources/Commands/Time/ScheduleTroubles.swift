import Calendar
import Engine
import Jobs
import Storage
import Text

extension ScheduleTicker.Trouble {
  /// Why a schedule was not fired.
  func sentence(about name: ScheduleName) -> String {
    switch self {
    case .zone(let error):
      return
        "schedule \(name) cannot be fired here: \(TerminalText.escape(error.description, .line))"
    case .storage(let error):
      guard case .failed(_, let sentence) = CommandFailure(error) else {
        return "schedule \(name) cannot be fired"
      }
      return "schedule \(name): \(sentence)"
    }
  }
}

extension CommandContext {
  /// The clocks of a schedule's zone.
  func rules(of zone: String) throws(CommandFailure) -> TimeZoneRules {
    do { return try zones.zone(named: zone) } catch {
      throw .failed(.usage, "--tz: \(TerminalText.escape(error.description, .line))")
    }
  }
}

/// Schedules by name, as the verbs want them.
enum Schedules {
  /// The schedules named; `nil`, and each that is not there named, where one is missing.
  static func find(
    _ names: [ScheduleName], _ store: any StorageAdapter, _ context: CommandContext
  ) throws(CommandFailure) -> [Schedule]? {
    var found: [Schedule] = []
    var missing: [ScheduleName] = []
    for name in names {
      if let schedule = try stored({ () throws(StorageError) in try store.schedule(name) }) {
        found.append(schedule)
      } else {
        missing.append(name)
      }
    }
    guard !missing.isEmpty else { return found }
    let known = try stored { () throws(StorageError) in try store.schedules() }.map(\.name)
    for name in missing { context.tell(sentence(name, known)) }
    return nil
  }

  private static func sentence(_ name: ScheduleName, _ known: [ScheduleName]) -> String {
    let near = EditDistance.nearest(name.description, among: known.map(\.description))
    guard !near.isEmpty else { return "no schedule '\(name)'; 'qctl schedule list' lists them" }
    let names = near.prefix(3).map { "'\($0)'" }.joined(separator: " or ")
    return "no schedule '\(name)'; did you mean \(names)?"
  }
}
