import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// Values at the ends of what types hold, and beyond, wherever a client may write one. Each is refused or means something; none of them
/// ends the daemon or is a failure of it.
@Suite(.timeLimit(.minutes(5)))
struct HostileValueTests {
    static let numbers = [
        "0", "-0", "-1", "+1", "1.5", "1e308", "-9223372036854775808", "-9223372036854775809", "9223372036854775807", "9223372036854775808",
        "18446744073709551615", "-2147483649", "NaN", "inf", "-inf", "0x7fffffffffffffff", "1_000", "0000000000000000000000001",
        String(repeating: "9", count: 2000), "-" + String(repeating: "9", count: 2000), "9999-12-31T23:59:60.999999999999999999999Z",
        "0000-00-00T00:00:00Z", "99999999999999999999d", "999999999999999/1ms",
    ]

    static let texts =
        numbers + [
            "", "%00", "%20", "%ff%fe", "%", "%%", "%2", "%+1", "%u0031", "..", "%2e%2e%2f", "%D9%A3", "%F0%9F%92%A5", "*", "%27--",
            "%25n%25s", ",", ",,,,", String(repeating: "a,", count: 1000), String(repeating: "%F0%9F%92%A5", count: 300),
        ]

    static let targets =
        ["state", "type", "client", "q", "from", "to", "after", "limit"].flatMap { ["/v1/events?\($0)=", "/v1/events?q=x&limit=1&\($0)="] }
        + ["/v1/audit?after=", "/v1/audit?limit=", "/v1/status?ticket=", "/v1/events/", "/v1/pairing/", "/v1/tokens/", "/"]

    private static let acts = ["cancel", "retry", "drop", "resolve", "approve", "deny", "replay"]

    private func check(_ answer: RawResponse, _ what: String) {
        #expect(answer.status < 500, "\(what.prefix(200)): \(answer.status) \(answer.text)")
    }

    @Test func inTargets() async throws {
        try await withUnharmedBridge { bridge, token in
            for value in Self.texts {
                for target in Self.targets { check(try await bridge.request("GET", target + value, token: token), target + value) }
                for act in Self.acts where !value.contains("..") {
                    let target = "/v1/events/\(value)/\(act)"
                    check(try await bridge.post(target, [:], token: token), target)
                }
                check(try await bridge.post("/v1/tokens/\(value)/rotate", [:], token: token), "rotate \(value)")
                check(try await bridge.request("DELETE", "/v1/tokens/\(value)", token: token), "revoke \(value)")
            }
            #expect(!bridge.log.all.contains { $0.contains("http.failed") })
        }
    }

    @Test func inHeadersAndBodies() async throws {
        try await withUnharmedBridge { bridge, token in
            for value in Self.numbers {
                for (name, before) in [
                    ("Idempotency-Key", ""), ("Prefer", "wait="), ("Prefer", "wait=\""), ("Content-Type", "application/json; charset="),
                    ("ce-specversion", ""), ("Origin", ""), ("Sec-Fetch-Site", ""), ("Accept", ""),
                ] {
                    // Without its parameters the event makes nothing, whatever else is right about it.
                    let answer = try await bridge.post(
                        "/v1/events", ["type": "CREATE_RESOURCE", "payload": [:]], token: token, headers: [(name, before + value)])
                    check(answer, "\(name): \(before)\(value)")
                }
                for (target, body) in [
                    ("/v1/ack", "{\"seq\":\(value)}"), ("/v1/ack", "{\"seq\":\"\(value)\"}"), ("/v1/tokens", "{\"expires\":\"\(value)\"}"),
                    ("/v1/policy/explain", "{\"type\":\"WORK\",\"at\":\"\(value)\"}"),
                    ("/v1/events", "{\"type\":\"CREATE_RESOURCE\",\"idempotencyKey\":\"n\",\"payload\":{\"shots\":\(value)}}"),
                    ("/v1/plan", "{\"type\":\"CREATE_RESOURCE\",\"payload\":{\"name\":\"a\",\"user\":\"b\",\"shots\":\(value)}}"),
                ] {
                    let answer = try await bridge.request(
                        "POST", target, token: token, headers: [("Content-Type", "application/json")], body: Array(body.utf8))
                    check(answer, "\(target) \(body)")
                }
            }
            #expect(!bridge.log.all.contains { $0.contains("http.failed") })
        }
    }

    /// A stream that begins somewhere is open for good, so each is closed by hand.
    @Test func inPlacesToResumeAt() async throws {
        try await withUnharmedBridge { bridge, token in
            for value in Self.numbers {
                for inHeader in [false, true] {
                    // A plus is a space in a query.
                    let isPlace = Int64(value).map { $0 >= 0 && (inHeader || !value.hasPrefix("+")) } ?? false
                    if isPlace {
                        let stream = try await EventStreamClient.open(
                            bridge, token: token, query: inHeader ? "" : "?since=\(value)", lastEventID: inHeader ? value : nil)
                        try await stream.next("authenticated")
                        stream.close()
                    } else {
                        let refused = try await bridge.request(
                            "GET", inHeader ? "/v1/stream" : "/v1/stream?since=\(value)", token: token,
                            headers: inHeader ? [("Last-Event-ID", value)] : [])
                        #expect(refused.status == 400, "\(value.prefix(100)): \(refused.status)")
                    }
                }
            }
        }
    }
}
