import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import Hummingbird
import WebSocketTransport

/// How a page gets a token of its own: it shows a code that stands at the desk, and the person there confirms its origin.
struct PairingRoutes {
    /// Where pages knock.
    static let path = "/v1/pair"

    let bridge: Bridge
    let authenticator: Authenticator
    let tokens: TokenDirectory
    let desk: PairingDesk

    /// What asks for no token.
    func addPublic(to router: Router<BridgeRequestContext>) {
        router.post("v1/pair") { request, context in try await bridge.audit.watching("pair") { try await pair(request, context) } }
    }

    func add(to routes: GatedRoutes) {
        routes.post("pairing", .first(.administer), use: open)
        routes.get("pairing/:id", .first(.administer), use: wait)
        routes.post("pairing/:id/confirm", .first(.administer)) { request, context in try decide(.accepted, context) }
        routes.post("pairing/:id/refuse", .first(.administer)) { request, context in try decide(.refused, context) }
        routes.delete("pairing/:id", .first(.administer)) { _, context in
            desk.close(context.parameters.get("id") ?? "", .withdrawn)
            return Response(status: .noContent)
        }
    }

    // MARK: The page's side

    @Sendable private func pair(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        guard let origin = request.headers[.origin], (try? Origin(origin)) != nil else {
            throw Problem(
                .originForbidden, "Only a web page with an origin can be paired. For a program: `deskbridge token create NAME`.")
        }
        let body = try await request.json(limit: bridge.configuration.limits.body)
        guard let code = body["code"]?.stringValue else { throw Self.invalid("/code", "must be the code that `deskbridge pair` shows") }
        let asked = PairingRequest(origin: origin, client: try Self.client(body["client"]))
        guard let (id, verdicts) = desk.present(code, asked) else {
            throw try await authenticator.failure(
                "No pairing is under way with this code. Start one at the desk with `deskbridge pair`, and type what it shows.")
        }
        bridge.audit.note("pair", "asked", subject: id, owner: asked.client)
        // A page that left can't be given what it asked for.
        context.channel.onDeparture { [desk, page = AuditActor.current] in
            AuditActor.$current.withValue(page) { desk.close(id, .withdrawn) }
        }
        let verdict = await Self.verdict(of: verdicts)
        switch verdict {
        case .accepted: break
        case .refused: throw Problem(.forbidden, "The person at the desk did not confirm it.")
        case .lapsed: throw Problem(.forbidden, "Nobody confirmed it at the desk in time.")
        }
        let order = TokenRequest(client: asked.client, origins: [origin], expiry: bridge.configuration.tokens.expiry, label: "paired")
        do throws(StoreError) {
            let (token, record) = try await tokens.create(order)
            return .json(TokenJSON.created(token, record), status: .created)
        } catch {
            throw Problem(error)
        }
    }

    private static func verdict(of verdicts: AsyncStream<PairingDesk.Verdict>) async -> PairingDesk.Verdict {
        await withTaskGroup(of: PairingDesk.Verdict.self) { group in
            group.addTask { await verdicts.first { _ in true } ?? .lapsed }
            group.addTask {
                try? await Task.sleep(for: PairingDesk.patience)
                return .lapsed
            }
            defer { group.cancelAll() }
            return await group.next() ?? .lapsed
        }
    }

    // MARK: The desk's side

    @Sendable private func open(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        let body = try await request.json(limit: bridge.configuration.limits.body, isOptional: true)
        var origin: String?
        if let value = body["origin"] {
            do throws(Flaw) { origin = try Origin(value.stringValue ?? "").description } catch {
                throw Self.invalid("/origin", error.message)
            }
        }
        let (id, code) = desk.open(origin: origin, client: try Self.proposed(body["client"]))
        bridge.audit.note("pair", "opened", subject: id)
        return .json(
            ["id": .string(id), "code": .string(code.description), "expiresIn": .integer(PairingDesk.patience.components.seconds)],
            status: .created)
    }

    /// Answers when something happens in the window.
    @Sendable private func wait(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        guard let notice = await desk.next(in: context.parameters.get("id") ?? "") else {
            throw Problem(.notFound, "This pairing is over.")
        }
        switch notice {
        case .asked(let asked):
            return .json([
                "state": "asked", "origin": .string(asked.origin), "client": .string(asked.client.text),
                "isKnown": .bool(tokens.knows(asked.client)),
            ])
        case .guessed(let origin): return .json(["state": "guessed", "origin": .string(origin)])
        case .expired:
            desk.close(context.parameters.get("id") ?? "", .expired)
            return .json(["state": "expired"])
        case .withdrawn: return .json(["state": "withdrawn"])
        case .replaced: return .json(["state": "replaced"])
        }
    }

    private func decide(_ verdict: PairingDesk.Verdict, _ context: BridgeRequestContext) throws -> Response {
        let id = context.parameters.get("id") ?? ""
        guard desk.decide(id, verdict) else { throw Problem(.wrongState, "The page does not wait any more.") }
        bridge.audit.note("pair", verdict == .accepted ? "confirmed" : "refused", subject: id)
        return .json(["state": .string(verdict == .accepted ? "accepted" : "refused")])
    }

    private static func proposed(_ value: JSONValue?) throws(Problem) -> ClientName? {
        guard let value else { return nil }
        return try client(value)
    }

    private static func client(_ value: JSONValue?) throws(Problem) -> ClientName {
        guard let client = value?.stringValue.flatMap(ClientName.init), !client.isReserved else {
            throw invalid("/client", "must be a name of small letters, digits and . _ : -, and not \"local\" or \"console\"")
        }
        return client
    }

    private static func invalid(_ pointer: String, _ message: String) -> Problem {
        Problem(.invalidEvent, "\(pointer) \(message).", errors: [.init(pointer: pointer, message: message)])
    }
}
