import CommandLineSpec
import Jobs
import Storage

/// `qctl renew`: extends the lease on a claimed job.
enum RenewCommand {
  struct Options: Sendable {
    var lease = LeaseOptions()
    var length = TimeSpan.seconds(60)
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "renew", "Extend the lease on a claimed job", defaults: Options(),
    flags: LeaseOptions.flags.lifted(\.lease) + [
      .value(
        "lease", "TIME", \.length, "How long from now on it stays ours", parse: ValueText.lease
      )
      .default("60s")
    ] + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [LeaseOptions.operand.lifted(\.lease)],
    prose: [
      "Prints nothing on standard output. A worker that gets status 5 must stop what it does for the job: another may be doing it already.",
      "If an operator asked to cancel the job, the lease is extended all the same, the status is 0, and a line on standard error says so: stop the work, then call \(command: "fail") or \(command: "complete"); either way the store finishes the cancellation as it sees fit.",
    ],
    examples: [
      Example(
        "qctl renew 0s9xhm7hw090q --token 8f3a91c2d4e5b607 --lease 5m", "Five more minutes from now"
      )
    ],
    exits: ExitStatus.notes(.leaseLost), seeAlso: ["claim", "complete", "fail"],
    validate: { (options) throws(UsageError) in _ = try options.lease.lease() },
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let lease = try options.lease.validLease()
    return try options.store.withStore(.write, in: context) { store throws(CommandFailure) in
      let now = context.now()
      let standing = try stored { () throws(StorageError) in
        try store.renew([lease], until: now + options.length, at: now)
      }
      switch standing.first {
      case .held: return .success
      case .cancelRequested:
        context.tell("job \(lease.id): an operator asks that it be cancelled; stop working on it")
        return .success
      case .lost, nil: return LeaseEnding.lost(lease, context)
      }
    }
  }
}
