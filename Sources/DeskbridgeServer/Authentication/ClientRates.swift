package import DeskbridgeCore
package import DeskbridgeEngine
import Synchronization

/// Counts the messages of each client against its rate, over all its connections.
package final class ClientRates: Sendable {
    private let standard: Rate
    private let monotonic: MonotonicClock
    private let audit: AuditTrail?
    private let windows = Mutex<[Window: RateWindow]>([:])

    /// A client's tokens share a window if they share a rate; a change between two rates must not begin a new one.
    private struct Window: Hashable {
        let client: ClientName
        let rate: Rate
    }

    package init(standard: Rate, monotonic: MonotonicClock, audit: AuditTrail? = nil) {
        self.standard = standard
        self.monotonic = monotonic
        self.audit = audit
    }

    /// Counts one message of this client.
    /// - Throws: `rate_limited`.
    func take(_ client: Authenticated) throws(Problem) {
        guard !client.identity.isLocal else { return }
        let rate = client.rate ?? standard
        let now = monotonic.now()
        let refusal: Duration? = windows.withLock { windows in
            switch windows[Window(client: client.identity.client, rate: rate), default: RateWindow(rate)].take(now: now) {
            case .allowed: return nil
            case .refused(let retryAfter): return retryAfter
            }
        }
        guard let refusal else { return }
        audit?.noteRefusal(of: "send", by: client.identity.actor(through: AuditActor.current.entrance), code: .rateLimited)
        throw Problem(
            .rateLimited, "This client may send \(rate) messages. Wait, then send it again with the same key.", retryAfter: refusal)
    }
}
