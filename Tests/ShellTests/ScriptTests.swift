import PosixIO
import Testing

@testable import Shell

@Suite struct ScriptTests {
  private let host = RecordingHost()

  private func run(_ text: String, keepsGoing: Bool = false) throws -> Int32 {
    let settings = ShellSettings(
      commands: text, keepsGoing: keepsGoing, allowsEscape: true, isInteractive: false,
      isColoured: false, isQuiet: false, historyFile: nil, environment: EnvironmentBlock(),
      signals: try SessionSignals(forTerminal: false))
    return ShellSession(settings, host).run(ScriptInput(text), called: nil)
  }

  @Test func `commands run one after the other`() throws {
    let text =
      "pause emails; list -q 'a;b' # not this; nor this\n\n resume\\ emails; \\\n  queues\n"
    #expect(try run(text) == 0)
    #expect(host.ran == ["pause emails", "list -q a;b", "resume emails", "queues"])
  }

  @Test func `the first command that fails ends a script with its status`() throws {
    host.status = { $0 == ["b"] ? 69 : 0 }
    #expect(try run("a; b; c") == 69)
    #expect(host.ran == ["a", "b"])
  }

  @Test func `with keep-going the rest is run, and the status says that something failed`() throws {
    host.status = { $0 == ["b"] ? 69 : 0 }
    #expect(try run("a; b; c", keepsGoing: true) == 3)
    #expect(host.ran == ["a", "b", "c"])
  }

  @Test func `exit ends a script with a status of one's own`() throws {
    #expect(try run("a; exit 7; b") == 7)
    #expect(try run("a; \\q\nb") == 0)
    #expect(try run("quit; b") == 0)
    #expect(try run("exit 256; b") == 2)
    #expect(host.ran == ["a", "a"])
  }

  @Test(arguments: ["list 'a", "list \"a\n\nb", "list \\"])
  func `a script that ends within a command is refused`(_ text: String) throws {
    #expect(try run(text) == 2)
    #expect(host.ran == [])
  }

  @Test func `what is no text is refused`() throws {
    let settings = ShellSettings(
      commands: "", keepsGoing: false, allowsEscape: true, isInteractive: false,
      isColoured: false, isQuiet: false, historyFile: nil, environment: EnvironmentBlock(),
      signals: try SessionSignals(forTerminal: false))
    let script = ScriptInput(bytes: Array("a\nb ".utf8) + [0xFF] + Array("\nc\n".utf8))
    #expect(ShellSession(settings, host).run(script, called: "x") == 65)
    #expect(host.ran == ["a"])
  }

  @Test func `repeat runs a command so often, until it fails`() throws {
    #expect(try run("repeat 3 list -q a") == 0)
    #expect(host.ran == ["list -q a", "list -q a", "list -q a"])
    host.status = { _ in 1 }
    #expect(try run("repeat 5 claim") == 1)
    #expect(host.ran.count == 4)
    for wrong in [
      "repeat", "repeat 3", "repeat x list", "repeat 0 list", "watch", "watch 1ms list",
    ] {
      #expect(try run(wrong) == 2, "\(wrong)")
    }
  }

  @Test func `use takes a queue, and gives it up alone`() throws {
    #expect(try run("use emails") == 0)
    #expect(host.queue == "emails")
    #expect(try run("use a b") == 2)
    #expect(try run("use ../etc") == 2)
    #expect(host.queue == "emails")
    #expect(try run("use") == 0)
    #expect(host.queue == nil)
  }

  @Test func `other programs run only at the prompt`() throws {
    #expect(try run("!true") == 2)
    #expect(host.ran == [])
  }

  @Test func `commands that lie too deep in each other are refused`() throws {
    #expect(try run(String(repeating: "repeat 1 ", count: 17) + "list") == 2)
    #expect(host.ran == [])
    #expect(try run(String(repeating: "repeat 1 ", count: 16) + "list") == 0)
  }
}
