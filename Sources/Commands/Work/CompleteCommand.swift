import CommandLineSpec
import Jobs
import Storage
import Text

/// `qctl complete`: ends a claimed job as done.
enum CompleteCommand {
  struct Options: Sendable {
    var lease = LeaseOptions()
    var result: String?
    var resultFile: String?
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "complete", "End a claimed job as done", defaults: Options(),
    flags: LeaseOptions.flags.lifted(\.lease) + [
      .string("result", "JSON", \.result, "What the job gave, as JSON; public, as --payload is"),
      .string("result-file", "FILE", \.resultFile, "The result is what FILE holds; - for stdin")
        .completing(.file),
    ] + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [LeaseOptions.operand.lifted(\.lease)],
    prose: [
      "Prints nothing. The result, at most 256 KiB, is kept as written and shown by \(command: "show")."
    ],
    examples: [
      Example("qctl complete 0s9xhm7hw090q --token 8f3a91c2d4e5b607", "Done"),
      Example(
        "./resize | qctl complete 0s9xhm7hw090q --token 8f3a91c2d4e5b607 --result-file -",
        "Done, with what the program printed as its result"),
    ],
    exits: ExitStatus.notes(.leaseLost, .badData, .noInput), seeAlso: ["claim", "fail", "renew"],
    validate: validate, run: { Action($0, run) })

  private static func validate(_ options: Options) throws(UsageError) {
    _ = try options.lease.lease()
    guard options.result == nil || options.resultFile == nil else {
      throw .invalid("--result and --result-file exclude each other")
    }
  }

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let lease = try options.lease.validLease()
    let settlement = Settlement(lease, .complete(result: try result(options, context)))
    return try LeaseEnding.settle(settlement, options.store, context)
  }

  private static func result(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> [UInt8]? {
    guard
      let bytes = try InputText.read(options.result, file: options.resultFile, "result", context)
    else { return nil }
    guard bytes.count <= NewJob.largestPayload else {
      throw .failed(
        .badData, "the result is over the limit of \(NewJob.largestPayload) bytes (256 KiB)")
    }
    do { try JSONValidation.check(bytes) } catch {
      throw .failed(.badData, "the result is not JSON: \(error.description)")
    }
    return bytes
  }
}
