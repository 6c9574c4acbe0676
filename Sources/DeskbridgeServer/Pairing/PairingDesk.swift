package import DeskbridgeCore
import Synchronization

/// The pairing under way: at most one, opened at the desk. Without one, pages that knock leave nothing behind.
package final class PairingDesk: Sendable {
    /// What the person at the desk has said.
    package enum Verdict: Sendable {
        case accepted, refused, lapsed
    }

    /// What the person at the desk is told.
    package enum Notice: Sendable, Equatable {
        case asked(PairingRequest)
        /// A wrong code came from this origin, and so many of it by now.
        case wrongCode(by: String, count: Int)
        /// A page showed the right code under a name, or from an origin, that the desk did not mean.
        case strayed(PairingRequest)
        /// Further mistakes are not told.
        case moreMistakes
        case expired
        /// Too many wrong codes came (``WrongCodes``), the last from this origin.
        case guessed(by: String)
        /// The page that had asked has gone.
        case withdrawn
        case replaced

        /// Whether nothing came of it, and the pairing goes on.
        fileprivate var isMistake: Bool {
            switch self {
            case .wrongCode, .strayed, .moreMistakes: true
            case .asked, .expired, .guessed, .withdrawn, .replaced: false
            }
        }

        /// How a window ended, in the audit; nil if that is told elsewhere.
        var outcome: String? {
            switch self {
            case .asked, .wrongCode, .strayed, .moreMistakes: nil
            case .expired: "expired"
            case .guessed: "guessed"
            case .withdrawn: "withdrawn"
            case .replaced: "replaced"
            }
        }
    }

    private struct Window {
        let id: String
        let code: PairingCode
        let kind: PairingRequest.Kind
        /// The only origin and name that may come, if the desk named them.
        let origin: String?
        let client: ClientName?
        var expiresAt: Duration
        var wrongCodes = WrongCodes()
        let notices: AsyncStream<Notice>
        let notice: AsyncStream<Notice>.Continuation
        /// Set once a page has shown the code.
        var verdict: AsyncStream<Verdict>.Continuation?
        var mistakes = 0

        /// Whoever sends mistakes without end is not listened to without end.
        mutating func tell(_ mistake: Notice) {
            mistakes += 1
            if mistakes <= PairingDesk.mostMistakes { notice.yield(mistake) }
            if mistakes == PairingDesk.mostMistakes + 1 { notice.yield(.moreMistakes) }
        }

        func end(_ last: Notice) {
            notice.yield(last)
            notice.finish()
            verdict?.yield(.lapsed)
            verdict?.finish()
        }
    }

    /// How long a code is good, and then how long the person has to answer.
    static let patience = Duration.seconds(120)
    /// So many mistakes of pages are told in one window.
    static let mostMistakes = 20

    /// What may be going on.
    private struct Windows {
        var open: Window?
        /// What is left to be told of the last window that ended, to whoever was busy with what happened before.
        var last: (id: String, notices: AsyncStream<Notice>)?

        /// Takes the open window away.
        mutating func remove() -> Window? {
            guard let removed = open else { return nil }
            last = (removed.id, removed.notices)
            open = nil
            return removed
        }
    }

    private let monotonic: MonotonicClock
    private let windows = Mutex(Windows())
    private let isShutDown = Mutex(false)
    private let ended: @Sendable (_ id: String, Notice) -> Void

    /// - Parameter ended: hears of each window that ends undecided, on behalf of who ended it.
    package init(monotonic: MonotonicClock, ended: @escaping @Sendable (_ id: String, Notice) -> Void = { _, _ in }) {
        self.monotonic = monotonic
        self.ended = ended
    }

    /// Opens a window of two minutes, in the place of the one before.
    package func open(
        _ kind: PairingRequest.Kind = .page, origin: String? = nil, client: ClientName? = nil
    ) -> (id: String, code: PairingCode) {
        let code = PairingCode()
        let (notices, notice) = AsyncStream.makeStream(of: Notice.self)
        let id = String(BearerToken.mint().secret.suffix(16))
        let opened = Window(
            id: id, code: code, kind: kind, origin: origin, client: client, expiresAt: monotonic.now() + Self.patience, notices: notices,
            notice: notice)
        let old = windows.withLock { windows in
            defer { windows.open = opened }
            return windows.remove()
        }
        if let old { end(old, monotonic.now() < old.expiresAt ? .replaced : .expired) }
        if isShutDown.withLock({ $0 }) { close(id, .withdrawn) }
        return (id, code)
    }

    /// Lets everybody go who waits in a window: the bridge is stopping.
    func shutDown() {
        isShutDown.withLock { $0 = true }
        if let open = windows.withLock({ $0.remove() }) { end(open, .withdrawn) }
    }

    /// What a window is for; nil if it is no longer there.
    func kind(of id: String) -> PairingRequest.Kind? {
        windows.withLock { windows in windows.open.flatMap { $0.id == id ? $0.kind : nil } }
    }

    /// Whether a page of this origin may try now. The console's own page needs no such leave.
    func isOpen(for origin: String) -> Bool {
        let now = monotonic.now()
        return windows.withLock { windows in
            guard let window = windows.open, window.kind == .page, now < window.expiresAt, Self.isReal(origin) else { return false }
            return window.origin.map { $0 == origin } ?? true
        }
    }

    /// A page shows a code. What it gets to know is the same whether there is no window, one for another page, or another code.
    /// - Returns: the window's id, and what the person says, once; nil if the code opens nothing.
    func present(_ code: String, _ request: PairingRequest) -> (id: String, verdicts: AsyncStream<Verdict>)? {
        let now = monotonic.now()
        var guessed: Window?
        defer { if let guessed { end(guessed, .guessed(by: request.origin)) } }
        return windows.withLock { windows in
            guard var open = windows.open, open.kind == request.kind, now < open.expiresAt, open.verdict == nil,
                open.wrongCodes.admits(request.origin)
            else { return nil }
            let isRight = open.code.matches(code)
            guard open.origin == nil || open.origin == request.origin, open.client == nil || open.client == request.client else {
                if isRight { open.tell(.strayed(request)) }
                windows.open = open
                return nil
            }
            guard isRight else {
                let consequence = open.wrongCodes.note(request.origin, isOnlyOne: open.origin != nil || open.kind == .console)
                if consequence == .goOn { open.tell(.wrongCode(by: request.origin, count: open.wrongCodes.count(of: request.origin))) }
                windows.open = open
                if consequence == .end { guessed = windows.remove() }
                return nil
            }
            let (verdicts, verdict) = AsyncStream.makeStream(of: Verdict.self)
            open.verdict = verdict
            open.expiresAt = now + Self.patience
            windows.open = open
            open.notice.yield(.asked(request))
            return (open.id, verdicts)
        }
    }

    /// What happens next in a window; nil if it is no longer there.
    /// - Parameter tellsMistakes: whether what pages do wrong is told too.
    func next(in id: String, tellsMistakes: Bool = false) async -> Notice? {
        let (open, last) = windows.withLock { windows in
            (
                windows.open.flatMap { $0.id == id ? ($0.notices, $0.expiresAt) : nil },
                windows.last.flatMap { $0.id == id ? $0.notices : nil }
            )
        }
        let isTold: @Sendable (Notice) -> Bool = { tellsMistakes || !$0.isMistake }
        // Nothing is added to what an ended window has left to tell.
        if let last { return await last.first(where: isTold) }
        guard let (notices, end) = open else { return nil }
        let patience = max(end - monotonic.now(), .zero)
        return await withTaskGroup(of: Notice?.self) { group in
            group.addTask { await notices.first(where: isTold) }
            group.addTask {
                try? await Task.sleep(for: patience)
                return .expired
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    /// The person at the desk has decided.
    /// - Returns: false if nobody waits for it any more.
    func decide(_ id: String, _ verdict: Verdict) -> Bool {
        let now = monotonic.now()
        return windows.withLock { windows in
            guard let open = windows.open, open.id == id, let waiting = open.verdict, now < open.expiresAt else { return false }
            windows.open = nil
            waiting.yield(verdict)
            waiting.finish()
            open.notice.finish()
            return true
        }
    }

    /// Ends a window, if it is still open.
    func close(_ id: String, _ notice: Notice) {
        let closed = windows.withLock { $0.open?.id == id ? $0.remove() : nil }
        if let closed { end(closed, notice) }
    }

    private func end(_ window: Window, _ notice: Notice) {
        window.end(notice)
        ended(window.id, notice)
    }

    private static func isReal(_ origin: String) -> Bool { (try? Origin(origin)) != nil }
}
