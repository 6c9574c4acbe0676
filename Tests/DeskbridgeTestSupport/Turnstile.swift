internal import Foundation
internal import Glibc

/// A named pipe at which scripts stop until the test says how they go on. A script waits with `read -r answer < PIPE`.
package struct Turnstile: Sendable {
    package let path: String

    init(making path: String) throws {
        self.path = path
        guard mkfifo(path, 0o600) == 0 else { throw ChildProcess.SpawnError(message: "mkfifo \(path) failed") }
    }

    /// Waits until a script stops here.
    package func arrival() async throws -> Visitor {
        let path = path
        let descriptor = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // Opening for writing waits for a reader (fifo(7)).
                Thread.detachNewThread { continuation.resume(returning: open(path, O_WRONLY | O_CLOEXEC)) }
            }
        } onCancel: {
            Self.release(path)
        }
        if Task.isCancelled || descriptor < 0 {
            close(descriptor)
            throw NeverCame("a script at \(path)", instead: [])
        }
        return Visitor(descriptor: descriptor)
    }

    /// Opened for both, the pipe lets everybody through who waits at either end; then they find nobody.
    static func release(_ path: String) {
        let descriptor = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        if descriptor >= 0 { close(descriptor) }
    }

    /// A script that has stopped.
    package final class Visitor: Sendable {
        private let descriptor: Int32

        fileprivate init(descriptor: Int32) { self.descriptor = descriptor }

        // Whoever still waits reads the end of the file.
        deinit { close(descriptor) }

        /// Tells the script this line.
        package func pass(_ answer: String = "go") {
            let bytes = Array((answer + "\n").utf8)
            _ = write(descriptor, bytes, bytes.count)
        }

        /// Tells the script to give up, and waits until it has let go of the pipe.
        package func turnAway() async {
            pass("stop")
            await gone()
        }

        /// Waits until the script has let go of the pipe.
        package func gone() async {
            let descriptor = descriptor
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    var poll = pollfd(fd: descriptor, events: 0, revents: 0)
                    while Glibc.poll(&poll, 1, -1) == -1, errno == EINTR {}
                    continuation.resume()
                }
            }
        }
    }
}
