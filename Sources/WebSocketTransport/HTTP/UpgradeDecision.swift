package import HTTPTypes

/// What becomes of a sound WebSocket handshake.
package enum UpgradeDecision: Sendable {
    /// Answered 101 with these headers added, such as `Sec-WebSocket-Protocol`; the connection is the handler's until it returns,
    /// and is closed with 1000 then unless it has ended before.
    ///
    /// The handler's task is cancelled at a graceful shutdown, after closing with 1001 has begun; never because the peer left:
    /// then `messages` ends once the received ones are taken.
    case upgrade(headers: HTTPFields, handler: @Sendable (WebSocketConnection) async -> Void)
    /// Answered by the HTTP responder like any other request; the connection closes after that answer.
    case passOn
}
