package import DeskbridgeCore

/// Who asks, once authentication is done.
package struct Identity: Sendable, Hashable {
    package let client: ClientName
    /// The `Origin` header, if the request had one.
    package let origin: String?
    /// The token that was presented; none on the control socket.
    package let token: String?

    package init(client: ClientName, origin: String? = nil, token: String? = nil) {
        self.client = client
        self.origin = origin
        self.token = token
    }

    /// The owner of the machine, on the control socket.
    package static let local = Identity(client: .local)

    package var isLocal: Bool { client == .local && token == nil }
}
