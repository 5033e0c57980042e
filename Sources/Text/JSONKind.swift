/// The kinds of JSON value.
package enum JSONKind: Equatable, Sendable {
  case object
  case array
  case string
  case number
  case bool
  case null
}
