import DeskbridgeCore
import HTTPTypes
import Testing

@testable import DeskbridgeServer

@Suite struct EventRequestTests {
    private static let long = String(repeating: "k", count: 255)

    @Test(
        arguments: [
            (nil, nil), ("k-1", "k-1"), ("\"k-1\"", "k-1"), (#""a\"b""#, #"a"b"#), (#""a\\b""#, #"a\b"#), (#""a\\\"b""#, #"a\"b"#),
            (#"a\"b"#, #"a\"b"#), ("with space", "with space"), ("\"", "\""), ("'k'", "'k'"), (long, long), ("\"\(long)\"", long),
        ] as [(header: String?, key: String?)])
    func theKeyIsReadQuotedOrBare(header: String?, key: String?) throws {
        var headers = HTTPFields()
        headers[.idempotencyKey] = header
        #expect(try EventRequest.idempotencyKey(headers)?.text == key)
    }

    @Test(arguments: ["", "\"\"", long + "k"]) func whatIsNoKeyIsRefused(header: String) {
        var headers = HTTPFields()
        headers[.idempotencyKey] = header
        do throws(Problem) {
            _ = try EventRequest.idempotencyKey(headers)
            Issue.record("it was taken")
        } catch {
            #expect(error.code == .invalidEvent)
            #expect(error.errors.map(\.pointer) == ["/idempotencyKey"])
        }
    }
}
