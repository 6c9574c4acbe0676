package import DeskbridgeCore
internal import Synchronization

/// The one place that decides whether somebody may do something. Every entrance asks here.
package final class Gate: Sendable {
    package enum Verb: Sendable {
        /// Cause an event, now.
        case submit(EventType, payload: JSONValue, at: Timestamp)
        /// Read an event, its output or its confirmation.
        case see(owner: ClientName)
        /// Retry, cancel or drop an event, or decide what became of it.
        case manage(owner: ClientName)
        /// Make, list and revoke tokens.
        case administer
        /// See the policies, and what they would say to anybody.
        case readPolicies
    }

    private struct Window: Hashable {
        let rule: String
        let client: ClientName
    }

    private let windows = Mutex<[Window: RateWindow]>([:])
    private let clock: MonotonicClock
    /// By which the times of day in policies are meant.
    package let zone: ZoneOffset

    package init(clock: MonotonicClock, zone: ZoneOffset = .system) {
        self.clock = clock
        self.zone = zone
    }

    /// Whether a client may be told of this event type: there may be a payload and a time with which it can cause it.
    package static func mayCause(_ type: String, _ identity: Identity, under policy: Policy) -> Bool {
        identity.isLocal || policy.mayCause(type: type, client: identity.client.text, origin: identity.origin)
    }

    /// - Returns: the rule that allows it.
    /// - Throws: ``Problem`` that says why not.
    @discardableResult
    package func check(_ identity: Identity, _ verb: Verb, under policy: Policy) throws(Problem) -> String {
        switch verb {
        case .submit(let type, let payload, let now):
            let request = PolicyRequest(
                type: type.text, client: identity.client.text, origin: identity.origin, payload: payload,
                moment: LocalMoment(now, in: zone))
            return try checkSubmit(identity, request, policy)
        case .see(let owner):
            guard identity.isLocal || identity.client == owner || policy.canSee(viewer: identity.client.text, owner: owner.text) else {
                throw Problem(.notFound, "There is no such event for this client.")
            }
            return "owner"
        case .manage(let owner):
            guard identity.isLocal || identity.client == owner else {
                throw Problem(.notFound, "There is no such event for this client.")
            }
            return "owner"
        case .administer:
            guard identity.isLocal else {
                throw Problem(.forbidden, "Tokens are managed on the machine itself, with `deskbridge token`.")
            }
            return "local"
        case .readPolicies:
            guard identity.isLocal else { throw Problem(.forbidden, "Policies are shown on the machine itself, with `deskbridge policy`.") }
            return "local"
        }
    }

    private func checkSubmit(_ identity: Identity, _ request: PolicyRequest, _ policy: Policy) throws(Problem) -> String {
        let decision = policy.decide(request)
        let rule = decision.rule?.description ?? "default"
        switch decision.effect {
        case .allow: break
        case .ask:
            throw Problem(
                .deniedByPolicy, "A policy wants the person at the desk to be asked, which this version cannot do yet.")
        case .deny: throw Problem(.deniedByPolicy, decision.reason)
        }
        if let rate = decision.rate { try take(rate, rule: rule, client: identity.client) }
        return rule
    }

    private func take(_ rate: Rate, rule: String, client: ClientName) throws(Problem) {
        let now = clock.now()
        let refusal: Duration? = windows.withLock { windows in
            let key = Window(rule: rule, client: client)
            var window = windows[key].flatMap { $0.rate == rate ? $0 : nil } ?? RateWindow(rate)
            defer { windows[key] = window }
            if case .refused(let retryAfter) = window.take(now: now) { return retryAfter }
            return nil
        }
        if let refusal {
            throw Problem(.rateLimited, "A policy lets each client cause this \(rate.description) at most.", retryAfter: refusal)
        }
    }
}
