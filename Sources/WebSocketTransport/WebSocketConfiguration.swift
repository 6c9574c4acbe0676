/// The limits and times of one WebSocket port, of its HTTP side and of its WebSocket side.
package struct WebSocketConfiguration: Sendable {
    /// Most payload bytes of one frame; a larger one closes with 1009 before its payload is read.
    package var maximumFrameSize = 64 * 1024
    /// Most bytes of one message over all its fragments; more closes with 1009 before the excess is read.
    package var maximumMessageSize = 64 * 1024
    /// Most bytes accepted by `send` that the operating system has not taken yet; more closes with `slowConsumerCode`. While no more than a
    /// quarter of them wait, one message of any length is accepted.
    package var maximumUnsentBytes = 1024 * 1024
    package var slowConsumerCode = WebSocketCloseCode(4413)
    package var slowConsumerReason = "slow consumer"
    /// How often a ping is sent.
    package var pingInterval: Duration = .seconds(15)
    /// How long a peer may send no frame at all (a pong is one) before it is dropped.
    package var silenceLimit: Duration = .seconds(30)
    /// How long closing may take, from the close frame on, before TCP is dropped.
    package var closeTimeout: Duration = .seconds(5)
    /// How long the head of a request may take, from the connection's start or from its first byte on a kept-alive connection.
    package var headerTimeout: Duration = .seconds(10)
    /// How long the body of a request may take in all, from its head.
    package var bodyTimeout: Duration = .seconds(30)
    /// How long a kept-alive connection may wait for the next request.
    package var idleTimeout: Duration = .seconds(60)
    /// How long a client may leave a response unread.
    package var responseTimeout: Duration = .seconds(30)
    /// Most bytes of all header fields of one request together; more is answered 431.
    package var maximumHeaderSize = 32 * 1024

    package init() {}
}
