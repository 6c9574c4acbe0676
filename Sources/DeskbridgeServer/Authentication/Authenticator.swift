package import DeskbridgeCore
package import DeskbridgeEngine
import DeskbridgeStore
package import HTTPTypes
import Synchronization

/// Finds out who asks. One type for every entrance: before routing, before the upgrade, and for the first message of a socket.
package final class Authenticator: Sendable {
    private let tokens: TokenDirectory
    private let tickets: Tickets
    private let monotonic: MonotonicClock
    private let failures: Mutex<FailureBudget>
    private let audit: AuditTrail?

    /// - Parameter failures: how many wrong credentials are answered in a window, whoever sends them.
    package init(tokens: TokenDirectory, tickets: Tickets, failures: Rate, monotonic: MonotonicClock, audit: AuditTrail? = nil) {
        self.tokens = tokens
        self.tickets = tickets
        self.monotonic = monotonic
        self.failures = Mutex(FailureBudget(failures))
        self.audit = audit
    }

    /// What a request presented.
    package enum Credential: Sendable {
        case none
        case token(BearerToken)
        case ticket(String)
        /// A ticket, for something that whoever has it could ask for with its token.
        case misplacedTicket
        /// Something was presented, but it has not the shape of a credential.
        case malformed

        var isNone: Bool {
            if case .none = self { true } else { false }
        }
    }

    /// What a ticket opens: what browsers open without headers of the page's own. For anything else it would be a token in a URL.
    private static let ticketPaths: Set = ["/v1/ws", "/v1/stream"]

    /// Reads `Authorization: Bearer`, the subprotocol `bearer.TOKEN`, or `?ticket=`, in this order.
    package static func credential(of request: HTTPRequest, query: QueryItems) -> Credential {
        if let authorization = request.headerFields[.authorization] {
            let parts = authorization.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer", let token = BearerToken(parts[1]) else { return .malformed }
            return .token(token)
        }
        for name in WebSocketSubprotocols(of: request).offered where name.hasPrefix(WebSocketSubprotocols.bearerPrefix) {
            return BearerToken(name.dropFirst(WebSocketSubprotocols.bearerPrefix.count)).map(Credential.token) ?? .malformed
        }
        guard let ticket = query["ticket"] else { return .none }
        let path = (request.path ?? "").prefix { $0 != "?" }
        return request.method == .get && ticketPaths.contains(String(path)) ? .ticket(ticket) : .misplacedTicket
    }

    /// - Parameters:
    ///   - origin: the `Origin` header; it must be one of the token's.
    ///   - entrance: where the credential was presented, for the audit.
    /// - Throws: ``Problem``: `unauthenticated`, `origin_forbidden`, or `rate_limited` when wrong credentials came too often.
    package func authenticate(
        _ credential: Credential, origin: String?, through entrance: AuditActor.Entrance = AuditActor.current.entrance
    ) async throws(Problem) -> Authenticated {
        do throws(Problem) { return try check(credential, origin: origin) } catch {
            if !credential.isNone {
                audit?.noteRefusal(of: "sign_in", by: .stranger(through: entrance, origin: origin), code: error.code)
            }
            if error.code == .unauthenticated, !credential.isNone { try await charge() }
            throw error
        }
    }

    /// Counts a wrong secret that another check found, like a wrong token.
    /// - Returns: the problem to answer with.
    /// - Throws: `rate_limited` when too many came.
    func failure(_ detail: String) async throws(Problem) -> Problem {
        try await charge()
        return Problem(.unauthenticated, detail)
    }

    /// Uses up a pass that no request may carry as its credential.
    /// - Throws: `unauthenticated`, or `rate_limited`.
    func redeem(_ ticket: String, of tickets: Tickets) async throws(Problem) {
        guard tickets.redeem(ticket) == nil else { return }
        throw try await failure("The ticket is unknown, was used already, or is too old. Open the console anew: `deskbridge console`.")
    }

    /// As ``authenticate(_:origin:through:)`` without a reason and without counting, for who passes a refusal on to it.
    func recognize(_ credential: Credential, origin: String?) -> Authenticated? {
        try? check(credential, origin: origin, isAskedAgain: true)
    }

    /// Makes a ticket good again that signed somebody in for whom there was no place.
    func giveBack(_ credential: Credential) {
        if case .ticket(let text) = credential { tickets.giveBack(text) }
    }

    /// What can be told of a credential without counting it or using it up.
    enum Standing {
        case good, none
        /// Wrong, and to be looked at in full.
        case wrong
        /// Wrong, and too many came before.
        case refused(Problem)
    }

    func standing(of credential: Credential) -> Standing {
        switch credential {
        case .none: return .none
        case .token(let token) where tokens.find(hash: token.hash) != nil: return .good
        case .ticket(let text) where tickets.holds(text): return .good
        case .token, .ticket, .misplacedTicket, .malformed: break
        }
        guard let retryAfter = failures.withLock({ $0.refusal(now: monotonic.now()) }) else { return .wrong }
        return .refused(Self.tooManyFailures(retryAfter))
    }

    /// Records a refusal at the door, where too many had come already.
    func noteRefusal(_ problem: Problem, through entrance: AuditActor.Entrance, origin: String?) {
        audit?.noteRefusal(of: "sign_in", by: .stranger(through: entrance, origin: origin), code: problem.code)
    }

    /// Whether somebody who signed in could do so now: the token may have been revoked while the connection was set up.
    func isInForce(_ identity: Identity) -> Bool { identity.isLocal || identity.token.map { tokens.find(id: $0) != nil } ?? false }

    /// Returns once what this client signed in with is no longer in force; false if the task was cancelled before.
    func lapse(of client: Authenticated) async -> Bool {
        guard let token = client.identity.token else { return false }
        await tokens.lapse(of: token)
        return !Task.isCancelled
    }

    /// Whether pages of this origin may use any token.
    func knows(origin: String) -> Bool { tokens.allows(origin: origin) }

    /// - Parameter isAskedAgain: whether a ticket that is refused for another reason than itself is still to be refused for that then.
    private func check(_ credential: Credential, origin: String?, isAskedAgain: Bool = false) throws(Problem) -> Authenticated {
        switch credential {
        case .none:
            throw Problem(
                .unauthenticated,
                "Sign in: send a token as \"Authorization: Bearer dbt_…\", as WebSocket subprotocol \"bearer.dbt_…\", or as first message {\"type\":\"auth\",\"token\":\"dbt_…\"}. `deskbridge token create` makes one."
            )
        case .malformed:
            throw Problem(.unauthenticated, "What was presented is no token: one is dbt_ and 43 letters, digits, - or _.")
        case .misplacedTicket:
            throw Problem(
                .unauthenticated,
                "A ticket opens GET /v1/ws and GET /v1/stream, and nothing else. Send the token here, as \"Authorization: Bearer dbt_…\".")
        case .ticket(let text):
            guard let identity = tickets.redeem(text) else {
                throw Problem(.unauthenticated, "The ticket is unknown, was used already, or is older than 30 seconds. Ask for a new one.")
            }
            do throws(Problem) {
                guard let id = identity.token, let record = tokens.find(id: id) else {
                    throw Problem(.unauthenticated, "The token behind the ticket is not in force any more.")
                }
                return try signIn(record, origin)
            } catch {
                if isAskedAgain { tickets.giveBack(text) }
                throw error
            }
        case .token(let token):
            guard let record = tokens.find(hash: token.hash) else {
                throw Problem(
                    .unauthenticated, "The token is unknown, expired or revoked. `deskbridge token list` shows those in force.")
            }
            return try signIn(record, origin)
        }
    }

    private func signIn(_ record: TokenRecord, _ origin: String?) throws(Problem) -> Authenticated {
        if let origin, !record.origins.contains(where: { $0.utf8.elementsEqual(origin.utf8) }) {
            throw Problem(
                .originForbidden,
                "Pages from \(origin.prefix(200)) may not use this token. Make one for them with `deskbridge token create NAME --origin …`."
            )
        }
        tokens.touch(record.id)
        return Authenticated(
            identity: Identity(client: record.client, origin: origin, token: record.id, isDesk: record.isDesk), rate: record.rate,
            isSingleSession: record.isSingleSession)
    }

    /// Counts a wrong credential: the first ones cost nothing, then time, then all are refused for a while.
    private func charge() async throws(Problem) {
        switch failures.withLock({ $0.fail(now: monotonic.now()) }) {
        case .answer: return
        case .slow(let delay): try? await Task.sleep(for: delay)
        case .refuse(let retryAfter):
            throw Self.tooManyFailures(retryAfter)
        }
    }

    private static func tooManyFailures(_ retryAfter: Duration) -> Problem {
        Problem(.rateLimited, "Too many wrong credentials came in. Wait, then try again.", retryAfter: retryAfter)
    }
}

/// Somebody who has signed in.
package struct Authenticated: Sendable {
    package let identity: Identity
    /// The token's own message rate, if it carries one.
    package let rate: Rate?
    /// Whether a new session ends the client's older ones.
    package let isSingleSession: Bool

    package static let local = Authenticated(identity: .local, rate: nil, isSingleSession: false)
}
