import Engine
import Jobs
import PosixIO
import Storage
import Text

/// Reads files of JSON lines, once or as they grow.
struct FileReading {
  private let options: TailCommand.Options
  private let filter: LogFilter
  private let renderer: LogRenderer
  private let context: CommandContext

  private static let idle = 1000

  init(_ options: TailCommand.Options, _ filter: LogFilter, _ context: CommandContext) {
    self.options = options
    self.filter = filter
    self.context = context
    renderer = LogRenderer(options, context)
  }

  /// Prints what is asked for.
  func run() throws(CommandFailure) -> ExitStatus {
    if options.files.contains("-") {
      guard options.files.count == 1 else {
        throw .failed(.usage, "standard input can't be read beside other files")
      }
      return try readInput()
    }
    if !options.follows, options.format.isForPeople { context.pageText(options.output) }
    // Heard before it is read, so that nothing falls between.
    let watch = options.follows ? FileWatch(options.files) : nil
    var files = options.files.map { FollowedFile($0) }
    for index in files.indices { try begin(&files[index]) }
    try context.flush()
    while options.follows, try wait(watch) {
      if let until = filter.until, context.now() > until { break }
      for index in files.indices { try goOn(&files[index]) }
      try context.flush()
    }
    for index in files.indices {
      let prefix = prefix(of: files[index])
      try files[index].finish { (bytes, line) throws(CommandFailure) in
        try print(bytes, line, prefix)
      }
    }
    return .success
  }

  private func begin(_ file: inout FollowedFile) throws(CommandFailure) {
    let isThere: Bool
    do throws(SystemError) { isThere = try file.open() } catch { throw Self.failure(error) }
    guard isThere else {
      let name = TerminalText.escape(file.path, .line)
      guard options.follows else { throw .failed(.noInput, "\(name): there is no such file") }
      return context.tell("\(name): waiting for it to be made")
    }
    let count = options.count ?? (options.follows ? .last(10) : .all)
    if case .last(let count) = count {
      file.skip(toLast: count) { filter.matches(FileRecord($0, in: $1), Array($0[$1])) }
    }
    try goOn(&file)
  }

  private static func failure(_ error: SystemError) -> CommandFailure {
    let sentence = "can't read \(TerminalText.escape(error.description, .line))"
    return .failed(.noInput, sentence)
  }

  private func goOn(_ file: inout FollowedFile) throws(CommandFailure) {
    // One that is not there, or can't be read, may be there later; its forerunners go on meanwhile.
    if !file.isOpen { _ = try? file.open() }
    let prefix = prefix(of: file)
    let isTruncated = try file.readNew(at: context.now()) { (bytes, line) throws(CommandFailure) in
      try print(bytes, line, prefix)
    }
    if isTruncated {
      context.tell(
        "\(TerminalText.escape(file.path, .line)): was truncated; goes on from its beginning")
    }
  }

  private func prefix(of file: FollowedFile) -> String? {
    options.files.count > 1 ? TerminalText.escape(file.path, .line) : nil
  }

  private func wait(_ watch: FileWatch?) throws(CommandFailure) -> Bool {
    guard let watch else { return context.process.wait(Self.idle / 4) }
    let waiting = context.process.listen(Self.idle, watch.descriptor)
    watch.renew()
    return waiting != .unread
  }

  private func readInput() throws(CommandFailure) -> ExitStatus {
    if context.streams.inputIsTerminal { context.tell("reading log lines from the terminal") }
    var buffer = InputLines()
    while true {
      let goesOn: Bool
      do throws(SystemError) { goesOn = try buffer.read() } catch { throw Self.failure(error) }
      while let line = buffer.next(isEnd: !goesOn) { try print(line, 0..<line.count, nil) }
      guard goesOn else { break }
      try context.flush()
    }
    return .success
  }

  private func print(
    _ bytes: [UInt8], _ line: Range<Int>, _ prefix: String?
  ) throws(CommandFailure) {
    guard !line.isEmpty else { return }
    let text = Array(bytes[line])
    let record = FileRecord(bytes, in: line)
    guard filter.matches(record, text) else { return }
    try context.write(renderer.line(record, text, prefix: prefix).bytes)
  }
}

/// Hears of changes of files, and of their names.
private final class FileWatch {
  private let inotify: Inotify
  private let paths: [String]

  init?(_ paths: [String]) {
    guard let inotify = try? Inotify() else { return nil }
    self.inotify = inotify
    self.paths = paths
    guard listen() else { return nil }
  }

  var descriptor: Int32 { inotify.rawValue }

  func renew() {
    _ = try? inotify.events()
    _ = listen()
  }

  /// Of the file itself it hears under whatever name it has by then; of the name, by the folder.
  private func listen() -> Bool {
    var hears = false
    for path in paths {
      _ = try? inotify.watch(path, .modify)
      let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) }
      let names: Inotify.Mask = [.create, .movedTo, .movedFrom, .delete]
      if (try? inotify.watch(folder ?? ".", names)) != nil { hears = true }
    }
    return hears
  }
}
