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
    /// Where the browser finds the console, such as `127.0.0.1:7420`.
    let address: String

    /// What asks for no token.
    func addPublic(to router: Router<BridgeRequestContext>) {
        router.post("v1/pair") { request, context in try await bridge.audit.watching("pair") { try await pair(request, context) } }
    }

    func add(to routes: GatedRoutes) {
        routes.post("pairing", .first(.administer), use: open)
        routes.get("pairing/:id", .first(.administer), use: wait)
        routes.post("pairing/:id/confirm", .first(.administer)) { _, context in try await decide(.accepted, context) }
        routes.post("pairing/:id/refuse", .first(.administer)) { _, context in try await decide(.refused, context) }
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
        try await ask(code, asked, context)
        let order = TokenRequest(client: asked.client, origins: [origin], expiry: bridge.configuration.tokens.expiry, label: "paired")
        do throws(StoreError) {
            let (token, record) = try await tokens.create(order)
            return .json(TokenJSON.created(token, record), status: .created)
        } catch {
            throw Problem(error)
        }
    }

    /// Waits until the person at the desk has confirmed a page that shows a code.
    /// - Throws: `unauthenticated` for a code that opens nothing, `rate_limited` after too many of them, `forbidden` without a yes.
    func ask(_ code: String, _ asked: PairingRequest, _ context: BridgeRequestContext) async throws {
        guard let (id, verdicts) = desk.present(code, asked) else {
            let command = asked.kind == .console ? "deskbridge pair --console" : "deskbridge pair"
            throw try await authenticator.failure(
                """
                No pairing is under way with this code. Start one at the desk with `\(command)`, and type what it shows. After \
                five wrong codes a page can only be paired by a new one.
                """)
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
        let kind = try Self.kind(body["kind"])
        var origin: String?
        if let value = body["origin"] {
            do throws(Flaw) { origin = try Origin(value.stringValue ?? "").description } catch {
                throw Self.invalid("/origin", error.message)
            }
        }
        let client = try Self.proposed(body["client"])
        try await demandRight(to: kind, context)
        guard kind == .page || origin == nil && client == nil else {
            throw Self.invalid("/kind", "must be \"page\" where an origin or a client is named: the console has its own")
        }
        let (id, code) = desk.open(kind, origin: origin, client: client)
        bridge.audit.note("pair", "opened", subject: id, detail: kind.detail)
        var members: JSONObject = [
            "id": .string(id), "kind": .string(kind.rawValue), "code": .string(code.description),
            "expiresIn": .integer(PairingDesk.patience.components.seconds),
        ]
        if kind == .console { members["url"] = .string("http://\(address)/") }
        return .json(.object(members), status: .created)
    }

    /// Whoever opens and confirms gives away what it has itself: a console could otherwise make the next one, without end.
    private func demandRight(to kind: PairingRequest.Kind?, _ context: BridgeRequestContext) async throws {
        guard kind == .console else { return }
        try await GatedRoutes.demand(.openConsole, context.authenticated().identity, of: bridge)
    }

    /// Answers when something happens in the window.
    @Sendable private func wait(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        let tellsMistakes = QueryItems(request.uri.string)["mistakes"] == "true"
        guard let notice = await desk.next(in: context.parameters.get("id") ?? "", tellsMistakes: tellsMistakes) else {
            throw Problem(.notFound, "This pairing is over.")
        }
        switch notice {
        case .asked(let asked):
            let known = asked.kind == .page ? try await known(asked.client) : []
            return .json([
                "state": "asked", "kind": .string(asked.kind.rawValue), "origin": .string(asked.origin),
                "client": .string(asked.client.text), "isKnown": .bool(!known.isEmpty), "knownBy": .array(known.map(JSONValue.string)),
                "mayCause": .bool(
                    asked.kind == .console
                        || bridge.definitions.current.policy.policy.mayCauseAnything(client: asked.client.text, origins: [asked.origin])),
            ])
        case .wrongCode(let origin, let count):
            return .json([
                "state": "wrong_code", "origin": .string(origin), "count": .integer(Int64(count)),
                "most": .integer(Int64(WrongCodes.mostOfOneOrigin)),
            ])
        case .strayed(let asked):
            return .json(["state": "strayed", "origin": .string(asked.origin), "client": .string(asked.client.text)])
        case .moreMistakes: return .json(["state": "more_mistakes"])
        case .guessed(let origin): return .json(["state": "guessed", "origin": .string(origin)])
        case .expired:
            desk.close(context.parameters.get("id") ?? "", .expired)
            return .json(["state": "expired"])
        case .withdrawn: return .json(["state": "withdrawn"])
        case .replaced: return .json(["state": "replaced"])
        }
    }

    /// Where the name that a page asks for stands already: `token`, be it in force or not, `events`, and `policies` that name it letter by letter.
    private func known(_ client: ClientName) async throws(Problem) -> [String] {
        do throws(StoreError) {
            let traces = try await bridge.store.traces(of: client)
            let places = [
                ("token", traces.hasToken), ("events", traces.hasEvents),
                ("policies", bridge.definitions.current.policy.policy.names(client: client.text)),
            ]
            return places.filter(\.1).map(\.0)
        } catch {
            throw Problem(error)
        }
    }

    private func decide(_ verdict: PairingDesk.Verdict, _ context: BridgeRequestContext) async throws -> Response {
        let id = context.parameters.get("id") ?? ""
        let kind = desk.kind(of: id)
        try await demandRight(to: kind, context)
        guard desk.decide(id, verdict) else { throw Problem(.wrongState, "The page does not wait any more.") }
        bridge.audit.note("pair", verdict == .accepted ? "confirmed" : "refused", subject: id, detail: kind?.detail)
        return .json(["state": .string(verdict == .accepted ? "accepted" : "refused")])
    }

    private static func kind(_ value: JSONValue?) throws(Problem) -> PairingRequest.Kind {
        guard let value else { return .page }
        guard let kind = value.stringValue.flatMap(PairingRequest.Kind.init) else {
            throw invalid("/kind", "must be \"page\" or \"console\"")
        }
        return kind
    }

    private static func proposed(_ value: JSONValue?) throws(Problem) -> ClientName? {
        guard let value else { return nil }
        return try client(value)
    }

    private static func client(_ value: JSONValue?) throws(Problem) -> ClientName {
        guard let client = value?.stringValue.flatMap(ClientName.init), !client.isReserved else {
            throw invalid("/client", "must be a client name other than \"local\", \"console\" and dbus:…: \(ClientName.rule)")
        }
        return client
    }

    private static func invalid(_ pointer: String, _ message: String) -> Problem {
        Problem(.invalidEvent, "\(pointer) \(message).", errors: [.init(pointer: pointer, message: message)])
    }
}

extension PairingRequest.Kind {
    /// What the audit says of it: only what gives more than a page's token is worth a word.
    fileprivate var detail: String? { self == .console ? "console" : nil }
}
