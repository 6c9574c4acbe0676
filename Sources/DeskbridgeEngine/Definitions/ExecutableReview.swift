package import DeskbridgeCore
internal import Glibc

/// Looks whether somebody else could put another program in the place of one that is granted.
///
/// Each folder and link on the way to the program is looked at, and the program itself (path_resolution(7)). What is found is true
/// for that moment only: whoever starts the program has to look again at what it has opened.
package struct ExecutableReview: Sendable {
    /// As many links as the kernel follows.
    private static let mostLinks = 40

    private let path: String
    private let location: SourceLocation
    private let owners: Set<uid_t>
    private var findings: [PolicyFinding] = []

    /// - Returns: an error if another user can change what is started, a warning if a group can or if there is no such program.
    package static func findings(of place: GrantPlace) -> [PolicyFinding] {
        guard place.kind == .executables else { return [] }
        var review = ExecutableReview(path: place.text, location: place.location, owners: [0, getuid()])
        review.walk()
        return review.findings
    }

    private init(path: String, location: SourceLocation, owners: Set<uid_t>) {
        self.path = path
        self.location = location
        self.owners = owners
    }

    private mutating func walk() {
        var names = Self.names(path)
        var folder = ""
        var links = 0
        guard check("/") != nil else { return }
        while let name = names.popLast() {
            if name == ".." {
                folder = folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? ""
                continue
            }
            let here = "\(folder)/\(name)"
            guard let status = check(here) else { return }
            switch status.st_mode & S_IFMT {
            case S_IFLNK:
                links += 1
                guard links <= Self.mostLinks, let target = Self.target(of: here) else {
                    add(.warning, .missingExecutable, "the links on its way lead nowhere")
                    return
                }
                if target.utf8.first == UInt8(ascii: "/") { folder = "" }
                names += Self.names(target)
            case S_IFDIR: folder = here
            case S_IFREG where names.isEmpty:
                if access(here, X_OK) != 0 { add(.warning, .missingExecutable, "it may not be executed by the user of the bridge") }
                return
            default:
                add(.warning, .missingExecutable, "\(here) is no \(names.isEmpty ? "program" : "folder")")
                return
            }
        }
        add(.warning, .missingExecutable, "it is a folder")
    }

    /// The path's parts, the first one last.
    private static func names(_ path: String) -> [String] { path.split(separator: "/").filter { $0 != "." }.reversed().map(String.init) }

    private static func target(of link: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
    }

    /// Looks at one folder, link or file. Nil if it cannot be looked at.
    private mutating func check(_ entry: String) -> stat? {
        var status = stat()
        guard lstat(entry, &status) == 0 else {
            add(.warning, .missingExecutable, "\(entry) cannot be found (\(String(cString: strerror(errno))))")
            return nil
        }
        if !owners.contains(status.st_uid) {
            add(.error, .unsafeExecutable, "\(entry) belongs to the user \(status.st_uid), who could put another program there")
        }
        // A link's own mode means nothing, and in a sticky folder nobody can replace what belongs to others.
        let isLink = status.st_mode & S_IFMT == S_IFLNK
        let isSticky = status.st_mode & S_IFMT == S_IFDIR && status.st_mode & S_ISVTX != 0
        guard !isLink, !isSticky else { return status }
        if status.st_mode & S_IWOTH != 0 {
            add(.error, .unsafeExecutable, "every user may write \(entry): chmod o-w \(entry)")
        } else if status.st_mode & S_IWGRP != 0 {
            add(.warning, .unsafeExecutable, "the group \(status.st_gid) may write \(entry): chmod g-w \(entry)")
        }
        return status
    }

    private mutating func add(_ level: PolicyFinding.Level, _ kind: PolicyFinding.Kind, _ reason: String) {
        findings.append(PolicyFinding(level, kind, location, "the executable \(path): \(reason)"))
    }
}
