import CLinux
import Glibc
package import HTTPTypes

/// Receives who connects, on a thread of its own, and lets in whose request is worth an answer.
///
/// A connection costs a descriptor and a few words of memory here, whatever it sends: its bytes stay with the kernel, and are only looked
/// at, until it comes in. So idle connections, slow heads and floods of wrong tokens never reach what answers the others.
package final class Doorkeeper: Sendable {
    /// What becomes of a connection whose request is whole.
    package enum Judgement: Sendable {
        /// Somebody who may sign in: comes in at once.
        case known
        /// Comes in when it is its turn.
        case stranger
        /// Is sent these bytes of HTTP, and goes.
        case refused([UInt8])
    }

    package struct Limits: Sendable {
        /// The connections that may stand at the door at one time.
        package var places: Int
        /// How long the head of a request may take.
        package var patience: Duration
        /// How many strangers come in each second, and at once after a pause.
        package var admissions = (perSecond: 100, burst: 256)

        /// - Parameter places: at most half of the descriptors that the process may have count (getrlimit(2)): the others are for those who came
        ///   in, and for their processes.
        package init(places: Int, patience: Duration) {
            var descriptors = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &descriptors)
            self.places = min(places, max(1, Int(clamping: descriptors.rlim_cur / 2)))
            self.patience = patience
        }
    }

    /// Looks at a request that nobody has answered for yet. It is called on the door's thread, and must not wait.
    package typealias Judge = @Sendable (HTTPRequest) -> Judgement

    /// Those who came in go first.
    private static let niceness: Int32 = 5

    /// The connections that came in, with nothing read from them. Ends when the door was closed. Whoever takes one closes it.
    package let admitted: AsyncStream<Int32>

    private let wakeUp: Int32
    private let loop: DoorLoop.Setup

    /// - Parameters:
    ///   - listeners: sockets that listen and don't block. They are closed at the end.
    ///   - isExhausted: called when there is no descriptor for one more, at most once a minute, with the error's number.
    ///   - makeRoom: frees a descriptor elsewhere, when there is nobody to send away at the door.
    /// - Throws: ``DoorError`` if the process has no descriptor left.
    package init(
        listeners: [Int32], limits: Limits, judge: @escaping Judge, isExhausted: @escaping @Sendable (Int32) -> Void,
        makeRoom: @escaping @Sendable () -> Void
    ) throws {
        guard let epoll = Epoll.create() else { throw DoorError(errno) }
        wakeUp = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wakeUp >= 0 else {
            let cause = errno
            Glibc.close(epoll)
            throw DoorError(cause)
        }
        let (admitted, arrivals) = AsyncStream.makeStream(of: Int32.self)
        self.admitted = admitted
        loop = DoorLoop.Setup(
            listeners: listeners, epoll: epoll, wakeUp: wakeUp, limits: limits, judge: judge, admit: arrivals,
            isExhausted: isExhausted, makeRoom: makeRoom)
    }

    deinit { Glibc.close(wakeUp) }

    /// Starts to receive.
    /// - Throws: ``DoorError`` if the system has no thread to give.
    package func open() throws {
        final class Work: Sendable {
            let setup: DoorLoop.Setup
            let door: Doorkeeper
            init(_ setup: DoorLoop.Setup, _ door: Doorkeeper) { (self.setup, self.door) = (setup, door) }
        }
        let work = Unmanaged.passRetained(Work(loop, self))
        let cause = deskbridge_start_thread(
            "door", Self.niceness,
            { context in
                guard let context else { return }
                let work = Unmanaged<Work>.fromOpaque(context).takeRetainedValue()
                withExtendedLifetime(work) { DoorLoop.run(work.setup) }
            }, work.toOpaque())
        guard cause == 0 else {
            work.release()
            throw DoorError(cause)
        }
    }

    /// Receives nobody any more, and sends away who is still at the door.
    package func close() { eventfd_write(wakeUp, 1) }
}

/// Why a door cannot be opened.
package struct DoorError: Error, CustomStringConvertible {
    private let cause: Int32

    init(_ cause: Int32) { self.cause = cause }

    package var description: String { "Cannot receive connections: \(String(cString: strerror(cause)))" }
}
