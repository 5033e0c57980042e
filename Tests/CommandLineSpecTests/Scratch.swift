import Glibc
import Testing

/// A directory of the test's own, and a shell within it.
struct Scratch: ~Copyable {
  let path: String

  init() throws {
    var template = Array("/tmp/qctl-spec-XXXXXX".utf8CString)
    path = try #require(mkdtemp(&template).map { String(cString: $0) })
  }

  deinit { _ = Self.run("rm -rf '\(path)'") }

  func write(_ name: String, _ text: String) throws {
    let file = try #require(fopen("\(path)/\(name)", "w"))
    defer { fclose(file) }
    #expect(fputs(text, file) >= 0)
  }

  /// What a script prints on both streams, and its exit status.
  func shell(_ script: String) -> (text: String, status: Int32) {
    Self.run("cd '\(path)' && { \(script)\n} 2>&1")
  }

  static func run(_ script: String) -> (text: String, status: Int32) {
    guard let pipe = popen(script, "r") else { return ("", -1) }
    var bytes: [UInt8] = []
    var byte = fgetc(pipe)
    while byte != EOF {
      bytes.append(UInt8(truncatingIfNeeded: byte))
      byte = fgetc(pipe)
    }
    let status = pclose(pipe)
    return (String(decoding: bytes, as: UTF8.self), (status >> 8) & 0xff)
  }

  /// Whether a tool is there; says so loudly where it is not.
  static func has(_ tool: String) -> Bool {
    let found = run("command -v \(tool) >/dev/null").status == 0
    if !found { print("SKIPPED: \(tool) is not installed") }
    return found
  }
}

extension String {
  /// In single quotes, by bytes: a combining mark must not hide a quote.
  var quotedForShell: String {
    let parts = utf8.split(separator: UInt8(ascii: "'"), omittingEmptySubsequences: false)
    return "'" + parts.map { String(Substring($0)) }.joined(separator: #"'\''"#) + "'"
  }
}
