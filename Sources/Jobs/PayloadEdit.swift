package import Text

/// How an operator changes a payload.
package enum PayloadEdit: Equatable, Sendable {
  /// A value at a place of a JSON payload.
  package struct Assignment: Equatable, Sendable {
    /// Where.
    package let path: JSONPath
    /// JSON.
    package let value: [UInt8]

    /// A place and its new value.
    package init(path: JSONPath, value: [UInt8]) {
      self.path = path
      self.value = value
    }
  }

  /// These bytes take its place, if it still is what they were made from.
  case replace(with: [UInt8], of: [UInt8])
  /// Values are put into it, one after the other; the rest stays as it is written.
  case set([Assignment])

  /// The payload as it shall be.
  ///
  /// - Throws: `InvalidValue` of `payload`, with why it can't be so.
  package func apply(to payload: [UInt8]) throws(InvalidValue) -> [UInt8] {
    var edited = payload
    switch self {
    case .replace(let new, let old):
      guard payload == old || payload == new else {
        throw InvalidValue(.payload, "was changed by somebody else meanwhile")
      }
      edited = new
    case .set(let assignments):
      for assignment in assignments {
        do {
          edited = try assignment.path.setting(assignment.value, in: edited)
        } catch {
          switch error {
          case .notJSON: throw InvalidValue(.payload, "is not JSON")
          case .noSuchPlace: throw InvalidValue(.payload, "has no such place")
          }
        }
      }
    }
    guard edited.count <= NewJob.largestPayload else {
      throw InvalidValue(
        .payload, "would be \(edited.count) bytes; the limit is \(NewJob.largestPayload)")
    }
    return edited
  }
}
