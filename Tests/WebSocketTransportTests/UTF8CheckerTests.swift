import Testing

@testable import WebSocketTransport

struct UTF8CheckerTests {
    static let valid: [[UInt8]] = [
        [], Array("plain".utf8), Array("Hello-µ@ßöäüàá-UTF-8!!".utf8), Array("κόσμε and more than eight bytes".utf8), [0x00], [0x7F],
        [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0xA0, 0x80], [0xED, 0x9F, 0xBF], [0xEE, 0x80, 0x80], [0xEF, 0xBF, 0xBF],
        [0xF0, 0x90, 0x80, 0x80], [0xF4, 0x8F, 0xBF, 0xBF],
    ]

    /// Invalid sequences, each with the index of the byte at which that is certain.
    static let invalid: [([UInt8], Int)] = [
        ([0x80], 0), ([0xBF], 0), ([0xC0, 0x80], 0), ([0xC1, 0xBF], 0), ([0xF5, 0x80], 0), ([0xFE], 0), ([0xFF], 0),
        ([0xE0, 0x9F, 0x80], 1), ([0xED, 0xA0, 0x80], 1), ([0xF0, 0x8F, 0xBF, 0xBF], 1), ([0xF4, 0x90, 0x80, 0x80], 1),
        ([0xC3, 0x28], 1), ([0xE2, 0x82, 0x41], 2), ([0xF0, 0x9F, 0x98, 0xC0], 3),
        (Array("eight is".utf8) + [0xCE, 0xBA, 0xE1, 0xBD, 0xB9, 0xF4, 0x90], 14), (Array("0123456789abcde".utf8) + [0xFF], 15),
    ]

    @Test(arguments: valid) func acceptsValidTextCutAnywhere(_ bytes: [UInt8]) {
        for cut in 0...bytes.count {
            var checker = UTF8Checker()
            #expect(accepts(&checker, bytes[..<cut]))
            #expect(accepts(&checker, bytes[cut...]))
            #expect(checker.isAtBoundary)
        }
    }

    @Test(arguments: invalid) func refusesAtTheFirstByteThatCannotBecomeValid(_ bytes: [UInt8], _ index: Int) {
        for cut in 0...bytes.count {
            var checker = UTF8Checker()
            #expect(accepts(&checker, bytes[..<cut]) == (cut <= index))
            if cut <= index { #expect(!accepts(&checker, bytes[cut...index])) }
        }
    }

    @Test(arguments: [[0xCE], [0xE1, 0xBD], [0xF0, 0x9F, 0x98]] as [[UInt8]]) func knowsACharacterIsUnfinished(_ bytes: [UInt8]) {
        var checker = UTF8Checker()
        #expect(accepts(&checker, bytes[...]))
        #expect(!checker.isAtBoundary)
    }

    private func accepts(_ checker: inout UTF8Checker, _ bytes: ArraySlice<UInt8>) -> Bool {
        Array(bytes).withUnsafeBytes { checker.accepts($0) }
    }
}
