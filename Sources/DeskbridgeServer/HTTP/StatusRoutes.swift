import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import Glibc
import Hummingbird
import WebSocketTransport

/// How the bridge is: `/v1/status` and `/metrics` for clients, `/healthz` and `/readyz` for anybody, without details.
struct StatusRoutes {
    let bridge: Bridge
    let status: StatusBoard
    let sessions: SessionRegistry
    let budget: ConnectionBudget
    let addresses: [String]
    /// Nil if the bridge is not to be on the bus.
    let bus: BusNameBoard?

    func addPublic(to router: Router<BridgeRequestContext>) {
        router.get("healthz") { _, _ in Response.json(["status": "ok"]) }
        router.get("readyz") { [bridge] _, _ in
            guard bridge.intake.isOpen else { return Response.json(["status": "stopping"], status: .serviceUnavailable) }
            guard bridge.unstored.summary == nil else { return Response.json(["status": "storing"], status: .serviceUnavailable) }
            return Response.json(["status": "ready"])
        }
    }

    func add(to routes: GatedRoutes) { routes.get("status", .first(.readStatus), use: show) }

    func addMetrics(to routes: GatedRoutes) { routes.get("metrics", .first(.readMetrics), use: metrics) }

    @Sendable private func show(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        let client = try context.authenticated()
        var members: JSONObject = [
            "version": .string(Version.text), "startedAt": .string(bridge.startedAt.description),
            "uptime": .integer((bridge.clock.now() - bridge.startedAt).components.seconds),
        ]
        members.merge(status.current) { _, new in new }
        let snapshot = bridge.definitions.current
        let seesDetails = bridge.gate.allows(client.identity, .readDetails, under: snapshot.policy.policy)
        if seesDetails {
            members["pid"] = .integer(Int64(getpid()))
            members["listen"] = .array(addresses.map(JSONValue.string))
            members["bus"] = bus?.json ?? ["state": "off"]
            if let unstored = bridge.unstored.summary {
                members["unstored"] = [
                    "outcomes": .integer(Int64(unstored.count)), "since": .string(unstored.since.description),
                    "reason": .string(unstored.reason),
                ]
            }
            members["oldestQueuedAt"] = try await oldestQueued()
            let (ofPolicies, ofActions) = Self.errors(snapshot.errors.errors)
            members["actions"] = ["loaded": .integer(Int64(snapshot.catalog.actions.count)), "errors": ofActions]
            members["policies"] = ["rules": .integer(Int64(snapshot.policy.policy.rules.count)), "errors": ofPolicies]
        }
        let counts = sessions.counts.filter { seesDetails || $0.client == client.identity.client }
        members["connections"] = .integer(Int64(counts.reduce(0) { $0 + $1.connections }))
        members["clients"] = .array(
            counts.map { ["client": .string($0.client.text), "connections": .integer(Int64($0.connections))] })
        return .json(.object(members))
    }

    private func oldestQueued() async throws(Problem) -> JSONValue? {
        do throws(StoreError) { return try await bridge.store.statistics().oldestQueuedAt.map { .string($0.description) } } catch {
            throw Problem(error)
        }
    }

    private static func errors(_ errors: [DefinitionError]) -> (ofPolicies: JSONValue, ofActions: JSONValue) {
        func shown(_ errors: [DefinitionError]) -> JSONValue {
            .array(errors.map { ["location": .string($0.location.description), "message": .string($0.message)] })
        }
        func isOfPolicies(_ error: DefinitionError) -> Bool { error.location.file.hasPrefix("policies") }
        return (shown(errors.filter(isOfPolicies)), shown(errors.filter { !isOfPolicies($0) }))
    }

    /// Prometheus text exposition format 0.0.4.
    @Sendable private func metrics(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        let identity = try context.authenticated().identity
        let seesAll = bridge.gate.allows(identity, .readDetails, under: bridge.definitions.current.policy.policy)
        let connections = sessions.counts.filter { seesAll || $0.client == identity.client }
        let counts = status.counts
        let writer = bridge.store.writerStatistics
        var text = MetricsText()
        text.gauge(
            "deskbridge_uptime_seconds", "Seconds since the bridge started.",
            Int((bridge.clock.now() - bridge.startedAt).components.seconds))
        text.gauges(
            "deskbridge_events", "Events in the ledger by state.",
            DeliveryState.allCases.map { (["state": $0.rawValue], counts[$0] ?? 0) })
        text.gauge("deskbridge_running_attempts", "Attempts under way.", bridge.running.count)
        let unstored = bridge.unstored.summary
        text.gauge(
            "deskbridge_unstored_outcomes", "Attempts that ended and whose outcome the ledger could not take yet.", unstored?.count ?? 0)
        text.gauge(
            "deskbridge_unstored_seconds", "For how long the oldest of them has waited.",
            unstored.map { Int((bridge.clock.now() - $0.since).components.seconds) } ?? 0)
        text.gauges(
            "deskbridge_connections", "Live connections by client, as far as this client may know.",
            connections.map { (["client": $0.client.text], $0.connections) })
        let connected = budget.counts
        text.gauges(
            "deskbridge_tcp_connections", "TCP connections, by whether they have signed in.",
            [(["signed_in": "yes"], connected.known), (["signed_in": "no"], connected.strangers)])
        text.counter(
            "deskbridge_strangers_shed_total", "Connections closed before they signed in, to make room for others.", connected.shed)
        text.counter("deskbridge_ledger_commits_total", "Commits of the ledger since start.", writer.commits)
        text.counter("deskbridge_ledger_operations_total", "Changes of the ledger since start.", writer.operations)
        text.gauge("deskbridge_ledger_bytes", "Size of the ledger and its log.", bridge.store.fileSizes.ledger + bridge.store.fileSizes.log)
        return Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text.text)))
    }
}

/// Writes metrics in the Prometheus text format.
struct MetricsText {
    private(set) var text = ""

    mutating func gauge(_ name: String, _ help: String, _ value: Int) { add(name, "gauge", help, [([:], value)]) }
    mutating func counter(_ name: String, _ help: String, _ value: Int) { add(name, "counter", help, [([:], value)]) }
    mutating func gauges(_ name: String, _ help: String, _ values: [([String: String], Int)]) { add(name, "gauge", help, values) }

    private mutating func add(_ name: String, _ kind: String, _ help: String, _ values: [([String: String], Int)]) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
        for (labels, value) in values {
            let list = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
            text += list.isEmpty ? "\(name) \(value)\n" : "\(name){\(list)} \(value)\n"
        }
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
