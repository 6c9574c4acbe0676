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
    /// Those of one client among them; nil for a quarter, but for at least 8.
    package var connectionsPerClient: Int?
    /// Places beside `connections` that only the console has, so that the person at the desk can always come in.
    package static let deskConnections = 8
    /// The connections at one time that have not signed in; the one that has been there longest goes when another one comes.
    package var strangers = 256
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
    package var shareOfOneClient: Int { min(connections, connectionsPerClient ?? max(8, connections / 4)) }
}

extension LimitsConfiguration {
    mutating func read(_ node: YAMLNode?, _ errors: inout [DefinitionError]) {
        let times = Duration.milliseconds(100) ... .seconds(600)
        var reader = MappingReader(node, "limits")
        reader.read("message", into: &message) { node, what throws(DefinitionError) in try node.size(what, in: 1 << 10...16 << 20) }
        reader.read("body", into: &body) { node, what throws(DefinitionError) in try node.size(what, in: 1 << 10...16 << 20) }
        reader.read("rate", into: &rate) { node, what throws(DefinitionError) in try node.rate(what) }
        reader.read("connections", into: &connections) { node, what throws(DefinitionError) in try node.integer(what, in: 1...10_000) }
        reader.read("connectionsPerClient", into: &connectionsPerClient) { node, what throws(DefinitionError) in
            try node.integer(what, in: 1...10_000)
        }
        reader.read("strangers", into: &strangers) { node, what throws(DefinitionError) in try node.integer(what, in: 1...10_000) }
        reader.read("unsent", into: &unsent) { node, what throws(DefinitionError) in try node.size(what, in: 64 << 10...256 << 20) }
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
