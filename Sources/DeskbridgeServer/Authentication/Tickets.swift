package import DeskbridgeCore
import DeskbridgeEngine
import Synchronization

/// Short-lived passes, good once. They live in memory only.
package final class Tickets: Sendable {
    /// For what cannot set headers.
    package static let lifetime = Duration.seconds(30)
    /// For a browser that may have to start first.
    static let consoleLifetime = Duration.seconds(120)
    private static let mostOutstanding = 1000

    private struct Ticket {
        let identity: Identity
        let expiresAt: Duration
    }

    private let monotonic: MonotonicClock
    let lifetime: Duration
    private let tickets = Mutex<[String: Ticket]>([:])

    package init(monotonic: MonotonicClock, lifetime: Duration = Tickets.lifetime) {
        self.monotonic = monotonic
        self.lifetime = lifetime
    }

    /// - Returns: nil if too many are outstanding.
    func issue(to identity: Identity) -> String? {
        let now = monotonic.now()
        let text = "dbk_" + BearerToken.mint().secret.dropFirst(BearerToken.prefix.count)
        return tickets.withLock { tickets in
            if tickets.count >= Self.mostOutstanding { tickets = tickets.filter { $0.value.expiresAt > now } }
            guard tickets.count < Self.mostOutstanding else { return nil }
            tickets[text] = Ticket(identity: identity, expiresAt: now + lifetime)
            return text
        }
    }

    /// Whether a ticket could be redeemed now.
    func holds(_ text: String) -> Bool { tickets.withLock { $0[text] }.map { $0.expiresAt > monotonic.now() } ?? false }

    /// Uses a ticket up.
    func redeem(_ text: String) -> Identity? {
        guard let ticket = tickets.withLock({ $0.removeValue(forKey: text) }), ticket.expiresAt > monotonic.now() else { return nil }
        return ticket.identity
    }
}
