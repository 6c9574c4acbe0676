import HTTPTypes
import Testing

@testable import WebSocketTransport

@Suite struct RequestPreviewTests {
    private static let limit = 200

    private func preview(_ text: String) -> RequestPreview { preview(Array(text.utf8)) }

    private func preview(_ bytes: [UInt8]) -> RequestPreview { bytes.withUnsafeBytes { RequestPreview($0, limit: Self.limit) } }

    private static func request(_ method: HTTPRequest.Method, _ path: String, _ fields: HTTPFields = [:]) -> RequestPreview {
        .whole(HTTPRequest(method: method, scheme: nil, authority: nil, path: path, headerFields: fields))
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\n\r\n", request(.get, "/")),
        ("\r\n\r\nGET / HTTP/1.1\r\n\r\n", request(.get, "/")),
        ("GET / HTTP/1.1\n\n", request(.get, "/")),
        ("POST /v1/events?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n{}\n", request(.post, "/v1/events?a=b")),
        ("GET / HTTP/1.1\r\nAuthorization: Bearer a b\r\n\r\n", request(.get, "/", [.authorization: "Bearer a b"])),
        ("GET / HTTP/1.1\r\nAUTHORIZATION:\t Bearer x \t\r\n\r\n", request(.get, "/", [.authorization: "Bearer x"])),
        ("GET / HTTP/1.1\r\norigin: http://a\r\n\r\n", request(.get, "/", [.origin: "http://a"])),
        ("GET / HTTP/1.1\r\nSec-WebSocket-Protocol: a, b\r\n\r\n", request(.get, "/", [.secWebSocketProtocol: "a, b"])),
        // Another field whose name only begins alike.
        ("GET / HTTP/1.1\r\nAuthorizatio: x\r\nAuthorizations: y\r\n\r\n", request(.get, "/")),
    ])
    func whatAWholeHeadAsksFor(_ text: String, _ expected: RequestPreview) { #expect(preview(text) == expected) }

    @Test(arguments: [
        "", "\r", "\r\n", "G", "GET / HTTP/1.1", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: x", "GET / HTTP/1.1\r\nHost: x\r\n\r",
    ])
    func aHeadThatIsNotWhole(_ text: String) { #expect(preview(text) == .unfinished) }

    @Test(arguments: [
        "GET /\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1 x\r\n\r\n", "G(T / HTTP/1.1\r\n\r\n", "\u{16}\u{3}\u{1}\n\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n",
        "GET / HTTP/1.1\r\nX: \(String(repeating: "x", count: limit))",
        "GET / HTTP/1.1\r\nX: \(String(repeating: "x", count: limit))\r\n\r\n", String(repeating: "\r\n", count: limit),
    ])
    func whatIsNotMadeOutHere(_ text: String) { #expect(preview(text) == .unclear) }

    @Test func noPartOfAHeadIsTakenForAnotherThing() {
        let text = "GET /v1/ws HTTP/1.1\r\nOrigin: http://a\r\nAuthorization: Bearer dbt_x\r\n\r\n"
        for end in 0..<text.utf8.count { #expect(preview(Array(text.utf8.prefix(end))) == .unfinished) }
    }
}
