package import NIOCore

/// A complete message of the peer, whatever fragments it came in.
package enum WebSocketMessage: Sendable, Equatable {
    /// Valid UTF-8: anything else has closed the connection with 1007 instead.
    case text(String)
    case binary(ByteBuffer)

    /// The payload's length in bytes.
    var byteCount: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .binary(let bytes): bytes.readableBytes
        }
    }
}
