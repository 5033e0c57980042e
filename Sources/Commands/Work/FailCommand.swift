import CommandLineSpec
import Jobs
import Storage

/// `qctl fail`: ends this execution of a claimed job as failed.
enum FailCommand {
  struct Options: Sendable {
    var lease = LeaseOptions()
    var error: String?
    var errorFile: String?
    var isPermanent = false
    var retryAfter: TimeSpan?
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "fail", "End this attempt of a claimed job as failed", defaults: Options(),
    flags: LeaseOptions.flags.lifted(\.lease) + [
      .string("error", "TEXT", \.error, "Why"),
      .string("error-file", "FILE", \.errorFile, "Why: the end of what FILE holds; - for stdin")
        .completing(.file),
      .switch("permanent", \.isPermanent, "Don't try again: the job is dead"),
      .value("retry-after", "TIME", \.retryAfter, "Try again after so long, whatever the backoff") {
        (text) throws(ValueError) -> TimeSpan? in try ValueText.retryAfter(text)
      },
    ] + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [LeaseOptions.operand.lifted(\.lease)],
    prose: [
      "Prints nothing. The job waits out its backoff and is tried again, until its failures are used up; then it is dead. Of the error the last 1,024 bytes are kept, which \(command: "list"), \(command: "show") and the log show: no secrets in it."
    ],
    examples: [
      Example(
        "qctl fail 0s9xhm7hw090q --token 8f3a91c2d4e5b607 --error 'no route to host'",
        "Failed, to be tried again"),
      Example(
        "qctl fail 0s9xhm7hw090q --token 8f3a91c2d4e5b607 --permanent --error-file err.log",
        "Failed for good"),
    ],
    exits: ExitStatus.notes(.leaseLost, .badData, .noInput),
    seeAlso: ["claim", "complete", "renew"], validate: validate, run: { Action($0, run) })

  private static func validate(_ options: Options) throws(UsageError) {
    _ = try options.lease.lease()
    guard options.error == nil || options.errorFile == nil else {
      throw .invalid("--error and --error-file exclude each other")
    }
    guard !options.isPermanent || options.retryAfter == nil else {
      throw .invalid("--permanent and --retry-after exclude each other")
    }
  }

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let lease = try options.lease.validLease()
    let verdict: Settlement.Verdict =
      options.isPermanent ? .reject : .fail(retryAfter: options.retryAfter)
    var settlement = Settlement(lease, verdict)
    settlement.error = try InputText.read(options.error, file: options.errorFile, "error", context)
      .flatMap(Self.errorText)
    return try LeaseEnding.settle(settlement, options.store, context)
  }

  /// The end of the text without the blank space behind it; nil where nothing else is there.
  private static func errorText(_ bytes: [UInt8]) -> String? {
    guard let last = bytes.lastIndex(where: { $0 > 0x20 }) else { return nil }
    return ErrorText.capped(String(decoding: bytes[...last], as: UTF8.self))
  }
}
