import PosixIO
import Text

/// Where an archive goes.
protocol ArchiveOutput {
  func write(_ bytes: [UInt8]) throws(CommandFailure)
  /// Makes it last.
  func finish() throws(CommandFailure)
  /// Leaves no trace of what did not become whole.
  func abandon()
}

/// An archive on standard output.
struct ArchiveStream: ArchiveOutput {
  let context: CommandContext

  func write(_ bytes: [UInt8]) throws(CommandFailure) { try context.write(bytes) }
  func finish() throws(CommandFailure) { try context.flush() }
  func abandon() {}
}

/// An archive in a file, which has its name only once it is whole and synced.
final class ArchiveFile: ArchiveOutput {
  private let stream: OutputStream
  private let folder: FileDescriptor
  private let file: FileDescriptor
  private let draft: String
  private let name: String
  private let shown: String
  private let replaces: Bool

  /// - Parameter replaces: whether a file that is there already may go.
  init(_ path: String, replaces: Bool = true) throws(CommandFailure) {
    if !replaces { try Self.requireNothing(at: path) }
    self.replaces = replaces
    shown = TerminalText.escape(path, .line)
    name = FileSystem.name(of: path)
    draft = ".\(name).\(String(Random.wordOrClock(), radix: 36))"
    if let kind = try? FileSystem.linkStatus(of: path).kind, kind != .regular {
      throw .failed(.cannotCreate, "cannot make \(shown): something else than a file is there")
    }
    do throws(SystemError) {
      folder = try FileDescriptor.open(
        FileSystem.parent(of: path) ?? ".", .readOnly, [.directory])
      file = try folder.open(
        at: draft, .writeOnly, [.create, .exclusive, .noFollow], mode: 0o600)
    } catch {
      throw .failed(.cannotCreate, "cannot make \(shown): \(error.code.reason)")
    }
    stream = OutputStream(rawDescriptor: file.rawValue)
  }

  func write(_ bytes: [UInt8]) throws(CommandFailure) {
    do { try stream.write(bytes) } catch { throw failure(error) }
  }

  func finish() throws(CommandFailure) {
    do { try stream.flush() } catch { throw failure(error) }
    do throws(SystemError) {
      try file.sync()
      if replaces {
        try folder.rename(draft, to: name, in: folder)
      } else {
        try folder.renameNoReplace(draft, to: name, in: folder)
      }
      try folder.sync()
    } catch {
      if error.code == .exists { throw Self.taken(shown) }
      throw failure(.failed(error))
    }
  }

  /// Refuses a name that is taken.
  static func requireNothing(at path: String) throws(CommandFailure) {
    guard (try? FileSystem.linkStatus(of: path)) != nil else { return }
    throw taken(TerminalText.escape(path, .line))
  }

  private static func taken(_ shown: String) -> CommandFailure {
    .failed(.cannotCreate, "\(shown) is there already and is not replaced: name another")
  }

  func abandon() { try? folder.unlink(at: draft) }

  private func failure(_ error: OutputError) -> CommandFailure {
    guard case .failed(let cause) = error else { return CommandFailure(error) }
    return .failed(.inputOutput, "cannot write \(shown): \(cause.code.reason)")
  }
}
