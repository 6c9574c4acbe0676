import DeskbridgeCore
import DeskbridgeEngine
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import WebSocketTransport

/// Stands before every route: the right host, no token in the URL, CORS for the origins we know, problems as documents.
struct EntranceMiddleware: RouterMiddleware {
    typealias Context = BridgeRequestContext

    let port: Int
    let tokens: TokenDirectory
    let pairing: PairingDesk
    let known: KnownRoutes
    let strangers: StrangerRate
    let audit: AuditTrail

    /// Until somebody has signed in, whatever is done is done by nobody in particular: never by the bridge itself.
    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let entrance: AuditActor.Entrance =
            context.isControl ? .control : SocketUpgrades.isHandshake(request.head) ? .webSocket : .http
        return try await AuditActor.$current.withValue(.stranger(through: entrance, origin: request.headers[.origin])) {
            try await answer(request, context, next)
        }
    }

    private func answer(
        _ request: Request, _ context: Context, _ next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let began = ContinuousClock.now
        // A token in the URL is refused, and must not reach the log either.
        let path = QueryItems(request.uri.string).holdsToken ? RenderedText.hidden : request.uri.path
        // Decided before the request is handled: a pairing ends with the answer that the page is to read.
        let isKnown = request.headers[.origin].map { allows($0, at: request.uri.path) } ?? false
        var response: Response
        do {
            let own = try await audit.watching("knock") {
                try await check(request, context)
                return request.method == .options ? try preflight(request, isKnown) : nil
            }
            if let own { response = own } else { response = try await next(request, context) }
        } catch let problem as Problem {
            response = try problem.response(from: request, context: context)
            // A stranger who comes too often comes by the door again, where it costs less.
            if problem.code == .rateLimited, !strangers.isKnown(context.channel) { response.headers[.connection] = "close" }
        } catch let error as any HTTPResponseError {
            let methods = error.status == .notFound ? known.methods(of: request.uri.path) : []
            response = try Self.problem(for: error.status, methods).response(from: request, context: context)
            if !methods.isEmpty { response.headers[.allow] = methods.joined(separator: ", ") }
        } catch let error where RequestFraming.isBroken(error) {
            response = try Problem(.malformedRequest, "The body breaks the rules of HTTP.").response(from: request, context: context)
        } catch {
            context.logger.error(
                "request failed", metadata: ["event": "http.failed", "path": "\(path)", "error": "\(error)"])
            response = try Problem(.internalError, "The log of the bridge says more.").response(from: request, context: context)
        }
        addHeaders(to: &response, for: request, isKnown, context)
        context.logger.debug(
            "request answered",
            metadata: [
                "event": "http.answered", "method": "\(request.method)", "path": "\(path)",
                "status": "\(response.status.code)", "duration_ms": "\((ContinuousClock.now - began).wholeMilliseconds)",
            ])
        return response
    }

    private func check(_ request: Request, _ context: Context) async throws {
        if context.isControl {
            try await PeerCheck.demandOwner(of: context.channel)
            return
        }
        guard let host = request.head.authority, HostHeader.isOurs(host, port: port) else {
            throw Problem(
                .wrongHost,
                """
                This bridge answers as 127.0.0.1:\(port), [::1]:\(port) or localhost:\(port), \
                not as \((request.head.authority ?? "a host without a name").prefix(100)).
                """)
        }
        try refuseTokens(in: QueryItems(request.uri.string))
        try FetchMetadata(request.head).demand()
        try strangers.take(request.head, context.channel)
    }

    /// - Throws: `token_in_url`, which names the token that is no secret any more, if it is one in force.
    private func refuseTokens(in query: QueryItems) throws(Problem) {
        guard query.holdsToken else { return }
        let exposed = query.tokens.lazy.compactMap { tokens.find(hash: $0.hash) }.first
        audit.noteRefusal(of: "knock", subject: exposed?.id, code: .tokenInURL)
        let advice =
            exposed.map { "Revoke the token, which is \($0.id) of \($0.client): `deskbridge token revoke \($0.id)`." }
            ?? "What stands in this one is no token in force here, so there is nothing to revoke."
        throw Problem(
            .tokenInURL,
            """
            URLs end up in histories and logs, so a token must not stand in one. Send it as "Authorization: Bearer …", or get a \
            ticket from POST /v1/tickets. \(advice)
            """)
    }

    /// Whether pages of this origin may read what is answered here: any token names it, or it is about to be paired.
    private func allows(_ origin: String, at path: String) -> Bool {
        tokens.allows(origin: origin) || path == PairingRoutes.path && pairing.isOpen(for: origin)
    }

    /// The answer to a CORS preflight (Fetch standard), if the origin is one we know.
    /// - Throws: `origin_forbidden` for one we don't; nil if the request is no preflight.
    private func preflight(_ request: Request, _ isKnown: Bool) throws(Problem) -> Response? {
        guard let origin = request.headers[.origin], request.headers[.accessControlRequestMethod] != nil else { return nil }
        guard isKnown else {
            throw Problem(
                .originForbidden,
                "No token is for pages from \(origin.prefix(200)). Make one with `deskbridge token create NAME --origin …`.")
        }
        var response = Response(status: .noContent)
        response.headers[.accessControlAllowMethods] = "GET, POST, DELETE"
        response.headers[.accessControlAllowHeaders] = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, Prefer"
        response.headers[.accessControlMaxAge] = "600"
        if request.headers[.accessControlRequestPrivateNetwork] == "true" {
            response.headers[.accessControlAllowPrivateNetwork] = "true"
        }
        return response
    }

    private func addHeaders(to response: inout Response, for request: Request, _ isKnown: Bool, _ context: Context) {
        response.headers[.xContentTypeOptions] = "nosniff"
        guard !context.isControl else { return }
        // Pages of other origins use what CORS lets them; without it they embed nothing. That the bridge runs is no secret: a page that is
        // refused has to tell that from a bridge that is off.
        response.headers[.crossOriginResourcePolicy] = request.uri.path == "/healthz" ? "cross-origin" : "same-origin"
        response.headers[values: .vary].append("Origin")
        guard isKnown, let origin = request.headers[.origin] else { return }
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.accessControlExposeHeaders] = "Location, Retry-After, Idempotent-Replayed, Preference-Applied"
    }

    /// The framework's own refusals in our words.
    /// - Parameter methods: those that the address takes; empty if there is no such address.
    private static func problem(for status: HTTPResponse.Status, _ methods: [String]) -> Problem {
        guard status == .notFound else { return Problem(.malformedRequest, "The request could not be read (\(status.code)).") }
        guard !methods.isEmpty else {
            return Problem(.notFound, "There is nothing at this address. The addresses begin with /v1/.")
        }
        return Problem(.methodNotAllowed, "This address takes only \(methods.joined(separator: ", ")).")
    }
}
