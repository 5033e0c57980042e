import Jobs
import PosixIO
package import Storage

extension DirectoryStore {
  package func findings() throws(StorageError) -> [Finding] {
    try withSpool { (spool) throws(StorageError) in
      let survey = Survey(spool)
      try survey.run()
      return Self.general(spool, survey.root) + Self.summary(of: survey)
    }
  }

  /// The folder itself and its disk, without what is in it.
  package func vitals() throws(StorageError) -> StoreVitals {
    try withSpool { (spool) throws(StorageError) in
      StoreVitals(findings: Self.general(spool, try? FileSystem.status(of: spool.root)))
    }
  }

  /// Of what is wrong in the same way, the first few are told, and how many there are.
  private static let mostTold = 5

  private static func summary(of survey: Survey) -> [Finding] {
    var findings: [Finding] = []
    var order: [String] = []
    var groups: [String: [Flaw]] = [:]
    for flaw in survey.flaws {
      let key = flaw.grade.rawValue + " " + flaw.check
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(flaw)
    }
    for key in order {
      guard let flaws = groups[key], let first = flaws.first else { continue }
      findings += flaws.prefix(mostTold).map {
        Finding($0.grade, $0.check, $0.message, remedy: $0.remedy)
      }
      if flaws.count > mostTold {
        findings.append(
          Finding(
            first.grade, first.check, "and \(flaws.count - mostTold) more like these",
            remedy: first.remedy))
      }
    }
    if survey.unkept > 0 {
      findings.append(
        Finding(.error, "names", "and \(survey.unkept) more things of all kinds are not in order"))
    }
    let broken: Set<String> = ["jobs", "places", "duplicates"]
    if !survey.flaws.contains(where: { broken.contains($0.check) }) {
      findings.append(
        Finding(.ok, "jobs", "\(survey.jobCount) jobs, each readable and in its place"))
    }
    return findings
  }

  private static func general(_ spool: Spool, _ root: FileStatus?) -> [Finding] {
    var findings: [Finding] = []
    if let root {
      let mode = "0" + String(root.mode & 0o777, radix: 8)
      findings.append(
        root.mode & 0o007 == 0
          ? Finding(.ok, "permissions", "mode \(mode)")
          : Finding(
            .warning, "permissions", "anybody may look into the store (mode \(mode))",
            remedy: "chmod o= \(spool.root)"))
      let user = CurrentProcess.effectiveUserID
      if root.uid != user, root.mode & 0o070 == 0 {
        findings.append(
          Finding(
            .warning, "owner", "the store belongs to user \(root.uid), and this is user \(user)",
            remedy: "run qctl as its owner, so that nothing in it becomes another's"))
      }
    }
    if let volume = try? Volume(of: spool.root) { findings.append(space(volume)) }
    return findings
  }

  private static func space(_ volume: Volume) -> Finding {
    let text = "\(volume.availableBytes >> 20) MiB are free, on \(volume.kind.name)"
    guard volume.kind.isTrusted else {
      return Finding(
        .error, "disk", text + "; locks and syncs can't be trusted there",
        remedy: "move the store to a local disk")
    }
    guard !volume.isReadOnly else {
      return Finding(.warning, "disk", text + "; it is read-only", remedy: "mount it for writing")
    }
    let isScarce =
      volume.availableBytes < 64 << 20 || volume.availableBytes < volume.totalBytes / 100
    guard isScarce else { return Finding(.ok, "disk", text) }
    return Finding(
      .warning, "disk", text + ", which is little", remedy: "make room, or purge what is over")
  }
}
