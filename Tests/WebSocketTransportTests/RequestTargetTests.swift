import Testing

@testable import WebSocketTransport

@Suite struct RequestTargetTests {
    @Test(
        arguments: [
            ("/v1/status", .origin), ("*", .origin), ("//evil.example/v1/status", .origin),
            ("http://127.0.0.1:7420/v1/status?a=b", .absolute(authority: "127.0.0.1:7420", path: "/v1/status?a=b")),
            ("HTTP://LOCALHOST:7420/", .absolute(authority: "LOCALHOST:7420", path: "/")),
            ("http://[::1]:7420", .absolute(authority: "[::1]:7420", path: "/")),
            ("http://127.0.0.1:7420?a", .absolute(authority: "127.0.0.1:7420", path: "/?a")),
            ("http://evil.example/", .absolute(authority: "evil.example", path: "/")),
            ("http://user@127.0.0.1:7420/", .absolute(authority: "user@127.0.0.1:7420", path: "/")),
            ("http://127.0.0.1:7420@evil.example/", .absolute(authority: "127.0.0.1:7420@evil.example", path: "/")),
            ("http://evil.example#@127.0.0.1:7420/", .absolute(authority: "evil.example", path: "/#@127.0.0.1:7420/")),
            ("http://evil.example\\@127.0.0.1:7420/", .absolute(authority: "evil.example", path: "/\\@127.0.0.1:7420/")),
            ("http:///v1/status", .other), ("https://127.0.0.1:7420/", .other), ("ws://127.0.0.1:7420/", .other),
            ("evil.example:443", .other), ("v1/status", .other), ("", .other),
        ] as [(String, RequestTarget)])
    func saysWhomARequestIsFor(target: String, meaning: RequestTarget) {
        #expect(RequestTarget(target) == meaning)
    }
}
