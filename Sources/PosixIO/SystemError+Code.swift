import CPosix
import Glibc

extension SystemError {
  /// An errno value.
  package struct Code: RawRepresentable, Hashable, Sendable {
    /// The number, as the kernel gave it.
    package let rawValue: Int32

    /// The code with that number.
    package init(rawValue: Int32) { self.rawValue = rawValue }

    init(_ value: Int32) { rawValue = value }
  }
}

extension SystemError.Code {
  /// ENOENT.
  package static let noSuchFile = Self(ENOENT)
  /// EACCES.
  package static let permissionDenied = Self(EACCES)
  /// EPERM.
  package static let notPermitted = Self(EPERM)
  /// EEXIST.
  package static let exists = Self(EEXIST)
  /// ENOSPC.
  package static let noSpace = Self(ENOSPC)
  /// EDQUOT.
  package static let quotaExceeded = Self(EDQUOT)
  /// EROFS.
  package static let readOnlyFileSystem = Self(EROFS)
  /// EISDIR.
  package static let isDirectory = Self(EISDIR)
  /// ENOTDIR.
  package static let notDirectory = Self(ENOTDIR)
  /// ENOTEMPTY.
  package static let notEmpty = Self(ENOTEMPTY)
  /// ELOOP; also what `O_NOFOLLOW` gives for a symbolic link.
  package static let tooManyLinks = Self(ELOOP)
  /// EMFILE, this process has too many open files.
  package static let tooManyOpenFiles = Self(EMFILE)
  /// ENFILE, the system has.
  package static let systemFileTableFull = Self(ENFILE)
  /// EIO.
  package static let inputOutput = Self(EIO)
  /// EFBIG; also what a read with a limit gives.
  package static let fileTooLarge = Self(EFBIG)
  /// EPIPE.
  package static let brokenPipe = Self(EPIPE)
  /// EAGAIN, nothing to do at the moment.
  package static let wouldBlock = Self(EAGAIN)
  /// EBUSY.
  package static let busy = Self(EBUSY)
  /// EINVAL.
  package static let invalidArgument = Self(EINVAL)
  /// EBADF.
  package static let badDescriptor = Self(EBADF)
  /// ENAMETOOLONG.
  package static let nameTooLong = Self(ENAMETOOLONG)
  /// ENOEXEC, neither a binary for this machine nor a script with an interpreter line.
  package static let notExecutableFormat = Self(ENOEXEC)
  /// E2BIG, arguments and environment together are too long.
  package static let argumentsTooLong = Self(E2BIG)
  /// ENOMEM.
  package static let outOfMemory = Self(ENOMEM)
  /// ESRCH.
  package static let noSuchProcess = Self(ESRCH)
  /// ECHILD.
  package static let noChild = Self(ECHILD)
  /// EXDEV.
  package static let crossDevice = Self(EXDEV)
  /// ENOSYS, the kernel lacks the call.
  package static let notImplemented = Self(ENOSYS)
  /// ENOTTY.
  package static let notTerminal = Self(ENOTTY)
  /// ENXIO.
  package static let noSuchDevice = Self(ENXIO)
  /// ETXTBSY.
  package static let textBusy = Self(ETXTBSY)
  /// ECANCELED; what a start gives that was refused, see ``StartRecord``.
  package static let cancelled = Self(ECANCELED)

  /// True when there is no such file, or a part of its path is not a directory.
  package var isMissing: Bool { self == .noSuchFile || self == .notDirectory }
  /// True when the rights do not suffice.
  package var isForbidden: Bool { self == .permissionDenied || self == .notPermitted }
  /// True when the disk or the quota is full.
  package var isFull: Bool { self == .noSpace || self == .quotaExceeded }
}

extension SystemError.Code {
  /// The reason in lower-case words, in English whatever the locale.
  package var reason: String {
    switch self {
    case .noSuchFile: "no such file or directory"
    case .permissionDenied: "permission denied"
    case .notPermitted: "operation not permitted"
    case .exists: "already exists"
    case .noSpace: "no space left on the device"
    case .quotaExceeded: "disk quota exceeded"
    case .readOnlyFileSystem: "the file system is read-only"
    case .isDirectory: "is a directory"
    case .notDirectory: "not a directory"
    case .notEmpty: "the directory is not empty"
    case .tooManyLinks: "a symbolic link where none is allowed, or too many of them"
    case .tooManyOpenFiles: "too many open files"
    case .systemFileTableFull: "too many open files in the system"
    case .inputOutput: "input/output error"
    case .fileTooLarge: "the file is too large"
    case .brokenPipe: "the reader has gone away"
    case .notExecutableFormat: "not a program this machine can run (a script needs a #! line)"
    case .argumentsTooLong: "arguments and environment are too long"
    default: systemWords
    }
  }

  private var systemWords: String {
    guard let words = qctl_error_words(rawValue) else { return "error \(rawValue)" }
    let text = String(cString: words)
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}
