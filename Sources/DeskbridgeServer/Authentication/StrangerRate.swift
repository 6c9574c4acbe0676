import DeskbridgeCore
import HTTPTypes
import NIOCore
import Synchronization
import WebSocketTransport

/// How many requests are answered of those who have not signed in, all of them together. Whoever may sign in doesn't count.
final class StrangerRate: Sendable {
    /// Enough for several pages that load at once.
    static let standard = Rate(count: 500, window: .seconds(1))

    private let authenticator: Authenticator
    private let budget: ConnectionBudget
    private let monotonic: MonotonicClock
    private let window: Mutex<RateWindow>

    init(authenticator: Authenticator, budget: ConnectionBudget, monotonic: MonotonicClock, rate: Rate = standard) {
        self.authenticator = authenticator
        self.budget = budget
        self.monotonic = monotonic
        window = Mutex(RateWindow(rate))
    }

    func isKnown(_ channel: any Channel) -> Bool { budget.isKnown(channel) }

    /// Counts a request.
    /// - Throws: `rate_limited`.
    func take(_ request: HTTPRequest, _ channel: any Channel) throws(Problem) {
        if isKnown(channel) { return }
        let credential = Authenticator.credential(of: request, query: QueryItems(request.path ?? ""))
        if case .good = authenticator.standing(of: credential) { return }
        guard case .refused(let retryAfter) = window.withLock({ $0.take(now: monotonic.now()) }) else { return }
        throw Problem(
            .rateLimited, "Too many requests of nobody who has signed in are coming in. Wait, then try again.", retryAfter: retryAfter)
    }
}
