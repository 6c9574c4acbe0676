package import DeskbridgeCore

/// The token of the first client, made through the daemon.
package struct FirstToken: Sendable {
    package enum Answer: Sendable, Equatable {
        case made(IssuedToken)
        /// The client has a token that is good; a second one is not made unasked.
        case exists
        /// There is no daemon to make one.
        case noDaemon
    }

    package let wanted: TokenRequest

    /// - Throws: ``ControlError`` for any other reason than that there is no daemon.
    package func answer(from client: ControlClient, now: Timestamp) async throws -> Answer {
        do {
            let tokens = try await client.tokens()
            guard !tokens.contains(where: { $0.client == wanted.client && $0.standing(at: now) == .valid }) else { return .exists }
            return .made(try await client.createToken(wanted))
        } catch ControlError.notRunning {
            return .noDaemon
        }
    }
}
