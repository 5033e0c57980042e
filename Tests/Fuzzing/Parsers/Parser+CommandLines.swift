@testable import CommandLineSpec
import Text

@testable import Commands

extension Parser {
  static let commandLines: [Parser] = [commandLine, completion, configuration, environment]

  private static let flags = [
    "--state", "--queue", "-q", "-n", "--limit", "--older-than", "--payload-match", "--tag", "-o",
    "--no-", "--json", "--format", "--help", "-h", "-V", "--", "-", "=", "!", ",", "\0", "list",
    "dlq", "enqueue", "work", "help", "1h", "1..", "--lease", "--backoff", "--output-limit",
  ]
  private static let lines = [
    "list\0--state\0ready,!dead\0-n\05", "enqueue\0-q\0emails\0--tag\0a=b\0--at\0+1h",
    "work\0-q\0a\0-c\04\0--\0./run\0--x", "dlq\0replay\0-q\0a\0--older-than=1h", "help\0list",
    "show\00s9xhm7hw090q", "tail\0-f\0--level\0info..error", "retry\0--payload-match\0a.b=1",
    "queues\0--no-header\0--color=never", "enqueue\0--backoff\0fixed:1s\0--timeout\05m",
    "fail\00s9xhm7hw090q\0--token\08f3a91c2d4e5b607\0--retry-after\01h",
    "work\0-q\0a\0--output-limit\064K\0--\0cat",
  ]

  /// The words are divided by NUL, which none of them can hold.
  private static func words(_ bytes: [UInt8]) -> [String] {
    bytes.split(separator: 0, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  private static let commandLine = Parser("command line", examples: lines, words: flags) { bytes in
    let words = words(bytes)
    return judge(words, in: Surroundings(environment: { _ in nil }, files: { [] }))
  }

  private static func judge(_ words: [String], in surroundings: Surroundings) -> Verdict {
    switch QctlTree.tree.outcome(for: words, in: surroundings) {
    case .run, .help, .version: return .accepted
    case .usage(let refusal), .configuration(let refusal):
      guard TerminalText.escape(refusal.text, .lines).isSame(as: refusal.text) else {
        return .wrong("the refusal has control characters: \(TerminalText.escape(refusal.text))")
      }
      return .refused(saying: refusal.message)
    }
  }

  /// The last word is the one at the cursor.
  private static let completion = Parser(
    "completion", examples: lines + ["list\0--st", "dlq\0", "list\0--state\0ready,!de", "work\0-"],
    words: flags
  ) { bytes in
    let words = words(bytes)
    let current = words.last ?? ""
    let completion = QctlTree.tree.completion(after: Array(words.dropLast()), current: current) {
      _, prefix in [Candidate(prefix + "\u{1b}x\n", "y\u{9b}\tz")]
    }
    let isBegun = completion.candidates.allSatisfy { $0.value.utf8.starts(with: current.utf8) }
    let isPlain = TerminalText.escape(completion.text, .lines).isSame(as: completion.text)
    guard isPlain else { return .wrong("it has control characters") }
    guard isBegun || completion.directive.contains(.filterByExtension) else {
      return .wrong("a candidate does not begin with the word")
    }
    let lines = completion.text.utf8.split(separator: 10, omittingEmptySubsequences: false)
    let isFramed = lines.count <= 302 && lines.dropLast().last?.first == UInt8(ascii: ":")
    return .accepted(if: isFramed, "it is not as many lines as it should")
  }

  private static let files = [
    "# mine\n--color never\nlist --limit=5\n\ndlq replay --queue a\n--store '/a b'\n",
    "--quiet\r\nlist --output json", "--no-quiet\n",
  ]

  private static let configuration = Parser(
    "configuration", texts: files,
    words: flags + ["\n", "#", "'", "\"", "--color never\n", "list --limit 5\n"]
  ) { text in
    let file = ConfigurationFile(path: "/etc/x", text: text)
    let surroundings = Surroundings(environment: { _ in nil }, files: { [file] })
    let lines = text.utf8.split(separator: 10, omittingEmptySubsequences: false).count
    do throws(ConfigurationError) {
      guard try file.lines().allSatisfy({ 1...lines ~= $0.number }) else {
        return .wrong("a line that the file has not")
      }
    } catch {
      if case .line(_, let number, _) = error, !(1...lines ~= number) {
        return .wrong("an error in a line that the file has not")
      }
    }
    _ = try? QctlTree.tree.settings(for: ["list"], in: surroundings)
    return judge(["list"], in: surroundings)
  }

  private static let environment = Parser(
    "environment", texts: ["never", "auto"], words: ["/a/b", "1", "no", "true", "off", "always"]
  ) { text in
    judge(["list"], in: Surroundings(environment: { _ in text }, files: { [] }))
  }
}
