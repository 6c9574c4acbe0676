/// What one client, one connection and one request may take.
package struct LimitsConfiguration: Sendable, Hashable {
    /// The bytes of one WebSocket message.
    package var message = 64 << 10
    /// The bytes of one request's body.
    package var body = 64 << 10
    /// The messages and requests of one client, unless its token carries its own rate.
    package var rate = Rate(count: 60, window: .seconds(10))
    /// The connections at one time that have signed in, over all clients.
    package var connections = 256
    /// Those of one client among them; nil for a half, but for at least 8.
    package var connectionsPerClient: Int?
    /// Places beside `connections` that only the console has, so that the person at the desk can always come in.
    package static let deskConnections = 8
    /// The connections at one time that have not signed in; the one that has been there longest goes when another one comes.
    package var strangers = 256
    /// The connections at one time whose first request isn't whole yet or waits for its turn. When there are more, the one that has been
    /// there longest goes.
    package var backlog = 8192
    /// The bytes one connection may have waiting to be sent before it is closed as a slow consumer.
    package var unsent = 1 << 20
    /// The time a connection has for the headers of a request.
    package var headers = Duration.seconds(10)
    /// The time a WebSocket has to authenticate.
    package var authentication = Duration.seconds(30)
    /// The time between pings on a WebSocket.
    package var ping = Duration.seconds(15)
    /// The time after which a silent WebSocket is closed; longer than `ping`.
    package var silence = Duration.seconds(30)
    /// The failed authentications, over all clients, beyond which they are refused; from half of them on they are slowed.
    package var failures = Rate(count: 20, window: .seconds(60))

    package init() {}

    /// How many connections of one client there may be.
    package var shareOfOneClient: Int { min(connections, connectionsPerClient ?? max(8, connections / 2)) }
}

extension LimitsConfiguration {
    static let messages = 1 << 10...16 << 20
    static let counts = 1...10_000
    static let callers = 1...100_000
    static let unsentBytes = 64 << 10...256 << 20
    static let times = Duration.milliseconds(100) ... .seconds(600)

    mutating func read(_ node: YAMLNode?, _ errors: inout [DefinitionError]) {
        let times = Self.times
        var reader = MappingReader(node, "limits")
        reader.read("message", into: &message) { node, what throws(DefinitionError) in try node.size(what, in: Self.messages) }
        reader.read("body", into: &body) { node, what throws(DefinitionError) in try node.size(what, in: Self.messages) }
        reader.read("rate", into: &rate) { node, what throws(DefinitionError) in try node.rate(what) }
        reader.read("connections", into: &connections) { node, what throws(DefinitionError) in try node.integer(what, in: Self.counts) }
        reader.read("connectionsPerClient", into: &connectionsPerClient) { node, what throws(DefinitionError) in
            try node.integer(what, in: Self.counts)
        }
        reader.read("strangers", into: &strangers) { node, what throws(DefinitionError) in try node.integer(what, in: Self.counts) }
        reader.read("backlog", into: &backlog) { node, what throws(DefinitionError) in try node.integer(what, in: Self.callers) }
        reader.read("unsent", into: &unsent) { node, what throws(DefinitionError) in try node.size(what, in: Self.unsentBytes) }
        reader.read("headers", into: &headers) { node, what throws(DefinitionError) in try node.duration(what, in: times) }
        reader.read("authentication", into: &authentication) { node, what throws(DefinitionError) in try node.duration(what, in: times) }
        let hasSilence = reader.node("silence") != nil
        reader.read("ping", into: &ping) { node, what throws(DefinitionError) in try node.duration(what, in: times) }
        if !hasSilence { silence = ping * 2 }
        reader.read("silence", into: &silence) { node, what throws(DefinitionError) in
            let value = try node.duration(what, in: times)
            guard value > ping else { throw node.error("\(what) must be longer than limits.ping, which is \(Units.text(ping))") }
            return value
        }
        reader.read("failures", into: &failures) { node, what throws(DefinitionError) in try node.rate(what) }
        errors += reader.finish()
    }
}

extension LimitsConfiguration {
    static let schema: MappingSchema = {
        let usual = LimitsConfiguration()
        return MappingSchema([
            size("message", "The longest WebSocket message.", in: messages, usual.message),
            size("body", "The longest body of a request.", in: messages, usual.body),
            .optional(
                "rate", "Messages and requests of one client, unless its token carries a rate of its own.", .rate,
                default: .string(usual.rate.description)),
            .optional(
                "connections", "Connections at one time that have signed in; one more is answered 503.", .integer(in: counts),
                default: .integer(Int64(usual.connections))),
            .optional(
                "connectionsPerClient", "Those of one client among them; half of them, but at least 8, if left out.",
                .integer(in: counts)),
            .optional(
                "strangers", "Connections at one time that have not signed in; one more closes the one that has been there longest.",
                .integer(in: counts), default: .integer(Int64(usual.strangers))),
            .optional(
                "backlog",
                "Connections at one time whose first request isn't whole yet or waits for its turn; one more closes the one that has been there longest.",
                .integer(in: callers), default: .integer(Int64(usual.backlog))),
            size("unsent", "What may wait to be sent on one connection before it is closed as too slow.", in: unsentBytes, usual.unsent),
            time("headers", "Time for the headers of a request.", usual.headers),
            time("authentication", "Time for a WebSocket to authenticate.", usual.authentication),
            time("ping", "Time between pings on a WebSocket.", usual.ping),
            .optional(
                "silence", "Time after which a silent WebSocket is closed; longer than ping, and twice that if left out.",
                .duration(in: times)),
            .optional(
                "failures", "Failed authentications over all clients: from half of them on the answer is slowed, beyond them it is 429.",
                .rate, default: .string(usual.failures.description)),
        ])
    }()

    private static func size(_ name: String, _ description: String, in range: ClosedRange<Int>, _ usual: Int) -> MappingSchema.Key {
        .optional(name, description, .size(in: range), default: .string(Units.text(size: usual)))
    }

    private static func time(_ name: String, _ description: String, _ usual: Duration) -> MappingSchema.Key {
        .optional(name, description, .duration(in: times), default: .string(Units.text(usual)))
    }
}
