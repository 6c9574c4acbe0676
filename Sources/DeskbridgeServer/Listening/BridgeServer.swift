package import DBus
import DeskbridgeCore
package import DeskbridgeEngine
import DeskbridgeStore
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import ServiceLifecycle
import Synchronization
import WebSocketTransport

/// The bridge's three entrances, 127.0.0.1, ::1 and the control socket, with everything that runs behind them.
package struct BridgeServer: Service {
    /// The owner's own commands are few; this only bounds a mistake in a script.
    private static let mostControlConnections = 1024

    /// Connections that the kernel holds until they are accepted; a client that finds it full tries again only after a second (tcp(7)).
    private static let backlog = 1024

    private let bridge: Bridge
    private let tokens: TokenDirectory
    private let status: StatusBoard
    private let waits: FinalWaits
    private let entrances: [Entrance]
    private let port: Int
    private let hold: PortHold
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
        pairing = PairingDesk(monotonic: bridge.monotonic)
        let limits = bridge.configuration.limits
        authenticator = Authenticator(
            tokens: tokens, tickets: tickets, failures: limits.failures, monotonic: bridge.monotonic, audit: bridge.audit)
        budget = ConnectionBudget(
            strangers: limits.strangers, known: limits.connections, ofOneClient: limits.shareOfOneClient,
            reserved: LimitsConfiguration.deskConnections)
        rates = ClientRates(standard: limits.rate, monotonic: bridge.monotonic)
        self.bus = bus.map { ($0, BusNameBoard(address: $0.address)) }
        let loopback = try Loopback.choose(bridge.configuration.listen, logger: bridge.logger)
        port = loopback.port
        hold = loopback.hold
        try ControlSocket.makeRoom(at: controlSocket)
        entrances = loopback.addresses.map { .tcp($0, port: loopback.port) } + [.control(controlSocket)]
    }

    package func run() async throws {
        let endFeed = bridge.feed.listen { [status, waits] item in
            status.hear(item)
            waits.hear(item)
        }
        defer { endFeed() }
        let opened = OpenedEntrances(count: entrances.count) { [isListening, port, hold, entrances, controlSocket] in
            hold.release()
            isListening(ListeningReport(port: port, addresses: entrances.compactMap(\.shown), controlSocket: controlSocket))
        }
        let applications = entrances.map { application($0, opened) }
        // The entrances stop first, and the dispatcher last: what has come in still finds everything behind it.
        let busEntrance = bus.map { BusEntrance(bridge: bridge, connection: $0.connection, rates: rates, board: $0.board) }
        let services: [any Service] =
            bridge.services + [StatusService(board: status)] + [busEntrance].compactMap { $0 } + applications
        try await withGracefulShutdownHandler {
            try await ServiceGroup(configuration: .init(services: services, logger: bridge.logger)).run()
        } onGracefulShutdown: { [bridge, sessions, waits, pairing] in
            bridge.intake.close()
            sessions.endAll()
            waits.endAll()
            pairing.shutDown()
        }
    }

    private func application(_ entrance: Entrance, _ opened: OpenedEntrances) -> any Service {
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
                bridge: bridge, authenticator: authenticator, rates: rates, status: status, sessions: sessions, budget: budget),
            port: port)
        return Application(
            router: router,
            server: HTTPServerBuilder { [webSocket, budget] responder in
                WebSocketUpgradeChannel(
                    responder: responder, configuration: webSocket, budget: entrance.isControl ? nil : budget
                ) { request, channel in
                    await upgrades.decide(request, channel)
                }
            },
            configuration: ApplicationConfiguration(
                address: entrance.address, serverName: nil, backlog: Self.backlog, reuseAddress: true,
                availableConnectionsDelegate: entrance.isControl ? MaximumAvailableConnections(Self.mostControlConnections) : nil),
            onServerRunning: { [budget, logger = bridge.logger] listener in
                try? await AcceptGuard.add(to: listener, budget: entrance.isControl ? nil : budget) { error in
                    logger.warning(
                        "no descriptor for another connection: accepting pauses, and strangers are sent away; raise the limit (ulimit -n)",
                        metadata: ["event": "listen.exhausted", "error": "\(error)"])
                }
                if case .control(let path) = entrance { ControlSocket.protect(path) }
                opened.open()
            },
            logger: quieter)
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
        router.add(middleware: EntranceMiddleware(port: port, tokens: tokens, pairing: pairing, known: known))
        WebFileRoutes(port: port).add(to: router)
        let console = ConsoleRoutes(
            bridge: bridge, authenticator: authenticator, tokens: tokens, tickets: consoleTickets, sessions: sessions, port: port,
            address: entrances.compactMap(\.shown).first ?? "")
        console.addPublic(to: router)
        let pairings = PairingRoutes(bridge: bridge, authenticator: authenticator, tokens: tokens, desk: pairing)
        pairings.addPublic(to: router)
        let statusRoutes = StatusRoutes(
            bridge: bridge, status: status, sessions: sessions, budget: budget, addresses: entrances.compactMap(\.shown),
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
        v1.get("ws", .first(.watch)) { _, _ -> Response in
            throw Problem(.upgradeRequired, "Open this address as a WebSocket: new WebSocket(\"ws://127.0.0.1:…/v1/ws\").")
        }
        known.learn(from: router)
        return router
    }
}
