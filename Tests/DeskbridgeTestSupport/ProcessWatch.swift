internal import CLinux
internal import Foundation
internal import Glibc

/// Tells when a process has ended that is no child of the test.
package final class ProcessWatch: Sendable {
    private let descriptor: Int32

    /// Nil if there is no such process.
    package init?(_ process: Int32) {
        descriptor = deskbridge_pidfd_open(process)
        if descriptor < 0 { return nil }
    }

    deinit { close(descriptor) }

    package func waitForEnd() async {
        let descriptor = self.descriptor
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                while poll(&waiting, 1, -1) < 0, errno == EINTR {}
                continuation.resume()
            }
        }
    }
}
