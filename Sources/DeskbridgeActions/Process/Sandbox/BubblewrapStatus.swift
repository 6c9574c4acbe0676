import Glibc

/// What bubblewrap tells of the program that it was to start.
enum BubblewrapStatus {
    /// Whether the program was started and ended: bubblewrap writes `exit-code` then, and nothing of the kind if it failed itself.
    static func tellsOfProgram(_ descriptor: Descriptor) -> Bool {
        // What it wrote is there, since it has ended; nobody else that holds the other end shall be waited for.
        _ = fcntl(descriptor.number, F_SETFL, O_NONBLOCK)
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor.number, &bytes, bytes.count)
        return count > 0 && bytes.prefix(count).firstRange(of: Array("\"exit-code\"".utf8)) != nil
    }

    /// It exits with 128 and the signal that ended the program, as shells do.
    static func status(_ status: ProcessEnding.Status) -> ProcessEnding.Status {
        if case .code(let code) = status, (129...192).contains(code) { return .signal(CInt(code - 128)) }
        return status
    }
}
