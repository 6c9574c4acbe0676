internal import Glibc

/// The folder the ledger lives in, which nobody else on the machine may read.
struct StateFolder {
    let path: String

    var ledger: String { path + "/ledger.db" }
    var lock: String { path + "/lock" }

    /// Makes the folder, and those above it that are missing, for this user alone (mode 0700).
    func make() throws(StoreError) {
        var end = path.startIndex
        while end < path.endIndex {
            end = path[path.index(after: end)...].firstIndex(of: "/") ?? path.endIndex
            guard mkdir(String(path[..<end]), 0o700) == 0 || errno == EEXIST || errno == EISDIR else {
                throw failure("make the folder \(path[..<end])")
            }
        }
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open the folder \(path)") }
        defer { close(descriptor) }
        guard fchmod(descriptor, 0o700) == 0 else { throw failure("keep others out of \(path)") }
    }

    /// Makes the ledger's file if there is none; SQLite gives its log the same mode (0600).
    func makeLedger() throws(StoreError) {
        let descriptor = open(ledger, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("open \(ledger)") }
        defer { close(descriptor) }
        guard fchmod(descriptor, 0o600) == 0 else { throw failure("keep others out of \(ledger)") }
    }

    /// The size of the write-ahead log. A ledger that was closed in good order has none.
    var logSize: Int { size(of: ledger + "-wal") }

    var ledgerSize: Int { size(of: ledger) }

    private func size(of file: String) -> Int {
        var status = stat()
        return stat(file, &status) == 0 ? Int(status.st_size) : 0
    }

    private func failure(_ what: String) -> StoreError {
        let code = errno
        let message = "Cannot \(what): \(String(cString: strerror(code)))"
        switch code {
        case ENOSPC, EDQUOT: return StoreError(.storageFull, message)
        case EIO: return StoreError(.ioError, message)
        default: return StoreError(.notWritable, message)
        }
    }
}
