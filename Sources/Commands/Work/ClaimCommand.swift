import CommandLineSpec
import Engine
import Jobs
import PosixIO
import Storage

/// `qctl claim`: takes jobs for a script that is itself the worker.
enum ClaimCommand {
  /// How the claimed jobs are printed.
  enum Format: String, CaseIterable, Sendable {
    case table, json
  }

  struct Options: Sendable {
    var scope = ClaimScope()
    var lease = TimeSpan.seconds(60)
    var count = 1
    var worker: String?
    var payloadFile: String?
    var format = Format.table
    var template: String?
    var endsWithNull = false
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "claim", "Take a job and print its id and token", defaults: Options(),
    flags: jobFlags + printFlags + OutputOptions.common.lifted(\.output)
      + StoreOptions.flags.lifted(\.store),
    prose: [
      "For scripts that are workers themselves; \(command: "work") does all this for a program. Prints \(literal: "ID TOKEN"), a line for each job. The token proves the right to this one execution: \(command: "renew"), \(command: "complete") and \(command: "fail") want it.",
      "The job must be ended within its \(flag: "lease"), or the lease be renewed; otherwise another worker gets the job, and the token is worth nothing.",
      "With \(flag: "json") each job is one object: its fields, \(literal: "token"), \(literal: "tags"), and the payload as \(literal: "payload") where it is JSON, else as \(literal: "payload_text") or \(literal: "payload_b64"). \(flag: "format") knows the fields of a job and \(literal: "{token}").",
      "What could not be printed is given back at once, nothing counted.",
    ],
    examples: [
      Example(
        "read -r id token < <(qctl claim -q emails --payload-file job.json)", "In a bash script"),
      Example("qctl claim -q emails -n 10 --lease 5m --json", "Ten jobs, as JSON"),
      Example("qctl claim -t resize --format '{id}\\t{attempt}\\t{token}'", "Fields by name"),
    ],
    exits: ExitStatus.notes(.negative, .cannotCreate),
    seeAlso: ["complete", "fail", "renew", "work", "help handler"], validate: validate,
    run: { Action($0, run) })

  private static let jobFlags: [Flag<Options>] =
    ClaimScope.flags.lifted(\.scope) + [
      .int("limit", short: "n", "COUNT", in: 1...1000, \.count, "Take up to COUNT jobs")
        .default("1"),
      .value("lease", "TIME", \.lease, "How long they stay ours", parse: ValueText.lease)
        .default("60s"),
      .value("worker", "WORKER", \.worker, "The worker's name in lease and log") {
        (text) throws(ValueError) -> String? in try ValueText.worker(text)
      }.default("HOST:PID of the caller"),
    ]

  private static let printFlags: [Flag<Options>] = [
    .choice("output", short: "o", "FORMAT", \.format, "How to print: table or json")
      .default("table"),
    .constant("json", \.format, .json, "One JSON object a line; the same as -o json"),
    .string("format", "TEMPLATE", \.template, "Print fields by name, as '{id} {token}'"),
    .switch(
      "null", short: "0", negatable: true, \.endsWithNull,
      "End records with NUL instead of a line end"),
    .string(
      "payload-file", "FILE", \.payloadFile, "Put the payload of the one job into FILE (0600)"
    )
    .aliases("output-file").completing(.file),
  ].section("Output")

  private static func validate(_ options: Options) throws(UsageError) {
    guard options.scope.weights.isEmpty else {
      throw .invalid("weights are for workers: qctl work -q emails=6,reports=1")
    }
    guard options.payloadFile == nil || options.count == 1 else {
      throw .invalid("--payload-file takes one payload: not with -n \(options.count)")
    }
  }

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let printer = try ClaimPrinter(options, context)
    // Ours to handle: a job that nobody could read of must be given back.
    try? Signal.pipe.setDisposition(.ignore)
    return try options.store.withStore(.write, in: context) { store throws(CommandFailure) in
      let claimed = try claim(options, store, context)
      guard !claimed.isEmpty else {
        return try UnknownQueues.report(options.scope.queues, store, context) ?? .negative
      }
      do throws(CommandFailure) {
        try printer.print(claimed)
      } catch {
        giveBack(claimed, to: store, context)
        throw error
      }
      return .success
    }
  }

  private static func claim(
    _ options: Options, _ store: any StorageAdapter, _ context: CommandContext
  ) throws(CommandFailure) -> [ClaimedJob] {
    let request = ClaimRequest(
      queues: options.scope.queues, types: options.scope.types, limit: options.count,
      worker: options.worker ?? WorkerName.of(process: CurrentProcess.parentID),
      lease: options.lease, now: context.now())
    takeOver(store, at: request.now)
    return try stored { () throws(StorageError) in try store.claim(request) }
  }

  /// Jobs of workers that are gone come first; who can't look for them has none of them to give.
  private static func takeOver(_ store: any StorageAdapter, at now: Instant) {
    guard let place = store.meetingPlace, let rescuer = try? Rescuer(place) else { return }
    _ = try? rescuer.look(store, at: now)
  }

  private static func giveBack(
    _ claimed: [ClaimedJob], to store: any StorageAdapter, _ context: CommandContext
  ) {
    let settlements = claimed.map {
      Settlement($0.lease, .release(reason: "the claim could not be printed"))
    }
    // Should this fail too, the leases end by themselves.
    _ = try? store.settle(settlements, thenClaim: nil, at: context.now())
  }
}
