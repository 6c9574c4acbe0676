import CLinux
import Glibc

/// What a name in a folder leads to, links not followed.
enum EntryKind: Equatable {
    case folder, file, symlink, other

    init(mode: mode_t) {
        self =
            switch mode & S_IFMT {
            case S_IFDIR: .folder
            case S_IFREG: .file
            case S_IFLNK: .symlink
            default: .other
            }
    }
}

/// An open folder. All below it is reached through it by single names (openat2(2)), so nothing leads out of it: neither links, nor
/// `..`, nor what others move or swap meanwhile. Its calls block.
struct Directory: ~Copyable, Sendable {
    /// Keeps the folder open for whoever holds it, also when this is gone.
    let held: Descriptor
    /// For messages only; holds no secret.
    let path: String

    private static let beneath = UInt64(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS)

    /// Opens a path of the person's own, links followed.
    init(following path: String) throws(FolderProblem) {
        try self.init(descriptor: open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), path: path, "open the folder \(path)")
    }

    /// Takes over what a system call returned; if that was -1, its error says what was being done.
    init(descriptor: Int32, path: String, _ doing: String) throws(FolderProblem) {
        guard let held = Descriptor(checked: descriptor) else { throw .last(doing) }
        self.held = held
        self.path = path
    }

    /// Good only as long as this is: what has to outlast it takes ``held``.
    var descriptor: Int32 { held.number }

    func path(of shown: String) -> String { path == "/" ? "/\(shown)" : "\(path)/\(shown)" }

    /// Opens a folder beneath; `names` are its path from here.
    func folder(_ names: [String], shown: [String]) throws(FolderProblem) -> Directory {
        let path = self.path(of: shown.joined(separator: "/"))
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        return try Directory(descriptor: openBeneath(names.joined(separator: "/"), flags), path: path, "open the folder \(path)")
    }

    func folder(_ name: String, shown: String? = nil) throws(FolderProblem) -> Directory { try folder([name], shown: [shown ?? name]) }

    /// A second description of the same folder, with a position of its own.
    func reopened() throws(FolderProblem) -> Directory {
        try Directory(descriptor: openBeneath(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), path: path, "open the folder \(path)")
    }

    /// The kernel answers EAGAIN if something was moved while it looked, and EXDEV if it was moved out of this folder (openat2(2)).
    private func openBeneath(_ path: String, _ flags: Int32, mode: UInt64 = 0) -> Int32 {
        for _ in 0..<64 {
            let result = deskbridge_openat2(descriptor, path, UInt64(flags), mode, Self.beneath)
            if result >= 0 || ![EAGAIN, EXDEV, EINTR].contains(errno) { return result }
        }
        errno = EAGAIN
        return -1
    }

    /// What stands under the name; nil if nothing does.
    func kind(of name: String, shown: String? = nil) throws(FolderProblem) -> EntryKind? {
        try status(of: name, shown: shown).map { EntryKind(mode: $0.st_mode) }
    }

    func status(of name: String, shown: String? = nil) throws(FolderProblem) -> stat? {
        var status = stat()
        if fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { return status }
        guard errno == ENOENT else { throw .last("look at \(path(of: shown ?? name))") }
        return nil
    }

    func status() throws(FolderProblem) -> stat {
        guard let status = held.status else { throw .last("look at \(path)") }
        return status
    }

    /// The names in it, without `.` and `..`, in no order. Names that are not UTF-8 are left out: no name of ours equals them.
    func names() throws(FolderProblem) -> [String] {
        let list = openBeneath(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard list >= 0 else { throw .last("list the folder \(path)") }
        guard let stream = fdopendir(list) else {
            let problem = FolderProblem.last("list the folder \(path)")
            close(list)
            throw problem
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw .last("list the folder \(path)") }
                return names
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(validating: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if let name, name != ".", name != ".." { names.append(name) }
        }
    }

    /// Makes a folder; false if the name is taken.
    ///
    /// - Parameter exactly: permissions to set whatever the umask is.
    func makeFolder(_ name: String, shown: String? = nil, mode: mode_t = 0o777, exactly: UInt32? = nil) throws(FolderProblem) -> Bool {
        let doing = "make the folder \(path(of: shown ?? name))"
        guard mkdirat(descriptor, name, mode) == 0 else {
            guard errno == EEXIST else { throw .last(doing) }
            return false
        }
        guard let exactly else { return true }
        let made = try folder(name, shown: shown)
        guard fchmod(made.descriptor, exactly) == 0 else { throw .last("set the permissions of \(made.path)") }
        return true
    }

    /// Removes an empty folder, and does nothing if it is not empty or not there.
    @discardableResult
    func removeEmptyFolder(_ name: String) -> Bool { unlinkat(descriptor, name, AT_REMOVEDIR) == 0 }

    /// Makes a file with these bytes; the name must be free. They need not be on the disk yet.
    func makeFile(_ name: String, shown: String? = nil, _ content: [UInt8]) throws(FolderProblem) {
        let doing = "write the file \(path(of: shown ?? name))"
        let file = openBeneath(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode: 0o666)
        guard file >= 0 else { throw .last(doing) }
        var rest = content[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            guard written >= 0 || errno == EINTR else {
                let problem = FolderProblem.last(doing)
                close(file)
                throw problem
            }
            rest = rest.dropFirst(max(0, written))
        }
        // Some disks in the network tell only now that they are full; the descriptor is closed whatever the answer is (close(2)).
        guard close(file) == 0 || errno == EINTR else { throw .last(doing) }
    }

    /// Waits until a file's bytes are on the disk.
    func syncFile(_ name: String, shown: String? = nil) throws(FolderProblem) {
        let doing = "write the file \(path(of: shown ?? name)) to its disk"
        let file = openBeneath(name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { throw .last(doing) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw .last(doing) }
    }

    /// The beginning of a file; nil if there is no such file.
    func beginning(of name: String, count: Int) -> [UInt8]? {
        let file = openBeneath(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: count)
        let length = read(file, &bytes, count)
        return length < 0 ? nil : Array(bytes.prefix(length))
    }

    /// Waits until what was done in this folder itself is on the disk. Disks that know no such call for folders (SMB) answer EINVAL.
    func sync() throws(FolderProblem) {
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw .last("write the folder \(path) to its disk") }
    }
}
