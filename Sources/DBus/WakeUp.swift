internal import CDBus
internal import Glibc

/// An eventfd(2), by which other threads end the poll(2) of one.
final class WakeUp: Sendable {
    let descriptor: Int32

    /// Nil if the process has no descriptor left.
    init?() {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        if descriptor < 0 { return nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func signal() { eventfd_write(descriptor, 1) }

    func clear() {
        var count: eventfd_t = 0
        eventfd_read(descriptor, &count)
    }
}
