/// What the opener of a store means to do with it.
package enum StoreIntent: Equatable, Sendable {
  /// Look only: the store must exist.
  case read
  /// Change what is there: the store must exist.
  case write
  /// Put something in: the store is made if nothing is there.
  case create
  /// As `create`, and into an application's own database too.
  case adopt
}
