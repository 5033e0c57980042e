import CommandLineSpec
import Jobs
import Testing

@testable import Commands

/// The log keeps a filter as it may be typed again.
@Suite struct FilterWordsTests {
  @Test(arguments: [
    ("-q emails -t welcome", "-q emails -t welcome"),
    ("--queue=a,!b --type x", "-q a -q '!b' -t x"),
    ("--state dead,retrying", "--state dead --state retrying"),
    ("--newer-than 90m --older-than 60s", "--older-than 1m --newer-than 1h30m"),
    ("--attempts 3 --replays ..4", "--attempts 3 --replays 0..4"),
    ("--attempts 3..", "--attempts 3.."),
    ("--priority 0 --tag user_id=42", "--priority 0 --tag user_id=42"),
    ("--error-group 0123456789ab -n 5", "--error-group 0123456789ab -n 5"),
    ("--payload-match user.id=7", "--payload-match user.id=7"),
    (#"--payload-match a[0]."x.y".z=7"#, #"--payload-match 'a[0]."x.y".z=7'"#),
    ("-n 5", "--all -n 5"),
    ("", "--all"),
  ])
  func `one spelling for each meaning`(typed: String, words: String) throws {
    #expect(try read(typed)?.words == words)
  }

  @Test func `what is kept is read as the same`() throws {
    let typed =
      "-q a,!b --state dead --error x --newer-than 90m --attempts 2.. --payload-match a[0]=1"
    let words = try #require(try read(typed)).words
    let plain = String(words.filter { $0 != "'" })
    #expect(try read(plain)?.filter() == read(typed)?.filter())
  }

  private func read(_ typed: String) throws -> FilterOptions? {
    let tree = CommandTree<FilterOptions>(
      program: "probe", version: "1", summary: "Probe", sections: [],
      entries: [
        .command("x", "Read a filter") {
          Command<FilterOptions, FilterOptions>(
            "x", "Read a filter", defaults: FilterOptions(), flags: FilterOptions.flags,
            run: { options, _ in options }
          ).erased
        }
      ])
    let words = ["x"] + typed.split(separator: " ").map(String.init)
    let outcome = tree.outcome(
      for: words, in: Surroundings(environment: { _ in nil }, files: { [] }))
    guard case .run(let options) = outcome else { return nil }
    return options
  }

  @Test func `what a shell would change is quoted`() {
    var options = FilterOptions()
    options.errors = [
      .init(value: "it's $HOME", isNegated: false), .init(value: "", isNegated: false),
      .init(value: "timeout", isNegated: true),
    ]
    #expect(options.words == #"--error 'it'\''s $HOME' --error '' --error '!timeout'"#)
  }
}
