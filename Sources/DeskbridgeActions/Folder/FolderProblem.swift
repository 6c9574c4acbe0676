import DeskbridgeCore
import Glibc
import SystemPackage

/// Why a folder could not be made.
enum FolderProblem: Error, Equatable {
    /// A system call failed; `doing` is what it was for, with the path, as in "make the folder /a/b".
    case system(Int32, doing: String)
    case refused(code: String, message: String)
    /// Others kept changing the same folder.
    case contended(String)
    case cancelled

    /// The error a system call has just left behind.
    static func last(_ doing: String) -> FolderProblem { .system(errno, doing: doing) }

    var errorNumber: Int32? {
        if case .system(let number, _) = self { number } else { nil }
    }

    static func inTheWay(_ kind: EntryKind, _ path: String) -> FolderProblem {
        switch kind {
        case .symlink:
            .refused(code: "symlink_in_the_way", message: "\(path) is a symbolic link, which is not followed: remove or rename it")
        case .folder: .refused(code: "not_a_file", message: "\(path) is a folder where a file belongs: remove or rename it")
        case .file, .other: .refused(code: "not_a_folder", message: "\(path) is no folder: remove or rename it")
        }
    }

    /// - Parameter other: the name that is there; it tells a secret if `name` does.
    static func collision(_ name: SegmentName, at path: String, with other: String) -> FolderProblem {
        let other = name.shown == name.text ? other : name.shown
        return .refused(
            code: "collision",
            message: "\(path) and \"\(other)\" beside it differ only in case or in normal form, and are one name on some disks: rename one")
    }

    var outcome: StepOutcome {
        switch self {
        case .cancelled: .cancelled
        case .refused(let code, let message): .failed(Failure(code, message, .permanent))
        case .contended(let path):
            .failed(Failure("folder_changing", "\(path) kept changing while it was filled; it is tried again", .retryable))
        case .system(let number, let doing): .failed(Self.failure(number, doing))
        }
    }

    /// errno(3); what a person can only change by hand is permanent, what passes or is freed elsewhere is not.
    private static func failure(_ number: Int32, _ doing: String) -> Failure {
        func failure(_ code: String, _ hint: String, _ kind: Failure.Kind) -> Failure {
            Failure(code, "cannot \(doing): \(Errno(rawValue: number)). \(hint)", kind)
        }
        switch number {
        case ENOSPC: return failure("no_space", "Free some space on that disk.", .retryable)
        case EDQUOT: return failure("no_space", "Free some space, or ask for a larger quota.", .retryable)
        case EAGAIN, EBUSY, ENOENT, ENOTEMPTY, ESTALE:
            return failure("folder_changing", "Something was moved or removed there meanwhile; it is tried again.", .retryable)
        case EMFILE, ENFILE, ENOMEM:
            return failure("out_of_resources", "Close some programs, or raise the limit on open files.", .retryable)
        case EACCES, EPERM: return failure("permission_denied", "Allow the user who runs this to read and write there.", .permanent)
        case EROFS: return failure("read_only", "Mount that disk for writing, or choose another root.", .permanent)
        case ENOTDIR: return failure("not_a_folder", "A file stands where a folder belongs: remove or rename it.", .permanent)
        case ELOOP:
            return failure("symlink_in_the_way", "A symbolic link stands there, which is not followed: remove or rename it.", .permanent)
        case EXDEV: return failure("other_disk", "Another disk is mounted beneath the root: make that the root.", .permanent)
        case ENAMETOOLONG: return failure("too_long", "That disk takes only shorter names.", .permanent)
        case EFBIG: return failure("file_too_large", "Raise the limit on the size of files.", .permanent)
        case EINVAL, ENOSYS, EOPNOTSUPP:
            return failure(
                "unsupported", "That disk or this system lacks what is needed (Linux 5.6, renameat2): choose another root.", .permanent)
        default: return failure("io_error", "See whether that disk is there and healthy.", .retryable)
        }
    }
}
