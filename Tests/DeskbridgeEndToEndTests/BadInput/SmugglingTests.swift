import DeskbridgeTestSupport
import Testing

/// Requests whose end or addressee two readers could see differently. Each is refused, and what follows it on the connection is not
/// taken for a request.
@Suite(.timeLimit(.minutes(5)))
struct SmugglingTests {
    /// `H` stands for the right `Host` line, `J` for the line that says JSON.
    private static let ambiguous: [(String, String)] = [
        ("two hosts", "GET /healthz HTTP/1.1\r\nHHost: evil.example\r\n\r\n"),
        ("the same host twice", "GET /healthz HTTP/1.1\r\nHH\r\n"),
        ("no host", "GET /healthz HTTP/1.1\r\nX: y\r\n\r\n"),
        ("two lengths", "POST /v1/events HTTP/1.1\r\nHJContent-Length: 2\r\nContent-Length: 5\r\n\r\n{}"),
        ("the same length twice", "POST /v1/events HTTP/1.1\r\nHJContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}"),
        ("two lengths in one line", "POST /v1/events HTTP/1.1\r\nHJContent-Length: 2, 5\r\n\r\n{}"),
        ("negative length", "POST /v1/events HTTP/1.1\r\nHJContent-Length: -2\r\n\r\n{}"),
        ("length with a sign", "POST /v1/events HTTP/1.1\r\nHJContent-Length: +2\r\n\r\n{}"),
        ("hexadecimal length", "POST /v1/events HTTP/1.1\r\nHJContent-Length: 0x2\r\n\r\n{}"),
        ("length with a space within", "POST /v1/events HTTP/1.1\r\nHJContent-Length: 2 0\r\n\r\n{}"),
        ("endless length", "POST /v1/events HTTP/1.1\r\nHJContent-Length: 99999999999999999999\r\n\r\n{}"),
        ("empty length", "POST /v1/events HTTP/1.1\r\nHJContent-Length:\r\n\r\n{}"),
        ("length and chunks", "POST /v1/events HTTP/1.1\r\nHJContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("chunks and length", "POST /v1/events HTTP/1.1\r\nHJTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
        ("unknown coding", "POST /v1/events HTTP/1.1\r\nHJTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        ("a coding before chunked", "POST /v1/events HTTP/1.1\r\nHJTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        ("chunked twice", "POST /v1/events HTTP/1.1\r\nHJTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
        ("no coding", "POST /v1/events HTTP/1.1\r\nHJTransfer-Encoding:\r\n\r\n0\r\n\r\n"),
        ("chunked is not the last", "POST /v1/events HTTP/1.1\r\nHJTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
        ("two codings", "POST /v1/events HTTP/1.1\r\nHJTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
        ("coding behind a tab", "POST /v1/events HTTP/1.1\r\nHJTransfer-Encoding:\u{B}chunked\r\n\r\n0\r\n\r\n"),
        ("space before the colon", "POST /v1/events HTTP/1.1\r\nHJTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
        ("space before a length's colon", "POST /v1/events HTTP/1.1\r\nHJContent-Length : 2\r\n\r\n{}"),
        ("folded header", "GET /healthz HTTP/1.1\r\nHX: a\r\n b\r\n\r\n"),
        ("folded host", "GET /healthz HTTP/1.1\r\nHost:\r\n 127.0.0.1:PORT\r\n\r\n"),
        ("header that begins with a space", "GET /healthz HTTP/1.1\r\n H\r\n"),
        ("line that ends in LF", "GET /healthz HTTP/1.1\r\nHX: y\nZ: evil\r\n\r\n"),
        ("head that ends in LF", "GET /healthz HTTP/1.1\nHost: 127.0.0.1:PORT\n\n"),
        ("CR within a value", "GET /healthz HTTP/1.1\r\nHX: a\rZ: b\r\n\r\n"),
        ("NUL within a value", "GET /healthz HTTP/1.1\r\nHX: a\u{0}b\r\n\r\n"),
        ("no colon", "GET /healthz HTTP/1.1\r\nHevil\r\n\r\n"),
        ("empty name", "GET /healthz HTTP/1.1\r\nH: evil\r\n\r\n"),
        ("name with a brace", "GET /healthz HTTP/1.1\r\nHX{}: evil\r\n\r\n"),
        ("tab in the first line", "GET\t/healthz HTTP/1.1\r\nH\r\n"),
        ("space in the target", "GET /health z HTTP/1.1\r\nH\r\n"),
        ("version 1.2", "GET /healthz HTTP/1.2\r\nH\r\n"), ("version 2", "GET /healthz HTTP/2.0\r\nH\r\n"),
        ("small version", "GET /healthz http/1.1\r\nH\r\n"),
        ("chunk size with a sign", "POST /v1/events HTTP/1.1\r\nHJTransfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n"),
        ("chunk size with 0x", "POST /v1/events HTTP/1.1\r\nHJTransfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n"),
        ("endless chunk size", "POST /v1/events HTTP/1.1\r\nHJTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
        ("chunk that is longer than it says", "POST /v1/events HTTP/1.1\r\nHJTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n"),
        ("chunk size that ends in LF", "POST /v1/events HTTP/1.1\r\nHJTransfer-Encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n"),
    ]

    @Test func whatCanBeReadInTwoWaysIsNotReadAtAll() async throws {
        try await withBridge(.samples) { bridge in
            for (name, text) in Self.ambiguous {
                let written = Self.written(text, port: bridge.port)
                let answers = try await Self.answers(to: written + "GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:\(bridge.port)\r\n\r\n", bridge)
                // A body that breaks off after the request was refused for want of a token ends the connection too.
                #expect(answers == [400] || answers == [401], "\(name): \(answers)")
            }
            #expect(try await bridge.serves())
        }
    }

    /// With a token the body is read too.
    @Test func aBodyWithoutACertainEndIsRefusedAndNoFailureOfTheBridge() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            for (name, text) in Self.ambiguous {
                let written = Self.written(text, port: bridge.port).replacing(
                    "Content-Type: application/json\r\n", with: "Content-Type: application/json\r\nAuthorization: Bearer \(token)\r\n")
                let answers = try await Self.answers(to: written + "GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:\(bridge.port)\r\n\r\n", bridge)
                #expect(answers == [400], "\(name): \(answers)")
            }
            #expect(!bridge.log.all.contains { $0.contains("http.failed") })
            #expect(try await bridge.serves())
        }
    }

    /// The bridge reads these as the standard says, and both requests are answered.
    @Test(arguments: [
        "GET /healthz HTTP/1.1\r\nH\r\n", "GET /healthz HTTP/1.1\r\nHX:\t y \t\r\n\r\n", "\r\nGET /healthz HTTP/1.1\r\nH\r\n",
        "GET http://127.0.0.1:PORT/healthz HTTP/1.1\r\nH\r\n",
        "GET /healthz HTTP/1.1\r\nHTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "GET /healthz HTTP/1.1\r\nHContent-Length: 2\r\n\r\n{}",
    ])
    func whatHasOneMeaningIsAnswered(text: String) async throws {
        try await withBridge(.samples) { bridge in
            let next = "GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:\(bridge.port)\r\nConnection: close\r\n\r\n"
            let answers = try await Self.answers(to: Self.written(text, port: bridge.port) + next, bridge)
            #expect(answers == [200, 200])
        }
    }

    /// A target in absolute form says who is meant, whatever `Host` says.
    @Test(arguments: [
        "http://evil.example/v1/status", "http://evil.example:PORT/v1/status", "http://user@127.0.0.1:PORT/v1/status",
        "http://127.0.0.1/v1/status", "https://127.0.0.1:PORT/v1/status", "http://127.0.0.1:PORT@evil.example/v1/status",
    ])
    func aTargetForAnotherHostIsRefused(target: String) async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let target = target.replacing("PORT", with: String(bridge.port))
            let answer = try await bridge.request("GET", target, token: token)
            #expect(answer.status == 421 && answer.code == "wrong_host" || answer.status == 400, "\(answer.status) \(answer.text)")
            let ours = try await bridge.request("GET", "http://localhost:\(bridge.port)/v1/status", token: token)
            #expect(ours.status == 200)
        }
    }

    private static func written(_ text: String, port: Int) -> String {
        text.replacing("HJ", with: "HContent-Type: application/json\r\n").replacing(/\r\n( ?)(H+)(?!ost|TTP)/) { match in
            "\r\n" + match.1 + String(repeating: "Host: 127.0.0.1:PORT\r\n", count: match.2.count)
        }.replacing("PORT", with: String(port))
    }

    /// The statuses of all answers until the bridge ends the connection.
    private static func answers(to text: String, _ bridge: RunningBridge) async throws -> [Int] {
        let connection = try TCPConnection(port: bridge.port)
        defer { connection.close() }
        connection.send(text)
        connection.finishSending()
        let all = String(decoding: await connection.rest(), as: UTF8.self)
        return all.matches(of: /HTTP\/1\.[01] (\d{3})/).compactMap { Int($0.1) }
    }
}
