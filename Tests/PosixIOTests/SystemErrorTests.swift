import PosixIO
import TestSupport
import Testing

@Suite("A failed system call")
struct SystemErrorTests {
  @Test("names the path and the reason")
  func namesPathAndReason() throws {
    let error = #expect(throws: SystemError.self) { try FileSystem.status(of: "/no/such") }
    #expect(error?.code == .noSuchFile)
    #expect(error?.description == "/no/such: no such file or directory")
  }

  @Test("is told by its call where there is no path")
  func namesTheCall() {
    let error = SystemError(.noSpace, call: "write")
    #expect(error.description == "write: no space left on the device")
    #expect(error.about("/a").description == "/a: no space left on the device")
  }

  @Test(
    "has words for every code, also for one that no kernel knows",
    arguments: [1, 2, 5, 28, 30, 61, 99, 131, 9999] as [Int32])
  func hasWords(code: Int32) {
    #expect(!SystemError.Code(rawValue: code).reason.isEmpty)
  }

  @Test("falls back to the number")
  func unknownCode() {
    #expect(SystemError.Code(rawValue: 9999).reason == "error 9999")
    #expect(SystemError.Code(rawValue: 61).reason == "no data available")
  }

  @Test("groups codes by what one would do about them")
  func predicates() {
    #expect(SystemError.Code.notDirectory.isMissing)
    #expect(SystemError.Code.notPermitted.isForbidden)
    #expect(SystemError.Code.quotaExceeded.isFull)
    #expect(!SystemError.Code.inputOutput.isFull)
  }

  @Test("refuses a path with a NUL instead of using the part before it")
  func refusesEmbeddedNUL() throws {
    let scratch = try ScratchDirectory()
    let victim = scratch.path("a")
    try FileDescriptor.open(victim, .writeOnly, [.create]).close()
    #expect(throws: SystemError(.invalidArgument, call: "unlink", subject: victim + "\0b")) {
      try FileSystem.unlink(victim + "\0b")
    }
    #expect(FileSystem.exists(victim))
    #expect(!FileSystem.exists(victim + "\0b"))
  }
}
