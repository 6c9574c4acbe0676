import NIOCore

/// The frames that wait to be written, in the order of their `send` calls, and the count of what is not written yet.
///
/// A value without locks or I/O: the connection guards it with a mutex, and the event loop empties it.
struct Outbox {
    enum Admission: Equatable {
        /// Queued; the event loop must be woken if `wake`, else it is already on its way.
        case queued(wake: Bool)
        /// The connection is closing: nothing was queued.
        case refused
        /// The limit was passed: what waited is gone and only the close frame is left to send.
        case overflowed
    }

    /// One write. A large payload is a piece of its own, which must follow its frame's head whatever happens.
    private struct Piece {
        var bytes: ByteBuffer
        var continuesFrame = false
    }

    /// Small frames are gathered into buffers of about this size, each of which is one write.
    private static let gatherSize = 32 * 1024

    /// Bytes that may be unsent, besides one message that came while no more than a quarter of them were.
    private let limit: Int
    private let overflowFrame: CloseFrame
    private var full = CircularBuffer<Piece>()
    private var tail = ByteBuffer()
    private var queuedBytes = 0
    private var writtenButUnconfirmed = 0
    private var isWakeUpOnItsWay = false
    private var hasMoved = false
    /// Set once a close frame is queued: it is the last frame there is.
    private(set) var isFinished = false

    init(limit: Int, overflowFrame: CloseFrame) {
        self.limit = limit
        self.overflowFrame = overflowFrame
    }

    /// Bytes queued, or handed to the channel but not yet taken by the operating system.
    var unsentBytes: Int { queuedBytes + writtenButUnconfirmed }
    var isEmpty: Bool { queuedBytes == 0 }

    mutating func add(text: String) -> Admission {
        add(.text, length: text.utf8.count) { $0.writeString(text) }
    }

    mutating func add(_ opcode: Opcode, _ payload: ByteBuffer) -> Admission {
        guard payload.readableBytes > Self.gatherSize else {
            return add(opcode, length: payload.readableBytes) { $0.writeImmutableBuffer(payload) }
        }
        let admission = add(opcode, length: payload.readableBytes) { _ in }
        guard case .queued = admission else { return admission }
        pushTail()
        full.append(Piece(bytes: payload, continuesFrame: true))
        return admission
    }

    /// Queues the close frame as the last one, in place of all whole frames if `droppingQueue`. False if there is one already.
    mutating func finish(_ frame: CloseFrame, droppingQueue: Bool = false) -> Bool {
        guard !isFinished else { return false }
        if droppingQueue { dropQueue() }
        isFinished = true
        append(.close, length: frame.payload.readableBytes) { $0.writeImmutableBuffer(frame.payload) }
        return true
    }

    /// The next bytes to write; nil when nothing is queued, after which a new frame asks for a wake-up again.
    mutating func take() -> ByteBuffer? {
        if full.isEmpty { pushTail() }
        guard let next = full.popFirst()?.bytes else {
            isWakeUpOnItsWay = false
            return nil
        }
        queuedBytes -= next.readableBytes
        writtenButUnconfirmed += next.readableBytes
        return next
    }

    /// The operating system took, or the channel gave up on, this many bytes of what `take` returned.
    mutating func confirm(_ bytes: Int) {
        writtenButUnconfirmed -= bytes
        hasMoved = true
    }

    /// Whether nothing waits, or some of it was taken since this was last asked.
    mutating func isMoving() -> Bool {
        defer { hasMoved = false }
        return hasMoved || unsentBytes == 0
    }

    /// Forgets all that waits, when TCP is gone.
    mutating func abandon() {
        full.removeAll()
        tail = ByteBuffer()
        queuedBytes = 0
        isFinished = true
    }

    private mutating func add(_ opcode: Opcode, length: Int, payload: (inout ByteBuffer) -> Void) -> Admission {
        guard !isFinished else { return .refused }
        // Refused while little waits, a message longer than the limit would never get to a peer that reads as fast as it can.
        guard length <= limit - unsentBytes || unsentBytes <= limit / 4 else {
            _ = finish(overflowFrame, droppingQueue: true)
            return .overflowed
        }
        append(opcode, length: length, payload: payload)
        defer { isWakeUpOnItsWay = true }
        return .queued(wake: !isWakeUpOnItsWay)
    }

    private mutating func append(_ opcode: Opcode, length: Int, payload: (inout ByteBuffer) -> Void) {
        let before = tail.readableBytes
        if tail.capacity == 0 { tail.reserveCapacity(max(1024, min(length, Self.gatherSize) + 16)) }
        tail.writeFrameHeader(opcode, payloadLength: length)
        let header = tail.readableBytes - before
        payload(&tail)
        queuedBytes += header + length
        if tail.readableBytes >= Self.gatherSize { pushTail() }
    }

    private mutating func pushTail() {
        guard tail.readableBytes > 0 else { return }
        full.append(Piece(bytes: tail))
        tail = ByteBuffer()
    }

    private mutating func dropQueue() {
        let begun = full.prefix { $0.continuesFrame }
        full = CircularBuffer(begun)
        tail = ByteBuffer()
        queuedBytes = begun.reduce(0) { $0 + $1.bytes.readableBytes }
    }
}
