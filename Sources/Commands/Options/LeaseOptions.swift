import CommandLineSpec
import Jobs
import Storage

/// Which lease a verb of a worker presents: a job and the token that `claim` printed with it.
struct LeaseOptions: Sendable {
  var id: JobID?
  var token: LeaseToken?

  static let operand = Operand<LeaseOptions>.one("ID", \.id, "The job") {
    (text) throws(ValueError) -> JobID? in try ValueText.id(text)
  }.completing(.jobID)

  static let flags: [Flag<LeaseOptions>] = [
    .value("token", "TOKEN", \.token, "The token that 'qctl claim' printed") {
      (text) throws(ValueError) -> LeaseToken? in try ValueText.token(text)
    }
  ]

  /// The lease.
  func lease() throws(UsageError) -> Lease {
    guard let id else { throw .missingOperand("ID") }
    guard let token else {
      throw .invalid("--token is missing: the one that 'qctl claim' printed with the job")
    }
    return Lease(id: id, token: token)
  }
}

/// Ends a lease, and says so where it is lost.
enum LeaseEnding {
  /// Settles as `settlement` says.
  static func settle(
    _ settlement: Settlement, _ options: StoreOptions, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try options.withStore(.write, in: context) { store throws(CommandFailure) in
      let result = try stored { () throws(StorageError) in
        try store.settle([settlement], thenClaim: nil, at: context.now())
      }
      switch result.outcomes.first {
      case .settled: return .success
      case .leaseLost, nil: return lost(settlement.lease, context)
      }
    }
  }

  /// Says that a lease is lost.
  static func lost(_ lease: Lease, _ context: CommandContext) -> ExitStatus {
    context.tell(
      "the lease on job \(lease.id) is lost: it ran out, another worker has the job, "
        + "or it has ended; nothing was changed")
    return .leaseLost
  }
}

extension LeaseOptions {
  /// The lease of options that were validated.
  func validLease() throws(CommandFailure) -> Lease {
    do { return try lease() } catch { throw .failed(.usage, error.message) }
  }
}
