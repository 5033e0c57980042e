import Jobs
import Storage

/// What a bare `qctl` adds to its usage where nothing was enqueued yet: lines to begin with.
enum FirstSteps {
  /// The lines, or nothing where there are queues, or it can't be told.
  static func text(
    _ environment: @escaping (String) -> String?, now: Instant,
    _ openStore: CommandContext.OpenStore
  ) -> String {
    guard let location = ChosenStore.location([], environment) else { return "" }
    do throws(StorageError) {
      let store = try openStore(location, .read)
      defer { store.close() }
      let isEmpty = try store.queues(at: now, beginningWith: "", most: 1).isEmpty
      return isEmpty ? "The store is empty. To begin:\n" + lines : ""
    } catch {
      guard case .missing = error else { return "" }
      return "There is no store yet; the first job makes it. To begin:\n" + lines
    }
  }

  private static let lines = """
      qctl enqueue -q emails -t welcome --payload '{"to":"ada@example.org"}'
      qctl list
      qctl work -q emails --until-empty -- cat

    """
}
