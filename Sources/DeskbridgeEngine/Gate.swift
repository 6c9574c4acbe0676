package import DeskbridgeCore
internal import Synchronization

/// The one place that decides whether somebody may do something. Every entrance asks here.
package final class Gate: Sendable {
    package enum Verb: Sendable {
        case submit(EventType)
        /// Read an event, its output or its confirmation.
        case see(owner: ClientName)
        /// Retry, cancel or drop an event, or decide what became of it.
        case manage(owner: ClientName)
        /// Answer for the person at the desk whether an event may run.
        case decide(owner: ClientName)
        /// Make, list and revoke tokens.
        case administer
        /// Begin a desk session.
        case openConsole
    }

    /// What the gate says if it doesn't say no.
    package struct Permission: Sendable, Hashable {
        /// The rule that decided.
        package let rule: String
        /// The time that the person at the desk has to agree; nil if nobody has to.
        package var asks: Duration?
    }

    private struct Window: Hashable {
        let rule: String
        let client: ClientName
    }

    private let windows = Mutex<[Window: RateWindow]>([:])
    private let clock: MonotonicClock

    package init(clock: MonotonicClock) { self.clock = clock }

    /// - Returns: the rule that allows it, or wants the person at the desk to be asked.
    /// - Throws: ``Problem`` that says why not.
    @discardableResult
    package func check(_ identity: Identity, _ verb: Verb, under policy: Policy) throws(Problem) -> Permission {
        switch verb {
        case .submit(let type): return try checkSubmit(identity, type, policy)
        case .see(let owner):
            guard identity.isOwner || identity.client == owner || policy.canSee(viewer: identity.client.text, owner: owner.text) else {
                throw Problem(.notFound, "There is no such event for this client.")
            }
            return Permission(rule: "owner")
        case .manage(let owner):
            guard identity.isOwner || identity.client == owner else {
                throw Problem(.notFound, "There is no such event for this client.")
            }
            return Permission(rule: "owner")
        case .decide(let owner):
            // Never the client itself, whatever the policies say.
            guard identity.isOwner else {
                try check(identity, .see(owner: owner), under: policy)
                throw Problem(
                    .forbidden,
                    "Only the person at the desk decides, at the notification, in the console, or with `deskbridge queue approve` and `deny`.")
            }
            return Permission(rule: "owner")
        case .administer:
            guard identity.isOwner else {
                throw Problem(.forbidden, "Tokens are managed on the machine itself, with `deskbridge token`.")
            }
            return Permission(rule: "owner")
        case .openConsole:
            // Not from the console: a desk session would otherwise never end.
            guard identity.isLocal else {
                throw Problem(.forbidden, "The console is opened on the machine itself, with `deskbridge console`.")
            }
            return Permission(rule: "local")
        }
    }

    private func checkSubmit(_ identity: Identity, _ type: EventType, _ policy: Policy) throws(Problem) -> Permission {
        let decision = policy.decide(PolicyRequest(type: type.text, client: identity.client.text, origin: identity.origin))
        let rule = decision.rule?.description ?? "default"
        var permission = Permission(rule: rule)
        switch decision.effect {
        case .allow: break
        case .ask(let timeout): permission.asks = timeout
        case .deny: throw Problem(.deniedByPolicy, decision.reason)
        }
        if let rate = decision.rate { try take(rate, rule: rule, client: identity.client) }
        return permission
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
