import CommandLineSpec
import PosixIO

/// The configuration files that exist: the user's, then those of the machine (conventions.md §1).
enum ConfigurationFiles {
  static func read(
    _ environment: (String) -> String?
  ) throws(ConfigurationError) -> [ConfigurationFile] {
    let folders =
      [Folders.configuration(environment)].compactMap(\.self)
      + Folders.systemConfiguration(environment)
    var files: [ConfigurationFile] = []
    for folder in folders {
      let path = folder + "/qctl/config"
      guard let bytes = try? FileSystem.readFile(path, limit: largest) else { continue }
      files.append(ConfigurationFile(path: path, text: String(decoding: bytes, as: UTF8.self)))
    }
    return files
  }

  private static let largest = 1 << 20
}
