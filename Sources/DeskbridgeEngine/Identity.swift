package import DeskbridgeCore

/// Who asks, once authentication is done.
package struct Identity: Sendable, Hashable {
    package let client: ClientName
    /// The `Origin` header, if the request had one.
    package let origin: String?
    /// The token that was presented; none on the control socket.
    package let token: String?
    /// Whether the token is that of a desk session: the console, opened by the owner of the machine.
    package let isDesk: Bool

    package init(client: ClientName, origin: String? = nil, token: String? = nil, isDesk: Bool = false) {
        self.client = client
        self.origin = origin
        self.token = token
        self.isDesk = isDesk
    }

    /// The owner of the machine, on the control socket.
    package static let local = Identity(client: .local)

    package var isLocal: Bool { client == .local && token == nil }

    /// The person at the desk, at the command line or in the console: sees everything and decides about everything.
    package var isOwner: Bool { isLocal || isDesk }
}
