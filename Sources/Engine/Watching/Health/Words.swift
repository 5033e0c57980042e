import Calendar
package import Jobs

/// Numbers in a few words.
package enum Words {
  /// A length of time, to two units, whole seconds from one on: `1h5m`, `42s`, `250ms`.
  package static func span(_ span: TimeSpan) -> String {
    let milliseconds = span.milliseconds
    let isShort = milliseconds.magnitude < 1000
    return DurationText.text(
      isShort ? milliseconds : milliseconds - milliseconds % 1000, units: 2)
  }

  /// Seconds as a length of time.
  package static func seconds(_ value: Measure) -> String {
    span(TimeSpan(milliseconds: value.millionths / 1000))
  }
}
