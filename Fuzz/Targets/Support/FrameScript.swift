import NIOCore

@testable import WebSocketTransport

/// Messages in well-made frames, decided by an input: their kinds and texts, where they are cut, and the pings between.
struct FrameScript {
    private(set) var bytes: [UInt8] = []
    private(set) var items: [MessageAssembler.Item] = []
    private var choices: Choices

    init(_ input: ArraySlice<UInt8>) {
        choices = Choices(input)
        while !choices.isExhausted, items.count < 32 { addMessage() }
    }

    private mutating func addMessage() {
        let isText = choices.flag()
        var content = choices.take(Int(choices.byte()) * (choices.flag() ? 4 : 1))
        if isText { content = Array(String(decoding: content, as: UTF8.self).utf8.prefix(1000)) }
        if isText, String(validating: content, as: UTF8.self) == nil { content = [] }
        let message: WebSocketMessage = isText ? .text(String(decoding: content, as: UTF8.self)) : .binary(ByteBuffer(bytes: content))
        var rest = content[...]
        var opcode: UInt8 = isText ? 1 : 2
        while !choices.isExhausted, choices.below(3) > 0 {
            let piece = rest.prefix(choices.below(200))
            rest = rest.dropFirst(piece.count)
            addFrame(opcode, isFinal: false, piece)
            opcode = 0
            if choices.below(3) == 0 { addPing() }
        }
        addFrame(opcode, isFinal: true, rest)
        items.append(.message(message))
    }

    private mutating func addPing() {
        let content = choices.take(choices.below(126))
        addFrame(9, isFinal: true, content[...])
        items.append(.ping(ByteBuffer(bytes: content)))
    }

    private mutating func addFrame(_ opcode: UInt8, isFinal: Bool, _ payload: ArraySlice<UInt8>) {
        bytes.append((isFinal ? 0x80 : 0) | opcode)
        if payload.count < 126 {
            bytes.append(0x80 | UInt8(payload.count))
        } else {
            bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        }
        let mask = (0..<4).map { _ in choices.byte() }
        bytes += mask
        bytes += payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }
}
