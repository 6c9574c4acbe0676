import HTTPTypes
import Testing

@testable import WebSocketTransport

struct UpgradeRequestTests {
    private static let key = "dGhlIHNhbXBsZSBub25jZQ=="
    private static let sound: HTTPFields = [
        .upgrade: "websocket", .connection: "Upgrade", .secWebSocketKey: key, .secWebSocketVersion: "13",
    ]

    @Test func takesTheExampleOfTheRFC() {
        #expect(judge(Self.sound) == .valid(key: Self.key))
    }

    @Test(arguments: [
        (HTTPField.Name.upgrade, "WebSocket"), (.upgrade, "h2c, websocket"), (.connection, "keep-alive,UPGRADE"),
        (.contentLength, "0"), (.secWebSocketKey, "AAAAAAAAAAAAAAAAAAAAAA=="),
    ]) func takes(_ name: HTTPField.Name, _ value: String) {
        var headers = Self.sound
        headers[name] = value
        #expect(judge(headers) == .valid(key: headers[.secWebSocketKey] ?? ""))
    }

    private static let ordinary: [(HTTPField.Name, String?)] = [
        (.upgrade, nil), (.upgrade, "h2c"), (.connection, nil), (.connection, "keep-alive"),
    ]

    @Test(arguments: ordinary) func isNoHandshake(_ name: HTTPField.Name, _ value: String?) {
        var headers = Self.sound
        headers[name] = value
        #expect(judge(headers) == .none)
    }

    private static let malformed: [(HTTPField.Name, String?)] = [
        (HTTPField.Name.secWebSocketKey, nil), (.secWebSocketKey, ""), (.secWebSocketKey, "dGhlIHNhbXBsZSBub25jZQ="),
        (.secWebSocketKey, "dGhlIHNhbXBsZSBub25jZQ==="), (.secWebSocketKey, "dGhlIHNhbXBsZSBub25jZR=="),
        (.secWebSocketKey, "dGhlIHNhbXBsZSBub25j*Q=="), (.secWebSocketKey, "dGhlIHNhbXBsZSBub25jZQAA"),
        (.contentLength, "1"), (.transferEncoding, "chunked"),
    ]

    @Test(arguments: malformed) func refusesAsMalformed(_ name: HTTPField.Name, _ value: String?) {
        var headers = Self.sound
        headers[name] = value
        #expect(status(judge(headers)) == .badRequest)
    }

    @Test(arguments: [nil, "12", "14", "013", "13, 8", "x"]) func refusesAnotherVersionAndNamesOurs(_ version: String?) {
        var headers = Self.sound
        headers[.secWebSocketVersion] = version
        guard case .refused(let status, let answer, _) = judge(headers) else {
            Issue.record("not refused")
            return
        }
        #expect(status == .upgradeRequired)
        #expect(answer[.secWebSocketVersion] == "13")
    }

    @Test func refusesAnotherMethodAndTwoKeys() {
        #expect(status(judge(Self.sound, method: .post)) == .badRequest)
        var headers = Self.sound
        headers.append(HTTPField(name: .secWebSocketKey, value: Self.key))
        #expect(status(judge(headers)) == .badRequest)
    }

    private func judge(_ headers: HTTPFields, method: HTTPRequest.Method = .get) -> UpgradeRequest {
        UpgradeRequest(HTTPRequest(method: method, scheme: "http", authority: "localhost", path: "/", headerFields: headers))
    }

    private func status(_ request: UpgradeRequest) -> HTTPResponse.Status? {
        if case .refused(let status, _, _) = request { status } else { nil }
    }
}
