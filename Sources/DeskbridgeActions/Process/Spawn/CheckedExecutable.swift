import CLinux
import DeskbridgeCore
import Glibc

/// An executable that nobody but this user and root can have put there or can change, opened.
///
/// What is executed later is this very file, so that swapping it after the check achieves nothing. Links are followed, as `/bin/sh` and
/// `/usr/bin/python3` are links on most systems, but each link and each folder on the way must be as safe as the file.
final class CheckedExecutable: Sendable {
    let file: Descriptor
    /// Where it lies, without links.
    let path: String
    let size: Int

    private init(_ file: Descriptor, _ path: String, size: Int) {
        self.file = file
        self.path = path
        self.size = size
    }

    /// Waits for the file system: not to be called from a task.
    /// - Throws: `executable_missing`, `executable_not_runnable` or `executable_not_safe`.
    static func open(_ path: String) throws(Failure) -> CheckedExecutable {
        var walk = ExecutableWalk(path)
        let (file, status) = try walk.target()
        guard status.isKind(S_IFREG), access("/proc/self/fd/\(file.number)", X_OK) == 0 else {
            throw Failure(
                "executable_not_runnable", "\(path) is no file that this user may execute: check what it is and its mode", .permanent)
        }
        guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            throw ExecutableWalk.unsafe(path, "others may write to \(walk.place): chmod go-w \(walk.place)")
        }
        return CheckedExecutable(file, walk.place, size: Int(status.st_size))
    }
}

/// Follows a path step by step, and looks at each folder and each link on it.
private struct ExecutableWalk {
    private let path: String
    private var folder: Descriptor?
    private var walked: [String] = []
    /// What is still to be walked, the last one first.
    private var ahead: [String]
    private var links = 0
    /// As many as the kernel follows (path_resolution(7)).
    private static let mostLinks = 40

    init(_ path: String) {
        self.path = path
        ahead = Self.names(path)
    }

    var place: String { "/" + walked.joined(separator: "/") }

    private static func names(_ path: String) -> [String] {
        path.utf8.split(separator: UInt8(ascii: "/")).reversed().compactMap { String($0) }.filter { $0 != "." }
    }

    mutating func target() throws(Failure) -> (Descriptor, stat) {
        folder = Descriptor(place: "/", O_DIRECTORY)
        while true {
            guard let name = ahead.popLast() else { throw notRunnable }
            let flags = deskbridge_open_place | O_NOFOLLOW | O_CLOEXEC
            guard let folder, let entry = Descriptor(checked: openat(folder.number, name, flags)), let status = entry.status else {
                throw missing(errno)
            }
            if name == ".." {
                self.folder = entry
                _ = walked.popLast()
                continue
            }
            guard status.st_uid == 0 || status.st_uid == geteuid() else {
                throw Self.unsafe(path, "\(place(of: name)) belongs to user \(status.st_uid), who could change what runs")
            }
            if status.isKind(S_IFLNK) {
                try follow(entry)
            } else if status.isKind(S_IFDIR) {
                guard status.st_mode & S_IWOTH == 0 || status.st_mode & S_ISVTX != 0 else {
                    throw Self.unsafe(path, "everybody may write to the folder \(place(of: name)): chmod o-w \(place(of: name))")
                }
                self.folder = entry
                walked.append(name)
            } else {
                guard ahead.isEmpty else { throw missing(ENOTDIR) }
                walked.append(name)
                return (entry, status)
            }
        }
    }

    private mutating func follow(_ link: Descriptor) throws(Failure) {
        links += 1
        guard links <= Self.mostLinks else { throw missing(ELOOP) }
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = bytes.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { $0.baseAddress.map { readlinkat(link.number, "", $0, Int(PATH_MAX)) } ?? -1 }
        }
        guard count > 0, let target = String(validating: bytes.prefix(count), as: UTF8.self) else { throw missing(ENOENT) }
        if target.utf8.first == UInt8(ascii: "/") {
            folder = Descriptor(place: "/", O_DIRECTORY)
            walked = []
        }
        ahead += Self.names(target)
    }

    private func place(of name: String) -> String { walked.isEmpty ? "/\(name)" : "\(place)/\(name)" }

    private var notRunnable: Failure {
        Failure("executable_not_runnable", "\(path) is no file that this user may execute: check what it is and its mode", .permanent)
    }

    private func missing(_ error: CInt) -> Failure {
        Failure(
            "executable_missing",
            "the executable \(path) of argv[0] cannot be found (\(String(cString: strerror(error)))): install it, or correct the action",
            .permanent)
    }

    static func unsafe(_ path: String, _ reason: String) -> Failure {
        Failure("executable_not_safe", "\(path) was not started: \(reason)", .permanent)
    }
}
