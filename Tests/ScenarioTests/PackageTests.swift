import PosixIO
import Testing
import TestSupport

/// The Debian package, in a Debian that has nothing else in it.
@Suite struct PackageTests {
  @Test func theTutorialIsTrueWhereOnlyThePackageIsInstalled() throws {
    guard Machine.has(.cleanRoot) else {
      try #require(!Machine.mustHave(.cleanRoot), "needs root and mmdebstrap")
      return print("SKIPPED: the package in a clean root needs root and mmdebstrap")
    }
    let program = try #require(ScenarioFiles.program, "build qctl first, or set QCTL_BINARY")
    let scratch = try ScratchDirectory()
    let root = scratch.path("root")
    let script = ScenarioFiles.folder + "/Scripts/clean-root.sh"
    let package = try said(
      "sh", ScenarioFiles.repository + "/packaging/deb/build.sh", program, scratch.path("deb"))
    #expect(
      try said("sh", script, "make", root, package)
        == "installed: binary, manual and completion are where they are looked for")
    var session = try TranscriptRunner(
      try tutorial(), program: program, launcher: ["sh", script, "run", root])
    try session.run()
    #expect(
      try said("sh", script, "remove", root)
        == "removed and purged: nothing is left, but the jobs of those who have some")
    withExtendedLifetime(scratch) {}
  }

  /// The part of the README for those who are new: what takes five minutes, else how the tour begins.
  private func tutorial() throws -> Transcript {
    let page = try ScenarioFiles.text(ScenarioFiles.repository + "/README.md")
    let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
    let short = lines.firstIndex { $0.hasPrefix("## ") && $0.contains("minutes") }
    let start = try #require(short ?? lines.firstIndex(of: "### The first job"))
    let end = lines[(start + 1)...].firstIndex { line in
      line.hasPrefix("## ") || line == "### Many at once, later, and not twice"
    }
    let part = lines[start..<(end ?? lines.endIndex)].joined(separator: "\n")
    return try #require(ConsoleBlocks.transcript(of: part, name: "README.md, tutorial").first)
  }

  /// What a program says, without its line end.
  private func said(_ program: String, _ words: String...) throws -> String {
    var environment = EnvironmentBlock.current()
    environment["DEB_COMPRESSION"] = "gzip"
    let result = try ProcessRunner.run(
      program, words, environment: environment, timeoutSeconds: 900)
    #expect(result.status == 0, "\(words)")
    let text = String(decoding: result.outputBytes + result.errorBytes, as: UTF8.self)
    return text.split(separator: "\n").joined(separator: "\n")
  }
}
