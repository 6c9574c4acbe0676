import NIOCore

/// Turns the bytes of a client into messages and control frames, by the rules of RFC 6455: bytes in, one item out at a time, no I/O.
///
/// Payload is taken as it arrives, so text is refused at its first byte that cannot become valid UTF-8 (8.1), even within one frame,
/// and what exceeds a limit is refused by its frame's head, before any of it is kept.
struct MessageAssembler {
    /// What the peer said.
    enum Item: Equatable {
        case message(WebSocketMessage)
        case ping(ByteBuffer)
        case pong
        case close(CloseFrame)
    }

    private struct Frame {
        var header: FrameHeader
        var received = 0
        var missing: Int { header.payloadLength - received }
    }

    private let maximumFrameSize: Int
    private let maximumMessageSize: Int
    /// Bytes not looked at yet; at most one frame head's worth is left after `next()` has returned nil.
    private var input = ByteBuffer()
    private var frame: Frame?
    /// Text or binary while a message is being put together, else nil.
    private var kind: Opcode?
    private var body = ByteBuffer()
    private var control = ByteBuffer()
    private var utf8 = UTF8Checker()
    /// How many bytes of `body` the checker has seen.
    private var checkedBytes = 0

    init(maximumFrameSize: Int, maximumMessageSize: Int) {
        self.maximumFrameSize = maximumFrameSize
        self.maximumMessageSize = maximumMessageSize
    }

    /// Hands over bytes as they came from the socket.
    mutating func append(_ bytes: ByteBuffer) {
        if input.readableBytes == 0 {
            input = bytes
        } else {
            input.writeImmutableBuffer(bytes)
        }
    }

    /// The next message or control frame, or nil when more bytes are needed. After an error nothing more can be read.
    mutating func next() throws(ProtocolViolation) -> Item? {
        while true {
            if frame == nil {
                guard let header = try FrameHeader.read(from: &input) else {
                    // An emptied buffer goes back to the socket's reader, which reuses it.
                    if input.readableBytes == 0 { input = ByteBuffer() }
                    return nil
                }
                try begin(header)
            }
            guard var current = frame else { return nil }
            let count = min(current.missing, input.readableBytes)
            if current.header.opcode.isControl {
                control.appendUnmasked(count, from: &input, mask: current.header.mask, offset: current.received)
            } else {
                body.appendUnmasked(count, from: &input, mask: current.header.mask, offset: current.received)
            }
            current.received += count
            let isComplete = current.missing == 0
            frame = isComplete ? nil : current
            if !current.header.opcode.isControl { try checkText(isComplete: isComplete && current.header.isFinal) }
            guard isComplete else {
                input = ByteBuffer()
                return nil
            }
            if let item = try finish(current.header) { return item }
        }
    }

    private mutating func begin(_ header: FrameHeader) throws(ProtocolViolation) {
        switch header.opcode {
        case .close, .ping, .pong:
            control = ByteBuffer()
        case .continuation:
            guard kind != nil else { throw .continuationOfNothing }
        case .text, .binary:
            guard kind == nil else { throw .messageUnfinished }
        }
        if !header.opcode.isControl {
            guard header.payloadLength <= maximumFrameSize else { throw .frameTooLarge(limit: maximumFrameSize) }
            guard header.payloadLength <= maximumMessageSize - body.readableBytes else {
                throw .messageTooLarge(limit: maximumMessageSize)
            }
            if kind == nil { kind = header.opcode }
        }
        frame = Frame(header: header)
    }

    /// Checks text that is not yet a whole message; a message that came in one piece is checked when its string is made.
    private mutating func checkText(isComplete: Bool) throws(ProtocolViolation) {
        guard kind == .text, !(isComplete && checkedBytes == 0) else { return }
        let isValid = body.withUnsafeReadableBytes { bytes in
            utf8.accepts(UnsafeRawBufferPointer(rebasing: bytes[checkedBytes...]))
        }
        checkedBytes = body.readableBytes
        guard isValid, !isComplete || utf8.isAtBoundary else { throw .invalidUTF8 }
    }

    private mutating func finish(_ header: FrameHeader) throws(ProtocolViolation) -> Item? {
        switch header.opcode {
        case .ping: return .ping(control)
        case .pong: return .pong
        case .close: return .close(try CloseFrame.parse(control))
        case .continuation, .text, .binary:
            guard header.isFinal else { return nil }
            return .message(kind == .text ? .text(try takeText()) : .binary(takeBody()))
        }
    }

    private mutating func takeText() throws(ProtocolViolation) -> String {
        guard let text = String(validating: body.readableBytesView, as: UTF8.self) else { throw .invalidUTF8 }
        // The storage serves the next message too, but one large message must not be held for good.
        if body.capacity <= 64 * 1024 { body.clear() } else { body = ByteBuffer() }
        resetMessage()
        return text
    }

    private mutating func takeBody() -> ByteBuffer {
        defer { resetMessage() }
        let whole = body
        body = ByteBuffer()
        return whole
    }

    private mutating func resetMessage() {
        kind = nil
        utf8 = UTF8Checker()
        checkedBytes = 0
    }
}
