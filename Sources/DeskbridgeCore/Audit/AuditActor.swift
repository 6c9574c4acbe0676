/// On whose behalf something is done, for the audit.
///
/// Entrances set it around all that they do for a request; whatever is written to the ledger meanwhile says so.
package struct AuditActor: Sendable, Hashable {
    /// By what somebody is known.
    package enum Identity: String, Sendable, Hashable, CaseIterable {
        /// The bridge itself: an attempt ended, a file was reloaded.
        case bridge
        /// The owner of the machine, on the control socket.
        case local
        /// The owner of the machine, in the console.
        case desk
        case token
        /// A program of the same user, on the message bus.
        case program
        /// Somebody who has not signed in.
        case nobody
    }

    /// The way something came in.
    package enum Entrance: String, Sendable, Hashable, CaseIterable {
        case inside, control, http, dbus
        case webSocket = "websocket"
    }

    /// Nil for the bridge itself and for who has not signed in.
    package let client: ClientName?
    package let identity: Identity
    /// The id of the token.
    package let token: String?
    package let entrance: Entrance
    /// The `Origin` header, if there was one.
    package let origin: String?

    package init(client: ClientName?, identity: Identity, token: String? = nil, entrance: Entrance, origin: String? = nil) {
        self.client = client
        self.identity = identity
        self.token = token
        self.entrance = entrance
        self.origin = origin
    }

    package static let bridge = AuditActor(client: nil, identity: .bridge, entrance: .inside)

    /// Somebody who has not signed in.
    package static func stranger(through entrance: Entrance, origin: String? = nil) -> AuditActor {
        AuditActor(client: nil, identity: .nobody, entrance: entrance, origin: origin)
    }

    @TaskLocal package static var current = AuditActor.bridge
}
