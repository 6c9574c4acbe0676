import NIOCore
import Testing

@testable import WebSocketTransport

/// The rules by table, in the order of the categories of the Autobahn test suite. Limits: 200,000 bytes a frame, 300,000 a message.
struct MessageAssemblerTests {
    typealias Item = MessageAssembler.Item

    struct Sound: Sendable, CustomTestStringConvertible {
        let name: String
        let frames: [RawFrame]
        let items: [Item]
        var testDescription: String { name }
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        /// What was understood before.
        var items: [Item] = []
        let violation: ProtocolViolation
        var testDescription: String { name }
    }

    static func text(_ text: String) -> Item { .message(.text(text)) }
    static func binary(_ bytes: [UInt8]) -> Item { .message(.binary(ByteBuffer(bytes: bytes))) }
    static func ping(_ text: String) -> Item { .ping(ByteBuffer(string: text)) }
    static func letters(_ count: Int) -> String { String(repeating: "*", count: count) }
    static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) } }

    static let framing: [Sound] = [0, 1, 7, 8, 9, 125, 126, 127, 128, 65535, 65536].flatMap { size in
        [
            Sound(name: "1.1 text of \(size)", frames: [RawFrame(RawFrame.text, letters(size))], items: [text(letters(size))]),
            Sound(name: "1.2 binary of \(size)", frames: [RawFrame(RawFrame.binary, bytes(size))], items: [binary(bytes(size))]),
        ]
    }

    static let sound: [Sound] = [
        Sound(name: "2.1 empty ping", frames: [RawFrame(RawFrame.ping)], items: [ping("")]),
        Sound(name: "2.2 ping of 125", frames: [RawFrame(RawFrame.ping, letters(125))], items: [ping(letters(125))]),
        Sound(
            name: "2.3 ping of any bytes", frames: [RawFrame(RawFrame.ping, [0, 255, 254])],
            items: [.ping(ByteBuffer(bytes: [0, 255, 254]))]),
        Sound(name: "2.7 unasked pongs", frames: [RawFrame(RawFrame.pong), RawFrame(RawFrame.pong, "x")], items: [.pong, .pong]),
        Sound(
            name: "2.10 many pings", frames: (0..<10).map { RawFrame(RawFrame.ping, "p\($0)") }, items: (0..<10).map { ping("p\($0)") }),
        Sound(
            name: "5.3 text in two", frames: [RawFrame(RawFrame.textBegin, "frag"), RawFrame(RawFrame.last, "ment")],
            items: [text("fragment")]),
        Sound(
            name: "5.6 ping between fragments",
            frames: [RawFrame(RawFrame.textBegin, "frag"), RawFrame(RawFrame.ping, "p"), RawFrame(RawFrame.last, "ment")],
            items: [ping("p"), text("fragment")]),
        Sound(
            name: "5.19 pings among five fragments",
            frames: [
                RawFrame(RawFrame.binaryBegin, [1]), RawFrame(RawFrame.more, [2]), RawFrame(RawFrame.ping, "a"), RawFrame(RawFrame.more),
                RawFrame(RawFrame.more, [3]), RawFrame(RawFrame.pong), RawFrame(RawFrame.last, [4]), RawFrame(RawFrame.text, "next"),
            ], items: [ping("a"), .pong, binary([1, 2, 3, 4]), text("next")]),
        Sound(
            name: "6.1 empty fragments", frames: [RawFrame(RawFrame.textBegin), RawFrame(RawFrame.more), RawFrame(RawFrame.last)],
            items: [text("")]),
        Sound(
            name: "6.2 a character over fragments",
            frames: [RawFrame(RawFrame.textBegin, [0xCE]), RawFrame(RawFrame.more), RawFrame(RawFrame.last, [0xBA, 0x21])],
            items: [text("κ!")]),
        Sound(
            name: "6.2.3 one byte a fragment",
            frames: [RawFrame(RawFrame.textBegin)] + "Hello-µ@ß😀".utf8.map { RawFrame(RawFrame.more, [$0]) } + [RawFrame(RawFrame.last)],
            items: [text("Hello-µ@ß😀")]),
        Sound(
            name: "two texts use one storage", frames: [RawFrame(RawFrame.text, "longer text first"), RawFrame(RawFrame.text, "short")],
            items: [text("longer text first"), text("short")]),
        Sound(name: "7.3.1 empty close", frames: [RawFrame(RawFrame.close)], items: [.close(.empty)]),
        Sound(name: "7.3.4 close with reason", frames: [.close(1000, "käse")], items: [.close(CloseFrame(.normal, reason: "käse"))]),
        Sound(
            name: "7.3.5 longest reason", frames: [.close(1000, letters(123))], items: [.close(CloseFrame(.normal, reason: letters(123)))]),
        Sound(
            name: "10.1 many small fragments",
            frames: [RawFrame(RawFrame.textBegin, letters(1300))] + (0..<48).map { _ in RawFrame(RawFrame.more, letters(1300)) }
                + [RawFrame(RawFrame.last, letters(36))], items: [text(letters(63736))]),
        Sound(
            name: "a frame and a message of exactly the limits",
            frames: [RawFrame(RawFrame.binaryBegin, bytes(200_000)), RawFrame(RawFrame.last, bytes(100_000))],
            items: [binary(bytes(200_000) + bytes(100_000))]),
    ]

    static let broken: [Broken] = [
        Broken(name: "2.5 ping of 126", bytes: RawFrame(RawFrame.ping, letters(126)).masked(), violation: .longControlFrame),
        Broken(name: "3.1 RSV1", bytes: RawFrame(0xC1).masked(), violation: .reservedBits),
        Broken(
            name: "3.2 RSV2 after a good message", bytes: RawFrame(RawFrame.text, "ok").masked() + RawFrame(0xA1).masked(),
            items: [text("ok")], violation: .reservedBits),
        Broken(name: "3.3 RSV3", bytes: RawFrame(0x91).masked(), violation: .reservedBits),
        Broken(name: "3.6 all RSV on a ping", bytes: RawFrame(0xF9).masked(), violation: .reservedBits),
        Broken(name: "4.1 opcode 3", bytes: RawFrame(0x83).masked(), violation: .reservedOpcode(3)),
        Broken(name: "4.1 opcode 7", bytes: RawFrame(0x87).masked(), violation: .reservedOpcode(7)),
        Broken(name: "4.2 opcode 11", bytes: RawFrame(0x8B).masked(), violation: .reservedOpcode(11)),
        Broken(name: "4.2 opcode 15", bytes: RawFrame(0x8F).masked(), violation: .reservedOpcode(15)),
        Broken(name: "5.1 fragmented ping", bytes: RawFrame(0x09, "x").masked(), violation: .fragmentedControlFrame),
        Broken(name: "5.2 fragmented pong", bytes: RawFrame(0x0A).masked(), violation: .fragmentedControlFrame),
        Broken(name: "fragmented close", bytes: RawFrame(0x08).masked(), violation: .fragmentedControlFrame),
        Broken(name: "5.9 last fragment of nothing", bytes: RawFrame(RawFrame.last, "x").masked(), violation: .continuationOfNothing),
        Broken(name: "5.10 fragment of nothing", bytes: RawFrame(RawFrame.more, "x").masked(), violation: .continuationOfNothing),
        Broken(
            name: "5.15 fragment after the last",
            bytes: [RawFrame(RawFrame.textBegin, "a"), RawFrame(RawFrame.last, "b"), RawFrame(RawFrame.more, "c")].flatMap { $0.masked() },
            items: [text("ab")], violation: .continuationOfNothing),
        Broken(
            name: "5.18 text within text",
            bytes: [RawFrame(RawFrame.textBegin, "a"), RawFrame(RawFrame.text, "b")].flatMap { $0.masked() }, violation: .messageUnfinished),
        Broken(
            name: "binary within text",
            bytes: [RawFrame(RawFrame.textBegin, "a"), RawFrame(RawFrame.binaryBegin, "b")].flatMap { $0.masked() },
            violation: .messageUnfinished),
        Broken(name: "6.3 invalid text", bytes: RawFrame(RawFrame.text, [0xCE, 0xBA, 0xED, 0xA0, 0x80]).masked(), violation: .invalidUTF8),
        Broken(
            name: "6.4.1 invalid second fragment, the third never comes",
            bytes: [RawFrame(RawFrame.textBegin, "κόσμε"), RawFrame(RawFrame.more, [0xF4, 0x90])].flatMap { $0.masked() },
            violation: .invalidUTF8),
        Broken(
            name: "6.4.3 invalid within a frame whose end never comes",
            bytes: Array(
                RawFrame(RawFrame.text, Array("κόσμε".utf8) + [0xF4, 0x90, 0x80, 0x80] + Array("edited".utf8)).masked().dropLast(8)),
            violation: .invalidUTF8),
        Broken(
            name: "6.6 unfinished character at the end of fragments",
            bytes: [RawFrame(RawFrame.textBegin, [0xE2]), RawFrame(RawFrame.last, [0x82])].flatMap { $0.masked() }, violation: .invalidUTF8),
        Broken(
            name: "unfinished character, empty last fragment",
            bytes: [RawFrame(RawFrame.textBegin, [0xE2]), RawFrame(RawFrame.last)].flatMap { $0.masked() }, violation: .invalidUTF8),
        Broken(
            name: "6.6 unfinished character in one frame", bytes: RawFrame(RawFrame.text, [0x41, 0xCE]).masked(), violation: .invalidUTF8),
        Broken(name: "7.3.2 close of one byte", bytes: RawFrame(RawFrame.close, [3]).masked(), violation: .closePayloadTooShort),
        Broken(name: "7.3.6 close of 126", bytes: RawFrame.close(1000, letters(124)).masked(), violation: .longControlFrame),
        Broken(
            name: "7.5.1 close with an invalid reason", bytes: RawFrame(RawFrame.close, [3, 0xE8, 0xCE, 0xC0]).masked(),
            violation: .invalidUTF8),
        Broken(name: "unmasked", bytes: RawFrame(RawFrame.text, "x").unmasked(), violation: .unmaskedFrame),
        Broken(name: "unmasked and empty", bytes: RawFrame(RawFrame.text).unmasked(), violation: .unmaskedFrame),
        Broken(name: "125 as two bytes", bytes: [0x82, 0xFE, 0, 125], violation: .lengthNotMinimal),
        Broken(name: "65535 as eight bytes", bytes: [0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], violation: .lengthNotMinimal),
        Broken(name: "2^63", bytes: [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0], violation: .lengthOutOfRange),
        Broken(
            name: "a frame too large, by its head alone", bytes: RawFrame.header(RawFrame.binary, 200_001, masked: true) + [0, 0, 0, 0],
            violation: .frameTooLarge(limit: 200_000)),
        Broken(
            name: "the largest length there is", bytes: [0x82, 0xFF, 0x7F, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0],
            violation: .frameTooLarge(limit: 200_000)),
        Broken(
            name: "a message too large, by the head of its second fragment",
            bytes: RawFrame(RawFrame.binaryBegin, bytes(200_000)).masked() + RawFrame.header(RawFrame.last, 100_001, masked: true) + [
                0, 0, 0, 0,
            ],
            violation: .messageTooLarge(limit: 300_000)),
    ]

    static let badCloseCodes = [0, 999, 1004, 1005, 1006, 1012, 1015, 1016, 1100, 2000, 2999, 5000, 65535]
    static let goodCloseCodes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4413, 4999]

    @Test(arguments: framing + sound, [0, 1, 13, 4096]) func understands(_ row: Sound, pieces: Int) throws {
        let bytes = row.frames.flatMap { $0.masked() }
        // A byte at a time for the long ones would take long and show nothing the short ones do not.
        let size = pieces == 0 ? bytes.count : bytes.count > 10_000 ? max(pieces, 4096) : pieces
        let (items, violation) = assemble(bytes, pieces: size)
        #expect(violation == nil)
        #expect(items == row.items)
    }

    @Test(arguments: broken, [0, 1, 4096]) func refuses(_ row: Broken, pieces: Int) {
        let size = pieces == 0 ? row.bytes.count : row.bytes.count > 10_000 ? max(pieces, 4096) : pieces
        let (items, violation) = assemble(row.bytes, pieces: size)
        #expect(violation == row.violation)
        #expect(items == row.items)
    }

    @Test(arguments: badCloseCodes) func refusesCloseCode(_ code: Int) {
        #expect(assemble(RawFrame.close(code).masked(), pieces: 64).violation == .closeCodeNotAllowed(UInt16(code)))
    }

    @Test(arguments: goodCloseCodes) func acceptsCloseCode(_ code: Int) {
        #expect(
            assemble(RawFrame.close(code).masked(), pieces: 64).items == [.close(CloseFrame(WebSocketCloseCode(UInt16(code)), reason: ""))])
    }

    @Test(arguments: [[0, 0, 0, 0], [0xFF, 0, 0, 0], [1, 2, 3, 4]] as [[UInt8]]) func undoesAnyMask(_ mask: [UInt8]) {
        let payload = Self.bytes(1001)
        for pieces in [1, 3, 7, 2000] {
            #expect(assemble(RawFrame(RawFrame.binary, payload).masked(mask), pieces: pieces).items == [Self.binary(payload)])
        }
    }

    private func assemble(_ bytes: [UInt8], pieces: Int) -> (items: [Item], violation: ProtocolViolation?) {
        var assembler = MessageAssembler(maximumFrameSize: 200_000, maximumMessageSize: 300_000)
        var items: [Item] = []
        var rest = bytes[...]
        do throws(ProtocolViolation) {
            while !rest.isEmpty {
                assembler.append(ByteBuffer(bytes: rest.prefix(pieces)))
                rest = rest.dropFirst(pieces)
                while let item = try assembler.next() { items.append(item) }
            }
        } catch {
            return (items, error)
        }
        return (items, nil)
    }
}
