package import HTTPTypes

/// The subprotocols that a client offers (RFC 6455 section 11.3.4).
package struct WebSocketSubprotocols: Sendable {
    package static let deskbridge = "deskbridge.v1"
    package static let cloudEvents = "cloudevents.json"
    package static let bearerPrefix = "bearer."

    package let offered: [String]

    package init(of request: HTTPRequest) {
        offered = request.headerFields[values: .secWebSocketProtocol].flatMap { value in
            value.split(separator: ",").map { $0.trimming { $0 == " " || $0 == "\t" } }
        }
    }

    /// The one to echo: the first offered that we speak. Nil for a client that offers none of ours.
    package var selected: String? { offered.first { $0 == Self.deskbridge || $0 == Self.cloudEvents } }
}

extension Substring {
    fileprivate func trimming(_ isSpace: (Character) -> Bool) -> String {
        var text = self.drop(while: isSpace)
        while let last = text.last, isSpace(last) { text.removeLast() }
        return String(text)
    }
}
