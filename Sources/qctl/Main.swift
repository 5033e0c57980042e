import Commands
import DirectoryStorage
import Glibc
import PosixIO
import SQLiteStorage
import Storage

/// The one executable for embedded stores: names the adapters and the shell, and nothing else.
@main
enum Main {
  static func main() {
    exit(Program(openStore: open, shell: Prompt.run).run())
  }

  private static func open(
    _ location: StoreLocation, _ intent: StoreIntent, _ stop: StopWish?
  ) throws(StorageError) -> any StorageAdapter {
    switch location {
    case .sqlite(let path):
      try SQLiteStore(path, for: intent, stop: stop, random: Random.wordOrClock)
    case .directory(let path):
      try DirectoryStore(path, for: intent, stop: stop, random: Random.wordOrClock)
    case .network(let scheme, _):
      throw .unsupported(
        .browse, reason: "\(scheme) needs the executable qctl-net, which is not installed",
        remedy: "use an SQLite store: --store FILE.db")
    }
  }
}
