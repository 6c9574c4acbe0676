import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import Logging
import NIOCore
import Synchronization
import WebSocketTransport

/// One WebSocket of a client, from the upgrade to its end: signs in, takes messages, and passes on what happens.
final class EventSocket: Sendable {
    /// How long a peer may leave answers unread, while it asks for more.
    private static let patience = Duration.seconds(2)

    /// What a socket needs of the bridge.
    struct Services: Sendable {
        let bridge: Bridge
        let authenticator: Authenticator
        let rates: ClientRates
        let status: StatusBoard
        let sessions: SessionRegistry
        let budget: ConnectionBudget
    }

    private let services: Services
    private let connection: WebSocketConnection
    private let channel: any Channel
    private let origin: String?
    private let opening: LiveOpening
    private let asCloudEvents: Bool
    private let refusals = Mutex(RateWindow(Rate(count: 60, window: .seconds(10))))
    private let logger: Logger

    init(
        services: Services, connection: WebSocketConnection, channel: any Channel, origin: String?, opening: LiveOpening,
        asCloudEvents: Bool, logger: Logger
    ) {
        self.services = services
        self.connection = connection
        self.channel = channel
        self.origin = origin
        self.opening = opening
        self.asCloudEvents = asCloudEvents
        self.logger = logger
    }

    /// How many unsent bytes count as little.
    private var enough: Int { min(256 << 10, services.bridge.configuration.limits.unsent / 4) }

    /// Returns when the connection has ended.
    /// - Parameter client: who signed in before the upgrade; nil if the first message is to do it.
    func run(_ client: Authenticated?) async {
        var messages = connection.messages.makeAsyncIterator()
        guard let client = await signIn(client, &messages) else { return }
        guard services.bridge.gate.allows(client.identity, .watch, under: services.bridge.definitions.current.policy.policy) else {
            return connection.close(code: WebSocketCloseCode(4403), reason: "not allowed")
        }
        let session = LiveSession(
            client: client, bridge: services.bridge, status: services.status, sink: SocketSink(connection: connection, enough: enough),
            style: asCloudEvents ? .cloudEvents : .deskbridge)
        let place: LiveSession.Place
        do throws(StoreError) { place = try await session.place(of: opening.start) } catch { return lose(error) }
        services.sessions.add(session.id, client) { [connection] ending in Self.close(connection, ending) }
        services.status.sessionsChanged()
        defer {
            services.sessions.remove(session.id)
            services.status.sessionsChanged()
        }
        if !services.authenticator.isInForce(client.identity) { Self.close(connection, .revoked) }
        session.open(at: place, channels: opening.channels)
        defer { session.close() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do throws(StoreError) { try await session.run() } catch { self.lose(error) }
            }
            group.addTask { [services, connection] in
                if await services.authenticator.lapse(of: client) { Self.close(connection, .lapsed) }
            }
            let actor = client.identity.actor(through: client.identity.isLocal ? .control : .webSocket)
            while let message = await messages.next() {
                await AuditActor.$current.withValue(actor) { await receive(message, session) }
            }
            group.cancelAll()
        }
    }

    private static func close(_ connection: WebSocketConnection, _ ending: SessionRegistry.Ending) {
        connection.close(code: WebSocketCloseCode(ending.code), reason: ending.reason)
    }

    private func lose(_ error: StoreError) {
        logger.error("session lost its ledger", metadata: ["event": "session.failed", "error": "\(error)"])
        connection.close(code: WebSocketCloseCode(1011), reason: "the ledger cannot be read")
    }

    // MARK: Signing in

    private func signIn(
        _ client: Authenticated?, _ messages: inout WebSocketMessages.AsyncIterator
    ) async -> Authenticated? {
        if let client { return client }
        let limit = services.bridge.configuration.limits.authentication
        let deadline = Task { [connection] in
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            connection.close(code: WebSocketCloseCode(4401), reason: "not signed in within \(Units.text(limit))")
        }
        defer { deadline.cancel() }
        while let message = await messages.next() {
            countRefusal()
            guard case .text(let text) = message, let object = try? JSONParser.parse(text) else {
                send(Problem(.malformedJSON, "The first message must be {\"type\":\"auth\",\"token\":\"dbt_…\"}."))
                continue
            }
            switch object["type"]?.stringValue {
            case "ping": connection.send(text: #"{"type":"pong"}"#)
            case "auth":
                do throws(Problem) {
                    let credential = object["token"]?.stringValue.flatMap(BearerToken.init).map(Authenticator.Credential.token)
                    let client = try await services.authenticator.authenticate(
                        credential ?? .malformed, origin: origin, through: .webSocket)
                    guard services.budget.vouch(for: channel, of: client) else { throw Problem.tooManyConnections }
                    return client
                } catch {
                    send(error)
                    connection.close(code: WebSocketCloseCode(Self.closeCode(error.code)), reason: error.code.rawValue)
                    return nil
                }
            default:
                send(
                    Problem(.unauthenticated, "Sign in first: {\"type\":\"auth\",\"token\":\"dbt_…\"}."),
                    key: object["idempotencyKey"]?.stringValue)
            }
        }
        return nil
    }

    private static func closeCode(_ code: ProblemCode) -> UInt16 {
        switch code {
        case .originForbidden: 4403
        case .rateLimited: 4429
        case .tooManyConnections: 4503
        default: 4401
        }
    }

    // MARK: Messages

    private func receive(_ message: WebSocketMessage, _ session: LiveSession) async {
        guard case .text(let text) = message else {
            send(Problem(.unsupportedMediaType, "Messages are JSON in text frames, not binary."))
            countRefusal()
            return
        }
        let object: JSONValue
        do { object = try JSONParser.parse(text) } catch {
            send(Problem(.malformedJSON, "The message is not JSON: \(error)."))
            countRefusal()
            return
        }
        do throws(Problem) {
            try services.rates.take(session.client)
            let message = try SocketMessage(object, asCloudEvents: asCloudEvents)
            guard let kind = message.kind else { return try await handle(message, session) }
            // Answered from within the commit, or refused by who asks the gate before anything is stored.
            if case .event(let draft) = message { return submit(draft, session) }
            let answered: Bool? = try await GateWitness.watching([kind]) { () async throws(Problem) in
                try await handle(message, session)
                return true
            }
            if answered == nil { throw Problem.undecided }
        } catch {
            send(
                error, key: object["idempotencyKey"]?.stringValue, requestID: object["type"] == "request" ? object["id"]?.stringValue : nil)
            if error.code == .rateLimited { countRefusal() }
        }
    }

    private func handle(_ message: SocketMessage, _ session: LiveSession) async throws(Problem) {
        switch message {
        case .event(let draft): submit(draft, session)
        case .subscribe(let channels, let since):
            try services.bridge.gate.check(session.client.identity, .watch, under: services.bridge.definitions.current.policy.policy)
            do throws(StoreError) { try await session.subscribe(channels, since: since) } catch { throw Problem(error) }
        case .unsubscribe(let channels): session.unsubscribe(channels)
        case .ping: connection.send(text: #"{"type":"pong"}"#)
        case .auth: throw Problem(.wrongState, "You are signed in already, as \(session.client.identity.client).")
        case .acknowledge(let seq):
            services.bridge.desk.acknowledge(upTo: seq, by: session.client.identity) { [weak self] result in
                if case .failure(let problem) = result { self?.send(problem) }
            }
        case .request(let request):
            // Who asks faster than it reads waits for its own answers.
            await connection.drained(below: enough, patience: Self.patience)
            let data = try await SocketRequests(services: services).answer(request, for: session.client.identity)
            connection.send(
                text: JSONValue.object([
                    "type": "response", "requestId": .string(request.id), "success": true, "data": data,
                ]).text)
        }
    }

    /// Answered from within the commit, so that `accepted` comes before anything else about the event.
    private func submit(_ draft: EventDraft, _ session: LiveSession) {
        services.bridge.intake.submit(draft, from: session.client.identity) { [weak self] result in
            switch result {
            case .success(let answer): session.send(answer)
            case .failure(let problem): self?.send(problem, key: draft.key.text)
            }
        }
    }

    private func send(_ problem: Problem, key: String? = nil, requestID: String? = nil) {
        connection.send(text: LiveMessage.problem(problem, key: key, requestID: requestID).body.text)
    }

    /// A client that goes on though it is refused again and again, or doesn't sign in, is cut off.
    private func countRefusal() {
        let now = services.bridge.monotonic.now()
        if case .refused = refusals.withLock({ $0.take(now: now) }) {
            connection.close(code: WebSocketCloseCode(4429), reason: "too many refused messages")
        }
    }
}

/// A live connection's messages as text frames.
private struct SocketSink: LiveSink {
    let connection: WebSocketConnection
    /// How many unsent bytes count as little.
    let enough: Int

    func send(_ message: LiveMessage) { connection.send(text: message.body.text) }

    func drained() async { await connection.drained(below: enough) }
}
