import DeskbridgeTestSupport
import Testing

/// What the bridge serves to browsers: the console's files and the JavaScript client.
@Suite(.timeLimit(.minutes(5)))
struct WebFileTests {
    private static let files = [
        ("/", "text/html; charset=utf-8"), ("/console/index.html", "text/html; charset=utf-8"),
        ("/console/console.css", "text/css; charset=utf-8"), ("/console/main.js", "text/javascript; charset=utf-8"),
        ("/client.js", "text/javascript; charset=utf-8"),
    ]

    @Test func eachFileComesWithItsTypeAndWithAllThatKeepsOtherPagesOut() async throws {
        try await withBridge(.samples) { bridge in
            for (target, mediaType) in Self.files {
                let answer = try await bridge.request("GET", target)
                #expect(answer.status == 200, "\(target)")
                #expect(!answer.body.isEmpty && answer.headers["content-length"] == String(answer.body.count), "\(target)")
                #expect(answer.headers["content-type"] == mediaType, "\(target)")
                #expect(answer.headers["cache-control"] == "no-cache", "\(target)")
                #expect(answer.headers["x-content-type-options"] == "nosniff", "\(target)")
                #expect(answer.headers["referrer-policy"] == "no-referrer", "\(target)")
                #expect(answer.headers["cross-origin-opener-policy"] == "same-origin", "\(target)")
                #expect(answer.headers["cross-origin-resource-policy"] == "same-origin", "\(target)")
                let policy = answer.headers["content-security-policy"] ?? ""
                for directive in [
                    "default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'",
                    "form-action 'none'", "require-trusted-types-for 'script'",
                ] { #expect(policy.contains(directive), "\(target): \(policy)") }
                #expect(!policy.contains("unsafe"))

                let head = try await bridge.request("HEAD", target)
                #expect(head.status == 200 && head.body.isEmpty, "\(target)")
                #expect(
                    head.headers["etag"] == answer.headers["etag"] && head.headers["content-length"] == answer.headers["content-length"])
            }
        }
    }

    /// What a browser that asks again may send, and whether it has what it needs.
    @Test(arguments: [
        ("TAG", true), ("W/TAG", true), ("\"other\", TAG", true), ("*", true), ("\"other\"", false), ("", false), ("TAG0", false),
    ])
    func aFileThatTheBrowserHasIsNotSentAgain(condition: String, isKnown: Bool) async throws {
        try await withBridge(.samples) { bridge in
            let tag = try #require(try await bridge.request("GET", "/client.js").headers["etag"])
            #expect(tag.hasPrefix("\"") && tag.hasSuffix("\"") && tag.utf8.count > 10)
            let answer = try await bridge.request(
                "GET", "/client.js", headers: [("If-None-Match", condition.replacing("TAG", with: tag))])
            #expect(answer.status == (isKnown ? 304 : 200))
            #expect(answer.body.isEmpty == isKnown)
            #expect(answer.headers["etag"] == tag)
        }
    }

    @Test(arguments: [
        ("gzip", true), ("gzip, deflate, br", true), ("br;q=1, GZIP;q=0.5", true), ("", false), ("br", false), ("gzip;q=0", false),
        ("gzip; q=0.0", false), ("identity", false),
    ])
    func aBrowserThatTakesGzipIsSentLess(encodings: String, isCompressed: Bool) async throws {
        try await withBridge(.samples) { bridge in
            let plain = try await bridge.request("GET", "/console/main.js")
            let answer = try await bridge.request("GET", "/console/main.js", headers: [("Accept-Encoding", encodings)])
            #expect(answer.status == 200 && answer.headers["vary"]?.contains("Accept-Encoding") == true)
            #expect(answer.headers["content-encoding"] == (isCompressed ? "gzip" : nil))
            #expect((answer.body == plain.body) == !isCompressed)
            #expect((answer.headers["etag"] == plain.headers["etag"]) == !isCompressed)
            guard isCompressed else { return }
            #expect(answer.body.count < plain.body.count / 2 && answer.body.prefix(2) == [0x1F, 0x8B])
            let again = try await bridge.request(
                "GET", "/console/main.js",
                headers: [("Accept-Encoding", encodings), ("If-None-Match", answer.headers["etag"] ?? "")])
            #expect(again.status == 304)
        }
    }

    @Test(arguments: [
        "/console/", "/console/nothing.js", "/console/%2e%2e/client.js", "/console/../client.js", "/console/client.js", "/web/client.js",
    ])
    func nothingElseIsServed(target: String) async throws {
        try await withBridge(.samples) { bridge in
            let answer = try await bridge.request("GET", target)
            #expect(answer.status == 404)
        }
    }

    @Test func onlyPagesThatATokenIsForMayImportTheClient() async throws {
        try await withBridge(.samples) { bridge in
            _ = try await bridge.token("dashboard", "--origin", "https://studio.example")
            func allowed(_ origin: String) async throws -> String? {
                try await bridge.request("GET", "/client.js", headers: [("Origin", origin)]).headers["access-control-allow-origin"]
            }
            #expect(try await allowed("https://studio.example") == "https://studio.example")
            #expect(try await allowed("https://evil.example") == nil)
            #expect(try await bridge.request("GET", "/", headers: [("Host", "evil.example")]).status == 421)
        }
    }
}
