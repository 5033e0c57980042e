import Jobs
import TestSupport
import Testing

@Suite struct ErrorShapeTests {
  @Test(
    "What differs from job to job is taken out",
    arguments: [
      ("", ""),
      ("timeout", "timeout"),
      (
        "connect to 10.0.0.7:5432 after 31 ms: \"db 12\" in /srv/a/b.py",
        "connect to <n>:<n> after <n> ms: <str> in <path>"
      ),
      ("user 42 not found", "user <n> not found"),
      ("it took 1.5 of 1,000 s", "it took <n> of <n> s"),
      ("can't open file 'a b.txt'", "can't open file <str>"),
      ("key 'it's odd' is taken", "key <str> is taken"),
      ("job 0s9xhm7hw090q failed", "job <id> failed"),
      ("order 6ba7b810-9dad-11d1-80b4-00c04fd430c8 gone", "order <id> gone"),
      ("at 0x7ffe12 in deadbeef01 of facade", "at <hex> in <hex> of facade"),
      (
        "GET https://api.example.com/users/17?x=1 gave 503",
        "GET https://api.example.com<path> gave <n>"
      ),
      ("read and/or write failed in ./run.sh.", "read and/or write failed in <path>."),
      ("C:\\temp\\x.txt: denied", "<path>: denied"),
      ("worker3b12 died\n\n  at  line 7\n", "worker<n>b<n> died at line <n>"),
      ("exit status 1", "exit status <n>"),
      ("a 'quote left open 12", "a 'quote left open <n>"),
      ("größer als 5 €", "größer als <n> €"),
      ("1/2 done", "<n>/<n> done"),
    ])
  func shapes(_ error: String, _ shape: String) {
    #expect(ErrorShape.fold(error) == shape)
  }

  @Test("The first line of an error that was cut does not count")
  func cut() {
    let trace = String(repeating: "frame of some call\n", count: 60) + "ValueError: 7"
    let texts = (0..<40).map { ErrorText.capped(String(repeating: "x", count: $0) + trace) }
    #expect(Set(texts.map { ErrorGroupID(of: $0) }).count <= 2)
  }

  @Test("A group's name is read back, and nothing else is one")
  func names() throws {
    for error in ["", "a", "b 1", "b 2"] {
      let group = ErrorGroupID(of: error)
      #expect(group.description.utf8.count == 12)
      #expect(ErrorGroupID(group.description) == group)
    }
    #expect(ErrorGroupID(of: "b 1") == ErrorGroupID(of: "b 2"))
    #expect(ErrorGroupID(of: nil) == ErrorGroupID(of: ""))
    #expect(ErrorGroupID(of: "a") != ErrorGroupID(of: "b"))
    #expect(ErrorGroupID(of: "user 42 not found").description == "4426a8a69bf7")
    for text in ["", "x", "0123456789a", "0123456789abc", "+12345678901", "0123456789ag"] {
      #expect(ErrorGroupID(text) == nil)
    }
  }

  @Test("Any text has a shape that is its own shape's")
  func anyText() {
    var random = SeededGenerator()
    let pieces = ["a", "7", "'", "\"", "/", " ", "\n", "x1", "é", "\\", ".", "0x", "-", "_", ":"]
    for _ in 0..<2_000 {
      let text = (0..<Int.random(in: 0...30, using: &random))
        .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      let shape = ErrorShape.fold(text)
      #expect(shape.utf8.count <= text.utf8.count * 6, "\(random.note)")
      var grouping = ErrorGrouping()
      #expect(grouping.group(of: text) == ErrorGroupID(of: text), "\(random.note)")
      #expect(grouping.group(of: text) == ErrorGroupID(of: text), "\(random.note)")
    }
  }
}
