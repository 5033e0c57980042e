import CommandLineSpec
import Storage

/// Which store a command means.
struct StoreOptions: Sendable {
  /// As typed: a path, `sqlite:PATH`, `dir:PATH` or a URL; `nil` for the default place.
  var store: String?

  /// The flag of every command that opens a store.
  static let flags: [Flag<StoreOptions>] = [
    .string("store", "STORE", \.store, "The store: a path, sqlite:FILE or dir:FOLDER")
      .environment("QCTL_STORE").default("$XDG_DATA_HOME/qctl/queue.db").completing(.file)
      .section("Global")
  ]

  /// Opens the store, or says why not.
  func open(
    _ intent: StoreIntent, in context: CommandContext
  ) throws(CommandFailure) -> any StorageAdapter {
    let location = try StoreLocation(store, environment: context.environment)
    if store == nil, intent != .read { StoreOwner.warnOfForeignHome(location, context) }
    do {
      return try context.openStore(location, intent)
    } catch {
      throw CommandFailure(error)
    }
  }

  /// Opens the store, uses it, and gives it back whatever happens.
  func withStore<Result>(
    _ intent: StoreIntent, in context: CommandContext,
    _ body: (any StorageAdapter) throws(CommandFailure) -> Result
  ) throws(CommandFailure) -> Result {
    let adapter = try open(intent, in: context)
    defer { context.releaseStore(adapter) }
    return try body(adapter)
  }
}

/// Runs a call of a store, with its refusal put in the words of the command line.
func stored<Result>(
  _ body: () throws(StorageError) -> Result
) throws(CommandFailure) -> Result {
  do {
    return try body()
  } catch {
    throw CommandFailure(error)
  }
}
