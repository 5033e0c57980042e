import Calendar
import Jobs
import Text

/// A moment as people type it; what is local is read in the zone of this machine.
enum InstantArgument {
  static func parse(
    _ text: String, flag: String, _ context: CommandContext
  ) throws(CommandFailure) -> Instant {
    do {
      let milliseconds = try InstantText.parse(text, now: context.now().milliseconds) {
        () throws(TimeZoneError) in try context.zones.local()
      }
      return Instant(milliseconds: milliseconds)
    } catch {
      let shown = TerminalText.escape(text, .line)
      let reason = TerminalText.escape(error.description, .line)
      throw .failed(.usage, "\(flag): '\(shown)' is no moment: \(reason)")
    }
  }
}
