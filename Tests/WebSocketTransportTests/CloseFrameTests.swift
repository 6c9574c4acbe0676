import Testing

@testable import WebSocketTransport

struct CloseFrameTests {
    static let reasons: [(String, String)] = [
        ("", ""), ("bye", "bye"), (String(repeating: "x", count: 124), String(repeating: "x", count: 123)),
        (String(repeating: "ä", count: 62), String(repeating: "ä", count: 61)),
        (String(repeating: "x", count: 121) + "e\u{301}f", String(repeating: "x", count: 121)),
    ]

    @Test(arguments: reasons) func cutsAReasonBetweenCharacters(_ reason: String, _ expected: String) {
        let frame = CloseFrame(.normal, reason: reason)
        #expect(frame.reason == expected)
        #expect(frame.payload.readableBytes <= 125)
    }

    @Test func anEmptyFrameHasNoPayload() {
        #expect(CloseFrame.empty.payload.readableBytes == 0)
    }
}
