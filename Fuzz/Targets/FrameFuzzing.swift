import NIOCore

@testable import WebSocketTransport

/// What comes after an upgrade: the items read are those that RFC 6455 says, however the bytes were cut into pieces, and a connection
/// answers them so.
enum FrameFuzzing {
    static let largestFrame = 2048
    static let largestMessage = 4096
    private static let longestCutEverywhere = 64

    /// The first byte says how long the pieces are, whether frames are made from the bytes, and whether they go through a connection.
    static func take(_ bytes: [UInt8]) {
        guard let plan = bytes.first else { return }
        let isMade = plan & 0x10 != 0
        let script = isMade ? FrameScript(bytes.dropFirst()) : nil
        let bytes = script.map { $0.bytes[...] } ?? bytes.dropFirst()
        let expected = PlainFrameReading(bytes, largestFrame: largestFrame, largestMessage: largestMessage)
        if let script { promise(expected.items == script.items && expected.violation == nil, "well-made frames are refused: \(expected)") }

        check([bytes], expected)
        check(bytes.pieces(of: Int(plan % 16) + 1), expected)
        if bytes.count <= longestCutEverywhere {
            for place in bytes.indices { check([bytes[..<place], bytes[place...]], expected) }
        }
        if plan & 0x20 != 0 {
            FrameConversation(bytes, expected).check(inPiecesOf: plan & 0x40 == 0 ? nil : Int(plan % 16) + 1)
        }
    }

    private static func check(_ pieces: [ArraySlice<UInt8>], _ expected: PlainFrameReading) {
        var assembler = MessageAssembler(maximumFrameSize: largestFrame, maximumMessageSize: largestMessage)
        var items: [MessageAssembler.Item] = []
        var violation: ProtocolViolation?
        reading: for piece in pieces {
            assembler.append(ByteBuffer(bytes: piece))
            do throws(ProtocolViolation) {
                while let item = try assembler.next() { items.append(item) }
            } catch {
                violation = error
                break reading
            }
        }
        promise(items == expected.items, "in \(pieces.count) pieces \(items) is read, not \(expected.items)")
        promise(violation == expected.violation, "in \(pieces.count) pieces \(violation as Any) is found, not \(expected.violation as Any)")
    }
}
