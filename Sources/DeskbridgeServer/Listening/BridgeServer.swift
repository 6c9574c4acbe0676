package import DBus
import DeskbridgeCore
package import DeskbridgeEngine
import DeskbridgeStore
import Glibc
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOPosix
import ServiceLifecycle
import Synchronization
import WebSocketTransport

/// The bridge's three entrances, 127.0.0.1, ::1 and the control socket, with everything that runs behind them.
package struct BridgeServer: Service {
    /// The owner's own commands are few; this only bounds a mistake in a script.
    private static let mostControlConnections = 1024

    private let bridge: Bridge
    private let tokens: TokenDirectory
    private let status: StatusBoard
    private let waits: FinalWaits
    /// As URLs spell them, such as `127.0.0.1:7420`.
    private let addresses: [String]
    private let port: Int
    private let sockets: ListeningSockets
    private let controlSocket: String
    private let isListening: @Sendable (ListeningReport) -> Void
    private let tickets: Tickets
    private let consoleTickets: Tickets
    private let pairing: PairingDesk
    private let sessions = SessionRegistry()
    private let authenticator: Authenticator
    private let rates: ClientRates
    private let bus: (connection: BusConnection, board: BusNameBoard)?
    private let budget: ConnectionBudget

    /// - Parameters:
    ///   - controlSocket: its path; what is left there of an earlier bridge is removed.
    ///   - bus: where programs of the same user find the bridge; nil if they are not to. It is not shut down.
    ///   - isListening: called once all entrances are open.
    /// - Throws: ``ListeningError`` if an entrance is taken, or ``StoreError``.
    package init(
        bridge: Bridge, controlSocket: String, bus: BusConnection? = nil,
        isListening: @escaping @Sendable (ListeningReport) -> Void
    ) async throws {
        self.bridge = bridge
        self.controlSocket = controlSocket
        self.isListening = isListening
        tokens = try await TokenDirectory(store: bridge.store, clock: bridge.clock)
        status = StatusBoard(counts: try await bridge.store.counts(), sessions: sessions)
        waits = FinalWaits(bridge: bridge)
        tickets = Tickets(monotonic: bridge.monotonic)
        consoleTickets = Tickets(monotonic: bridge.monotonic, lifetime: Tickets.consoleLifetime)
        pairing = PairingDesk(monotonic: bridge.monotonic) { [audit = bridge.audit] id, notice in
            if let outcome = notice.outcome { audit.note("pair", outcome, subject: id) }
        }
        let limits = bridge.configuration.limits
        authenticator = Authenticator(
            tokens: tokens, tickets: tickets, failures: limits.failures, monotonic: bridge.monotonic, audit: bridge.audit)
        budget = ConnectionBudget(
            strangers: limits.strangers, known: limits.connections, ofOneClient: limits.shareOfOneClient,
            reserved: LimitsConfiguration.deskConnections)
        rates = ClientRates(standard: limits.rate, monotonic: bridge.monotonic, audit: bridge.audit)
        self.bus = bus.map { ($0, BusNameBoard(address: $0.address)) }
        let loopback = try Loopback.choose(bridge.configuration.listen, logger: bridge.logger)
        port = loopback.port
        sockets = loopback.sockets
        addresses = loopback.addresses.map { $0.contains(":") ? "[\($0)]:\(loopback.port)" : "\($0):\(loopback.port)" }
        try ControlSocket.makeRoom(at: controlSocket)
    }

    package func run() async throws {
        let endFeed = bridge.feed.listen { [status, waits] item in
            status.hear(item)
            waits.hear(item)
        }
        defer { endFeed() }
        let opened = OpenedEntrances(count: 2) { [isListening, port, addresses, controlSocket] in
            isListening(ListeningReport(port: port, addresses: addresses, controlSocket: controlSocket))
        }
        let responder = RouteResponder(router, logger: quieter)
        let entrances: [any Service] = [try loopbackEntrance(responder, opened), controlEntrance(responder, opened)]
        // The entrances stop first, and the dispatcher last: what has come in still finds everything behind it.
        let busEntrance = bus.map { BusEntrance(bridge: bridge, connection: $0.connection, rates: rates, board: $0.board) }
        let services: [any Service] =
            bridge.services + [StatusService(board: status)] + [busEntrance].compactMap { $0 } + entrances
        try await withGracefulShutdownHandler {
            try await ServiceGroup(configuration: .init(services: services, logger: bridge.logger)).run()
        } onGracefulShutdown: { [bridge, sessions, waits, pairing] in
            bridge.intake.close()
            sessions.endAll()
            waits.endAll()
            pairing.shutDown()
        }
    }

    private func loopbackEntrance(_ responder: RouteResponder, _ opened: OpenedEntrances) throws -> any Service {
        let limits = bridge.configuration.limits
        let door = try Doorkeeper(
            listeners: sockets.take(), limits: Doorkeeper.Limits(places: limits.backlog, patience: limits.headers),
            judge: FirstLook(authenticator: authenticator).judge,
            isExhausted: { [self] in warnOfExhaustion(String(cString: strerror($0))) },
            makeRoom: { [budget] in _ = budget.shedOne() })
        return DoorService(
            door: door, channel: channel(responder, budget), budget: budget, logger: quieter, isOpen: opened.open)
    }

    private func controlEntrance(_ responder: RouteResponder, _ opened: OpenedEntrances) -> any Service {
        channel(responder, nil).server(
            configuration: ServerConfiguration(
                address: .unixDomainSocket(path: controlSocket),
                availableConnectionsDelegate: MaximumAvailableConnections(Self.mostControlConnections)),
            onServerRunning: { [self] listener in
                try? await AcceptGuard.add(to: listener, budget: budget) { [self] in warnOfExhaustion("\($0)") }
                ControlSocket.protect(controlSocket)
                opened.open()
            },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quieter)
    }

    private func channel(_ responder: RouteResponder, _ budget: ConnectionBudget?) -> WebSocketUpgradeChannel {
        let limits = bridge.configuration.limits
        var webSocket = WebSocketConfiguration()
        webSocket.maximumFrameSize = limits.message
        webSocket.maximumMessageSize = limits.message
        webSocket.maximumUnsentBytes = limits.unsent
        webSocket.pingInterval = limits.ping
        webSocket.silenceLimit = limits.silence
        webSocket.headerTimeout = limits.headers
        let upgrades = SocketUpgrades(
            services: EventSocket.Services(
                bridge: bridge, authenticator: authenticator, rates: rates, status: status, sessions: sessions, budget: self.budget),
            port: port)
        return WebSocketUpgradeChannel(responder: responder.respond, configuration: webSocket, budget: budget) { request, channel in
            await upgrades.decide(request, channel)
        }
    }

    private func warnOfExhaustion(_ cause: String) {
        bridge.logger.warning(
            "no descriptor for another connection: accepting pauses, and strangers are sent away; raise the limit (ulimit -n)",
            metadata: ["event": "listen.exhausted", "error": "\(cause)"])
    }

    /// The framework's own words have no event name: only its warnings are worth a line, unless everything is wanted.
    private var quieter: Logger {
        var logger = bridge.logger
        if logger.logLevel >= .info { logger.logLevel = max(logger.logLevel, .warning) }
        return logger
    }

    private var router: Router<BridgeRequestContext> { routes(notedIn: GatedRouteTable()) }

    /// All routes.
    /// - Parameter table: gets to know what each needs that is for who has signed in.
    func routes(notedIn table: GatedRouteTable) -> Router<BridgeRequestContext> {
        let router = Router(context: BridgeRequestContext.self, options: .autoGenerateHeadEndpoints)
        let known = KnownRoutes()
        router.add(
            middleware: EntranceMiddleware(
                port: port, tokens: tokens, pairing: pairing, known: known,
                strangers: StrangerRate(authenticator: authenticator, budget: budget, monotonic: bridge.monotonic), audit: bridge.audit))
        WebFileRoutes(port: port).add(to: router)
        let address = addresses.first ?? ""
        let pairings = PairingRoutes(bridge: bridge, authenticator: authenticator, tokens: tokens, desk: pairing, address: address)
        let console = ConsoleRoutes(
            bridge: bridge, authenticator: authenticator, tokens: tokens, tickets: consoleTickets, sessions: sessions, pairings: pairings,
            port: port, address: address)
        console.addPublic(to: router)
        pairings.addPublic(to: router)
        let statusRoutes = StatusRoutes(
            bridge: bridge, status: status, sessions: sessions, budget: budget, addresses: addresses,
            bus: bus?.board)
        statusRoutes.addPublic(to: router)

        let authentication = AuthenticationMiddleware(authenticator: authenticator, rates: rates, budget: budget)
        statusRoutes.addMetrics(
            to: GatedRoutes(group: router.group().add(middleware: authentication), prefix: "", bridge: bridge, table: table))
        let v1 = GatedRoutes(group: router.group("v1").add(middleware: authentication), prefix: "/v1", bridge: bridge, table: table)
        EventRoutes(bridge: bridge, waits: waits).add(to: v1)
        ActionRoutes(bridge: bridge).add(to: v1)
        PolicyRoutes(bridge: bridge).add(to: v1)
        AuditRoutes(bridge: bridge).add(to: v1)
        StreamRoute(bridge: bridge, status: status, sessions: sessions, authenticator: authenticator).add(to: v1)
        TokenRoutes(bridge: bridge, tokens: tokens, tickets: tickets, sessions: sessions).add(to: v1)
        console.add(to: v1)
        pairings.add(to: v1)
        statusRoutes.add(to: v1)
        v1.get("ws", .first(.watch)) { request, _ -> Response in
            _ = try LiveOpening(QueryItems(request.uri.string))
            throw Problem(.upgradeRequired, "Open this address as a WebSocket: new WebSocket(\"ws://127.0.0.1:…/v1/ws\").")
        }
        known.learn(from: router)
        return router
    }
}
