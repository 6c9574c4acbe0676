package import DeskbridgeCore

/// A page that has shown the right code and waits for the person at the desk.
package struct PairingRequest: Sendable, Hashable {
    /// What a page gets. Chosen at the desk when the code is made: a code for one thing never gives the other.
    package enum Kind: String, Sendable, Hashable {
        /// A token of its own, with what policies let its client do.
        case page
        /// A session of the console, with all rights of the person at the desk.
        case console
    }

    package let kind: Kind
    package let origin: String
    package let client: ClientName

    package init(_ kind: Kind = .page, origin: String, client: ClientName) {
        self.kind = kind
        self.origin = origin
        self.client = client
    }
}
