package import DeskbridgeCore
import Synchronization

/// Counts the messages of each client against its rate, over all its connections.
package final class ClientRates: Sendable {
    private let standard: Rate
    private let monotonic: MonotonicClock
    private let windows = Mutex<[ClientName: RateWindow]>([:])

    package init(standard: Rate, monotonic: MonotonicClock) {
        self.standard = standard
        self.monotonic = monotonic
    }

    /// Counts one message of this client.
    /// - Throws: `rate_limited`.
    func take(_ client: Authenticated) throws(Problem) {
        guard !client.identity.isLocal else { return }
        let rate = client.rate ?? standard
        let now = monotonic.now()
        let refusal: Duration? = windows.withLock { windows in
            let name = client.identity.client
            var window = windows[name].flatMap { $0.rate == rate ? $0 : nil } ?? RateWindow(rate)
            defer { windows[name] = window }
            if case .refused(let retryAfter) = window.take(now: now) { return retryAfter }
            return nil
        }
        guard let refusal else { return }
        throw Problem(.rateLimited, "This client may send \(rate) messages. Wait, then send it again with the same key.", retryAfter: refusal)
    }
}
