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
        case expired
        /// Too many wrong codes came (``WrongCodes``), the last from this origin.
        case guessed(by: String)
        /// The page that had asked has gone.
        case withdrawn
        case replaced

        /// How a window ended, in the audit; nil if that is told elsewhere.
        var outcome: String? {
            switch self {
            case .asked: nil
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

        func end(_ last: Notice) {
            notice.yield(last)
            notice.finish()
            verdict?.yield(.lapsed)
            verdict?.finish()
        }
    }

    /// How long a code is good, and then how long the person has to answer.
    static let patience = Duration.seconds(120)

    private let monotonic: MonotonicClock
    private let window = Mutex<Window?>(nil)
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
        let old = window.withLock { window in
            defer { window = opened }
            return window
        }
        if let old { end(old, monotonic.now() < old.expiresAt ? .replaced : .expired) }
        if isShutDown.withLock({ $0 }) { close(id, .withdrawn) }
        return (id, code)
    }

    /// Lets everybody go who waits in a window: the bridge is stopping.
    func shutDown() {
        isShutDown.withLock { $0 = true }
        let open = window.withLock { window in
            defer { window = nil }
            return window
        }
        if let open { end(open, .withdrawn) }
    }

    /// What a window is for; nil if it is no longer there.
    func kind(of id: String) -> PairingRequest.Kind? { window.withLock { window in window.flatMap { $0.id == id ? $0.kind : nil } } }

    /// Whether a page of this origin may try now. The console's own page needs no such leave.
    func isOpen(for origin: String) -> Bool {
        let now = monotonic.now()
        return window.withLock { window in
            guard let window, window.kind == .page, now < window.expiresAt, Self.isReal(origin) else { return false }
            return window.origin.map { $0 == origin } ?? true
        }
    }

    /// A page shows a code. What it gets to know is the same whether there is no window, one for another page, or another code.
    /// - Returns: the window's id, and what the person says, once; nil if the code opens nothing.
    func present(_ code: String, _ request: PairingRequest) -> (id: String, verdicts: AsyncStream<Verdict>)? {
        let now = monotonic.now()
        var guessed: Window?
        defer { if let guessed { end(guessed, .guessed(by: request.origin)) } }
        return window.withLock { window in
            guard var open = window, open.kind == request.kind, now < open.expiresAt, open.verdict == nil,
                open.origin == nil || open.origin == request.origin, open.client == nil || open.client == request.client,
                open.wrongCodes.admits(request.origin)
            else { return nil }
            guard open.code.matches(code) else {
                let consequence = open.wrongCodes.note(request.origin, isOnlyOne: open.origin != nil || open.kind == .console)
                window = consequence == .end ? nil : open
                if consequence == .end { guessed = open }
                return nil
            }
            let (verdicts, verdict) = AsyncStream.makeStream(of: Verdict.self)
            open.verdict = verdict
            open.expiresAt = now + Self.patience
            window = open
            open.notice.yield(.asked(request))
            return (open.id, verdicts)
        }
    }

    /// What happens next in a window; nil if it is no longer there.
    func next(in id: String) async -> Notice? {
        guard let (notices, left) = window.withLock({ window in window.flatMap { $0.id == id ? ($0.notices, $0.expiresAt) : nil } }) else {
            return nil
        }
        let patience = max(left - monotonic.now(), .zero)
        return await withTaskGroup(of: Notice?.self) { group in
            group.addTask { await notices.first { _ in true } }
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
        return window.withLock { window in
            guard let open = window, open.id == id, let waiting = open.verdict, now < open.expiresAt else { return false }
            window = nil
            waiting.yield(verdict)
            waiting.finish()
            open.notice.finish()
            return true
        }
    }

    /// Ends a window, if it is still open.
    func close(_ id: String, _ notice: Notice) {
        let closed = window.withLock { window -> Window? in
            guard let open = window, open.id == id else { return nil }
            window = nil
            return open
        }
        if let closed { end(closed, notice) }
    }

    private func end(_ window: Window, _ notice: Notice) {
        window.end(notice)
        ended(window.id, notice)
    }

    private static func isReal(_ origin: String) -> Bool { (try? Origin(origin)) != nil }
}
