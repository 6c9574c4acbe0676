import CLinux
import Glibc

/// Removes what lies in a folder, however deep it is: programs make what they like where they may write.
///
/// It holds two folders open at a time: those that lie deeper are moved up to the top before their turn comes. So each entry is touched
/// a few times at most, and no path grows long. Links are removed and not followed, and other disks are left alone.
struct TreeRemoval {
    /// So long a removal may hold up other work, in seconds.
    static let longest = 5
    private static let pageSize = 512

    private let isOver: () -> Bool
    private let prefix = ".deskbridge-gone-" + String(UInt64.random(in: .min ... .max), radix: 16) + "-"
    private var moved = 0

    /// - Parameter isOver: whether it is time to leave the rest; asked before each entry.
    init(until isOver: @escaping () -> Bool) { self.isOver = isOver }

    /// Ends ``longest`` seconds from now.
    init() {
        let end = Self.seconds() + Self.longest
        self.init { Self.seconds() >= end }
    }

    private static func seconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec
    }

    /// Removes all that lies in a folder of our own.
    ///
    /// - Parameter last: a file in it that goes when all the others are gone.
    /// - Returns: whether it is empty.
    mutating func empty(_ top: borrowing Directory, last: String? = nil) -> Bool {
        top.allowAll()
        let last = last.map { Array($0.utf8CString) }
        while true {
            guard let page = top.page(Self.pageSize, without: last) else { return false }
            if page.isEmpty { break }
            var isStuck = true
            for name in page {
                if isOver() { return false }
                if remove(name, of: top) { isStuck = false }
            }
            if isStuck { return false }
        }
        guard let last else { return true }
        return unlinkat(top.descriptor, last, 0) == 0 || errno == ENOENT
    }

    /// - Returns: whether there is less in the folder now, or it lies less deep.
    private mutating func remove(_ name: [CChar], of top: borrowing Directory) -> Bool {
        if top.unlink(name) { return true }
        guard let folder = top.own(name) else { return false }
        while true {
            guard let page = folder.page(Self.pageSize, without: nil) else { return false }
            if page.isEmpty { break }
            var isStuck = true
            for inner in page {
                if isOver() { return false }
                if folder.unlink(inner) || moveUp(inner, from: folder, to: top) { isStuck = false }
            }
            if isStuck { return false }
        }
        return unlinkat(top.descriptor, name, AT_REMOVEDIR) == 0
    }

    private mutating func moveUp(_ name: [CChar], from folder: borrowing Directory, to top: borrowing Directory) -> Bool {
        moved += 1
        let free = prefix + String(moved)
        if renameat(folder.descriptor, name, top.descriptor, free) == 0 { return true }
        // A folder that changes its parent must be writable itself (rename(2)).
        guard errno == EACCES, folder.own(name) != nil else { return false }
        return renameat(folder.descriptor, name, top.descriptor, free) == 0
    }
}

extension Directory {
    /// Removes a file, a link or an empty folder.
    fileprivate func unlink(_ name: [CChar]) -> Bool {
        if unlinkat(descriptor, name, 0) == 0 || errno == ENOENT { return true }
        guard errno == EISDIR || errno == EPERM else { return false }
        return unlinkat(descriptor, name, AT_REMOVEDIR) == 0
    }

    /// Opens a folder on the same disk, after giving us all rights to it.
    fileprivate func own(_ name: [CChar]) -> Directory? {
        let flags = UInt64(O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        let resolve = UInt64(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV)
        guard let place = Descriptor(checked: deskbridge_openat2(descriptor, name, flags | UInt64(deskbridge_open_place), 0, resolve)),
            let status = place.status
        else { return nil }
        // A descriptor of this kind takes no fchmod(2); this link leads to the very folder that was opened (proc(5)).
        if status.st_mode & S_IRWXU != S_IRWXU { chmod("/proc/self/fd/\(place.number)", S_IRWXU) }
        return try? Directory(
            descriptor: openat(place.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), path: path, "open a folder in \(path)")
    }

    fileprivate func allowAll() { fchmod(descriptor, S_IRWXU) }

    /// Some of its names as they are on the disk, ended by 0; nil if it cannot be read.
    fileprivate func page(_ count: Int, without excluded: [CChar]?) -> [[CChar]]? {
        let list = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard list >= 0 else { return nil }
        guard let stream = fdopendir(list) else {
            close(list)
            return nil
        }
        defer { closedir(stream) }
        let own: [[CChar]] = [[0x2E, 0], [0x2E, 0x2E, 0]]
        var names: [[CChar]] = []
        while names.count < count {
            errno = 0
            guard let entry = readdir(stream) else { return errno == 0 ? names : nil }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { $0.prefix { $0 != 0 }.map { CChar(bitPattern: $0) } + [0] }
            if !own.contains(name), name != excluded { names.append(name) }
        }
        return names
    }
}
