import PosixIO

/// Where the transcripts and the program under test are.
enum ScenarioFiles {
  /// The folder of this file.
  static let folder = directory(of: #filePath)
  /// The top of the repository.
  static let repository = directory(of: directory(of: folder))

  /// The paths of all transcripts below `Transcripts`.
  static var transcripts: [String] { transcripts(below: "") }

  private static func transcripts(below place: String) -> [String] {
    let entries = (try? FileSystem.entries(of: "\(folder)/Transcripts/\(place)")) ?? []
    return entries.map(\.name).flatMap { name in
      name.hasSuffix(".txt") ? [place + name] : transcripts(below: place + name + "/")
    }
  }

  /// The program: `$QCTL_BINARY`, else the release build, else the debug build.
  static var program: String? {
    if let named = EnvironmentBlock.value("QCTL_BINARY"), !named.isEmpty { return named }
    return ["release", "debug"].map { "\(repository)/.build/\($0)/qctl" }
      .first { FileSystem.isAccessible($0, .execute) }
  }

  /// The debug build, for what can't be done to a static program.
  static var debugProgram: String { repository + "/.build/debug/qctl" }

  /// A text file, whole.
  static func text(_ path: String) throws -> String {
    String(decoding: try FileSystem.readFile(path, limit: 4 << 20), as: UTF8.self)
  }

  private static func directory(of path: String) -> String { FileSystem.parent(of: path) ?? "." }
}
