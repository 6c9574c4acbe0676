import CLinux
import Glibc
import HTTPTypes

/// What the door's thread does: waits, looks, and carries out what the ``Backlog`` says.
struct DoorLoop: ~Copyable {
    struct Setup: Sendable {
        let listeners: [Int32]
        let epoll: Int32
        let wakeUp: Int32
        let limits: Doorkeeper.Limits
        let judge: Doorkeeper.Judge
        let admit: AsyncStream<Int32>.Continuation
        let isExhausted: @Sendable (Int32) -> Void
        let makeRoom: @Sendable () -> Void
    }

    /// Most bytes of a request that are looked at.
    private static let preview = 8 << 10
    /// How many connections are accepted before those that are there get their turn.
    private static let acceptBatch = 64
    /// The pieces of a refused request that are read, so that its answer isn't lost.
    private static let drainedPieces = 16
    private static let pause = Duration.milliseconds(100)
    private static let reportInterval = Duration.seconds(60)
    /// The bytes that the kernel takes from a connection before they are read: little at the door, and at least two messages behind it.
    private static let buffer: Int32 = 8 << 10
    private static let admittedBuffer: Int32 = 128 << 10
    /// Callers are numbered from here on; below are the sockets of the door itself.
    private static let firstCaller: UInt64 = 1 << 32

    private let setup: Setup
    private let began = ContinuousClock.now
    private var epoll: Epoll
    private var backlog: Backlog
    private var descriptors: [Backlog.Caller: Int32] = [:]
    private var lastCaller = firstCaller
    /// Whether new connections are asked for.
    private var isListening = true
    /// No connection is accepted before.
    private var resumes: Duration?
    private var reportedAt: Duration?
    private var bytes = [UInt8](repeating: 0, count: preview)

    /// Returns when the door was closed.
    static func run(_ setup: Setup) {
        defer {
            for listener in setup.listeners { close(listener) }
            setup.admit.finish()
        }
        var loop = DoorLoop(setup, Epoll(setup.epoll, batch: 256))
        while loop.turn() {}
        for descriptor in loop.descriptors.values { close(descriptor) }
    }

    private init(_ setup: Setup, _ epoll: consuming Epoll) {
        self.setup = setup
        self.epoll = epoll
        let limits = setup.limits
        // Each one more would take somebody's place, which is worth less than the time of those who came in.
        backlog = Backlog(
            places: limits.places, patience: limits.patience,
            admissions: Pace(perSecond: limits.admissions.perSecond, burst: limits.admissions.burst),
            replacements: Pace(perSecond: 1000, burst: Self.acceptBatch))
        _ = self.epoll.add(setup.wakeUp, as: UInt64(setup.wakeUp), for: .readable)
        for listener in setup.listeners {
            // Accepted sockets inherit it (tcp(7)).
            Self.setReceiveBuffer(of: listener, to: Self.buffer)
            _ = self.epoll.add(listener, as: UInt64(listener), for: .readable)
        }
    }

    private var now: Duration { began.duration(to: .now) }

    /// - Returns: false once the door was closed.
    private mutating func turn() -> Bool {
        let next = [backlog.nextDue, resumes].compactMap(\.self).min()
        var events: [(number: UInt64, hasEnded: Bool)] = []
        let before = now
        epoll.wait(next.map { $0 - before }) { events.append(($0, $1)) }
        let now = now
        for (number, hasEnded) in events {
            if number == UInt64(setup.wakeUp) { return false }
            if number >= Self.firstCaller { look(at: number, hasEnded, now) } else { accept(from: Int32(number), now) }
        }
        if let resumes, resumes <= now { listen(true) }
        carryOut(backlog.due(now: now), now)
        return true
    }

    private mutating func listen(_ isListening: Bool, until time: Duration? = nil) {
        resumes = time
        guard isListening != self.isListening else { return }
        self.isListening = isListening
        for listener in setup.listeners { _ = epoll.change(listener, as: UInt64(listener), to: isListening ? .readable : []) }
    }

    private mutating func accept(from listener: Int32, _ now: Duration) {
        for _ in 0..<Self.acceptBatch {
            guard isListening else { return }
            let next = backlog.nextArrival(now: now)
            guard next <= now else { return listen(false, until: next) }
            let descriptor = deskbridge_accept(listener)
            guard descriptor >= 0 else {
                switch errno {
                // The peer was gone before it was accepted.
                case ECONNABORTED, EINTR: continue
                case EMFILE, ENFILE, ENOBUFS, ENOMEM: return exhausted(errno, now)
                default: return
                }
            }
            lastCaller += 1
            descriptors[lastCaller] = descriptor
            carryOut(backlog.arrived(lastCaller, now: now), now)
            if !epoll.add(descriptor, as: lastCaller, for: [.readable, .ended, .changes]) { end(lastCaller) }
        }
    }

    /// The socket stays readable, so it is not listened to for a moment, and somebody has to give its descriptor back.
    private mutating func exhausted(_ cause: Int32, _ now: Duration) {
        if reportedAt.map({ now - $0 >= Self.reportInterval }) ?? true {
            reportedAt = now
            setup.isExhausted(cause)
        }
        let shed = backlog.shedOne()
        if shed.isEmpty { setup.makeRoom() }
        carryOut(shed, now)
        listen(false, until: now + Self.pause)
    }

    /// Looks at what has come in from a caller, and leaves it where it is.
    private mutating func look(at caller: Backlog.Caller, _ hasEnded: Bool, _ now: Duration) {
        guard let descriptor = descriptors[caller] else { return }
        if backlog.isLeaving(caller) { return drain(caller, descriptor) }
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_PEEK | MSG_DONTWAIT))
        guard count > 0 else {
            // At its end with nothing asked, or broken.
            if Self.isOver(count) { end(caller) }
            return
        }
        if backlog.isWaiting(caller) { return }
        backlog.began(caller)
        switch bytes.withUnsafeBytes({ RequestPreview(UnsafeRawBufferPointer(rebasing: $0[..<count]), limit: Self.preview) }) {
        case .unfinished: if hasEnded { end(caller) }
        case .unclear: carryOut(backlog.asked(caller, now: now), now)
        case .whole(let request):
            switch setup.judge(request) {
            case .known: admit(caller)
            case .stranger: carryOut(backlog.asked(caller, now: now), now)
            case .refused(let answer): self.answer(caller, answer, now)
            }
        }
    }

    private mutating func carryOut(_ actions: [Backlog.Action], _ now: Duration) {
        for action in actions {
            switch action {
            case .admit(let caller): admit(caller)
            case .answerTimeout(let caller): answer(caller, DoorAnswer.timeout, now)
            case .answerBusy(let caller): answer(caller, DoorAnswer.busy, now)
            case .close(let caller): end(caller)
            }
        }
    }

    private mutating func admit(_ caller: Backlog.Caller) {
        backlog.left(caller)
        guard let descriptor = descriptors.removeValue(forKey: caller) else { return }
        epoll.remove(descriptor)
        Self.setReceiveBuffer(of: descriptor, to: Self.admittedBuffer)
        if case .terminated = setup.admit.yield(descriptor) { close(descriptor) }
    }

    /// Ours is shut after the answer, and the connection closed when the caller shuts its own: closing with bytes unread would reset it,
    /// and the caller could lose the answer (RFC 9112 section 9.6).
    private mutating func answer(_ caller: Backlog.Caller, _ answer: [UInt8], _ now: Duration) {
        guard let descriptor = descriptors[caller] else { return }
        // What doesn't fit into an empty buffer is not worth waiting for.
        _ = send(descriptor, answer, answer.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
        shutdown(descriptor, Int32(SHUT_WR))
        backlog.answered(caller, now: now)
        drain(caller, descriptor)
    }

    /// Throws away what a caller sends that was answered; whoever goes on sending is cut off.
    private mutating func drain(_ caller: Backlog.Caller, _ descriptor: Int32) {
        for _ in 0..<Self.drainedPieces {
            let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            guard count > 0 else {
                if Self.isOver(count) { end(caller) }
                return
            }
        }
        end(caller)
    }

    /// Whether recv(2) says that nothing more will come.
    private static func isOver(_ count: Int) -> Bool { count == 0 || count < 0 && errno != EAGAIN && errno != EINTR }

    private static func setReceiveBuffer(of descriptor: Int32, to bytes: Int32) {
        var bytes = bytes
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
    }

    private mutating func end(_ caller: Backlog.Caller) {
        backlog.left(caller)
        if let descriptor = descriptors.removeValue(forKey: caller) { close(descriptor) }
    }
}
