import CLinux
import Glibc
import Synchronization

/// An open file that is closed at the latest when nobody holds it any more.
final class Descriptor: Sendable {
    private let held: Atomic<CInt>

    /// Takes over a descriptor.
    init(_ number: CInt) { held = Atomic(number) }

    /// Opens a place to refer to it and not to read it (O_PATH), links followed. Nil with errno set if that fails.
    convenience init?(place path: String, _ flags: CInt = 0) { self.init(checked: open(path, deskbridge_open_place | O_CLOEXEC | flags)) }

    /// Takes over what a system call returned, nil if that was -1.
    convenience init?(checked number: CInt) {
        guard number >= 0 else { return nil }
        self.init(number)
    }

    deinit { close() }

    /// -1 once it has been closed.
    var number: CInt { held.load(ordering: .relaxed) }

    func close() {
        let number = held.exchange(-1, ordering: .relaxed)
        if number >= 0 { Glibc.close(number) }
    }

    /// What fstat(2) says.
    var status: stat? {
        var status = stat()
        return fstat(number, &status) == 0 ? status : nil
    }
}

extension stat {
    func isKind(_ kind: mode_t) -> Bool { st_mode & S_IFMT == kind }
}
