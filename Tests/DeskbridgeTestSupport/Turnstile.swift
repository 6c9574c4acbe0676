internal import Foundation
internal import Glibc
internal import Synchronization

/// A place at which scripts stop until the test says how they go on. No script is left waiting once this is released.
///
/// A script that holds ``shellFunction`` stops with `stop_at PATH` and has its orders in `$answer` then.
package final class Turnstile: Sendable {
    /// The script makes a named pipe of its own, so that no two mistake each other's orders, and says its process id on that of the
    /// turnstile.
    package static let shellFunction = """
        stop_at() {
            [ -p "$1" ] || exit 8
            mkfifo "$1.$$" && echo $$ > "$1" && read -r answer < "$1.$$"
        }
        """

    private let path: String
    private let descriptor: Int32
    private let visitors = Mailbox<Visitor>()

    init(making path: String) throws {
        self.path = path
        // Opened for both directions, so that no script has to wait for its turn to speak (fifo(7)).
        guard mkfifo(path, 0o600) == 0, case let descriptor = open(path, O_RDWR | O_CLOEXEC), descriptor >= 0 else {
            throw ChildProcess.SpawnError(message: "mkfifo \(path) failed")
        }
        self.descriptor = descriptor
        Thread.detachNewThread { self.read() }
    }

    /// Waits until a script stops here that this has not returned before.
    package func arrival() async throws -> Visitor {
        guard let visitor = await visitors.first() else { throw NeverCame("a script at \(path)", instead: []) }
        return visitor
    }

    /// Sends everybody away who has come.
    func release() {
        for visitor in visitors.all { visitor.pass("stop") }
        _ = write(descriptor, "0\n", 2)
    }

    private func read() {
        var unread: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            unread += buffer[..<count]
            while let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                guard let pid = Int32(String(decoding: unread[..<end], as: UTF8.self)), pid > 0 else {
                    close(descriptor)
                    return visitors.finish()
                }
                visitors.put(Visitor(pid: pid, path: "\(path).\(pid)"))
                unread.removeSubrange(...end)
            }
        }
    }

    /// A script that has stopped.
    package struct Visitor: Sendable {
        package let pid: Int32
        fileprivate let path: String

        /// Tells the script this line.
        package func pass(_ answer: String = "go") {
            // Never closed: what nobody has read would be lost with the last end of the pipe.
            let descriptor = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
            let bytes = Array((answer + "\n").utf8)
            _ = write(descriptor, bytes, bytes.count)
        }

        /// Whether the process is still there.
        package var isAlive: Bool {
            guard let status = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return false }
            let state = String(decoding: status, as: UTF8.self).split(separator: ")").last?.split(separator: " ").first
            return state != "Z"
        }
    }
}
