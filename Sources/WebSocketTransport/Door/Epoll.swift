import CLinux
import Glibc

/// An epoll(7) instance whose descriptors are known by numbers of our own, so that an event for one that was closed meets nobody.
struct Epoll: ~Copyable {
    struct Interest: OptionSet {
        let rawValue: UInt32
        static let readable = Interest(rawValue: EPOLLIN.rawValue)
        /// The peer sends no more.
        static let ended = Interest(rawValue: EPOLLRDHUP.rawValue)
        /// Told once for each change, and not as long as there is something to read.
        static let changes = Interest(rawValue: EPOLLET.rawValue)
    }

    private let descriptor: Int32
    private var events: [epoll_event]

    /// Makes one; nil if the process has no descriptor left.
    static func create() -> Int32? {
        let descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        return descriptor < 0 ? nil : descriptor
    }

    /// - Parameters:
    ///   - descriptor: is closed at the end.
    ///   - batch: how many events are told at one time.
    init(_ descriptor: Int32, batch: Int) {
        self.descriptor = descriptor
        events = Array(repeating: epoll_event(), count: batch)
    }

    deinit { close(descriptor) }

    func add(_ other: Int32, as number: UInt64, for interest: Interest) -> Bool { control(EPOLL_CTL_ADD, other, number, interest) }

    func change(_ other: Int32, as number: UInt64, to interest: Interest) -> Bool { control(EPOLL_CTL_MOD, other, number, interest) }

    func remove(_ other: Int32) { _ = control(EPOLL_CTL_DEL, other, 0, []) }

    private func control(_ operation: Int32, _ other: Int32, _ number: UInt64, _ interest: Interest) -> Bool {
        var event = epoll_event(events: interest.rawValue, data: epoll_data_t(u64: number))
        return epoll_ctl(descriptor, operation, other, &event) == 0
    }

    /// Waits for events, and tells the numbers of the descriptors they are about, and whether the peer of each sends no more.
    /// - Parameter patience: nil for as long as it takes; it is rounded up to milliseconds.
    mutating func wait(_ patience: Duration?, _ tell: (_ number: UInt64, _ hasEnded: Bool) -> Void) {
        let milliseconds = patience.map { max(0, min(60_000, $0 / .milliseconds(1))).rounded(.up) }
        let count = epoll_wait(descriptor, &events, Int32(events.count), milliseconds.map(Int32.init) ?? -1)
        for event in events.prefix(max(0, Int(count))) {
            tell(event.data.u64, event.events & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0)
        }
    }
}
