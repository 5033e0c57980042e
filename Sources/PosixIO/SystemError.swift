import CPosix
import Glibc

/// A system call that failed: which one, why, and on what.
///
/// Decide by ``code``; ``description`` is only for people.
package struct SystemError: Error, Hashable, Sendable {
  /// Why it failed.
  package let code: Code
  /// The name of the call, such as `open`.
  package let call: String
  /// What the call was about, usually a path; nil where the call has no such thing.
  package let subject: String?

  /// An error of `call` on `subject`.
  package init(_ code: Code, call: String, subject: String? = nil) {
    self.code = code
    self.call = call
    self.subject = subject
  }

  /// The same error, told about another subject: for callers that know a better name.
  package func about(_ subject: String) -> SystemError {
    SystemError(code, call: call, subject: subject)
  }
}

extension SystemError: CustomStringConvertible {
  /// One line without a full stop: `PATH: reason`, or `CALL: reason` where there is no path.
  package var description: String { (subject ?? call) + ": " + code.reason }
}

/// Runs a call that answers -1 and sets `errno`, again for as long as a signal interrupts it.
@inline(__always)
func systemCall<Result: FixedWidthInteger & SignedInteger>(
  _ call: String, about subject: String? = nil, _ body: () -> Result
) throws(SystemError) -> Result {
  while true {
    let result = body()
    if result != -1 { return result }
    let code = errno
    if code == EINTR { continue }
    throw SystemError(SystemError.Code(code), call: call, subject: subject)
  }
}

/// As `systemCall`, for a call that takes paths: one with a NUL inside would be cut short by C,
/// and name another file, so it is refused.
@inline(__always)
@discardableResult
func pathCall<Result: FixedWidthInteger & SignedInteger>(
  _ call: String, _ path: String, _ other: String? = nil, _ body: () -> Result
) throws(SystemError) -> Result {
  if hasNUL(path) || other.map(hasNUL) == true {
    throw SystemError(.invalidArgument, call: call, subject: path)
  }
  return try systemCall(call, about: path, body)
}

/// Whether a text would end before its end in C; by memchr, as every name of a file is looked through.
func hasNUL(_ text: String) -> Bool {
  var text = text
  return text.withUTF8 { bytes in
    guard let start = bytes.baseAddress else { return false }
    return memchr(start, 0, bytes.count) != nil
  }
}

/// Throws for a call that answers an errno value instead of setting it.
func checkCode(
  _ code: Int32, _ call: String, about subject: String? = nil
) throws(SystemError) {
  guard code != 0 else { return }
  throw SystemError(SystemError.Code(code), call: call, subject: subject)
}
