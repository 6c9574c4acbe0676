import DeskbridgeCore
import DeskbridgeTestSupport

/// One request that must be refused, and how.
struct Refusal: Sendable {
    let name: String
    let method: String
    let target: String
    let headers: [(String, String)]
    let body: [UInt8]?
    /// Nil for a request that carries none.
    let token: TokenChoice?
    let status: Int
    let code: String?
    /// Members of `errors` that must be there.
    let pointers: [String]

    enum TokenChoice: Sendable {
        case good
        case text(String)
    }

    init(
        _ name: String, _ method: String = "GET", _ target: String = "/v1/status", headers: [(String, String)] = [],
        body: String? = nil, bytes: [UInt8]? = nil, token: TokenChoice? = .good, _ status: Int, _ code: String?, pointers: [String] = []
    ) {
        self.name = name
        self.method = method
        self.target = target
        self.headers = headers
        self.body = bytes ?? body.map { Array($0.utf8) }
        self.token = token
        self.status = status
        self.code = code
        self.pointers = pointers
    }

    /// An event that is sent as JSON.
    static func json(_ name: String, _ body: String, _ status: Int, _ code: String, pointers: [String] = []) -> Refusal {
        Refusal(name, "POST", "/v1/events", headers: [("Content-Type", "application/json")], body: body, status, code, pointers: pointers)
    }

    static func event(
        _ name: String, payload: String, type: String = "CREATE_RESOURCE", _ code: String = "invalid_event", pointers: [String] = []
    )
        -> Refusal
    {
        json(name, #"{"type":"\#(type)","idempotencyKey":"bad","payload":\#(payload)}"#, 422, code, pointers: pointers)
    }
}

extension Refusal {
    static let routes: [Refusal] = [
        Refusal("unknown", "GET", "/v2/events", 404, "not_found"),
        Refusal("unknown below v1", "GET", "/v1/nothing", 404, "not_found"),
        Refusal("file", "GET", "/etc/passwd", 404, "not_found"),
        Refusal("climbing", "GET", "/v1/../../etc/passwd", 404, "not_found"),
        Refusal("climbing, encoded", "GET", "/v1/%2e%2e/%2e%2e/etc/passwd", 404, "not_found"),
        Refusal("event that is not there", "GET", "/v1/events/01936d2e-7c1a-7b5e-9d3f-0a1b2c3d4e5f", 404, "not_found"),
        Refusal("event with a strange id", "GET", "/v1/events/1%20OR%201=1", 404, "not_found"),
        Refusal("event with an id in capitals", "GET", "/v1/events/01936D2E-7C1A-7B5E-9D3F-0A1B2C3D4E5F", 404, "not_found"),
        Refusal("PUT", "PUT", "/v1/events", body: "", 405, "method_not_allowed"),
        Refusal("DELETE", "DELETE", "/v1/events", 405, "method_not_allowed"),
        Refusal("PATCH", "PATCH", "/v1/status", 405, "method_not_allowed"),
        Refusal("GET of tickets", "GET", "/v1/tickets", 405, "method_not_allowed"),
        Refusal("tokens are the owner's", "GET", "/v1/tokens", 403, "forbidden"),
        Refusal(
            "making tokens is the owner's", "POST", "/v1/tokens", headers: [("Content-Type", "application/json")], body: #"{"client":"x"}"#,
            403, "forbidden"),
        Refusal("WebSocket without its handshake", "GET", "/v1/ws", 426, "upgrade_required"),
        Refusal("state that there is not", "GET", "/v1/events?state=done", 400, "malformed_request"),
        Refusal("cursor that is none", "GET", "/v1/events?after=yesterday", 400, "malformed_request"),
        Refusal("cursor before the beginning", "GET", "/v1/events?after=-1", 400, "malformed_request"),
        Refusal("least cursor", "GET", "/v1/events?after=-9223372036854775808", 400, "malformed_request"),
        Refusal("least cursor of a search", "GET", "/v1/events?q=x&after=-9223372036854775808", 400, "malformed_request"),
        Refusal("cursor that is too large", "GET", "/v1/events?after=9223372036854775808", 400, "malformed_request"),
        Refusal("least limit", "GET", "/v1/events?limit=-9223372036854775808", 400, "malformed_request"),
        Refusal(
            "moment with too much of a fraction", "GET", "/v1/events?from=9999-12-31T23:59:60.999999999999999999999Z", 400,
            "malformed_request"),
        Refusal("place before the beginning", "GET", "/v1/stream?since=-9223372036854775808", 400, "malformed_request"),
        Refusal(
            "place before the beginning, in the header", "GET", "/v1/stream", headers: [("Last-Event-ID", "-1")], 400, "malformed_request"),
        Refusal(
            "acknowledged before the beginning", "POST", "/v1/ack", headers: [("Content-Type", "application/json")],
            body: #"{"seq":-9223372036854775808}"#, 422, "invalid_event"),
        Refusal("limit that is none", "GET", "/v1/events?limit=-1", 400, "malformed_request"),
        Refusal("channel that there is not", "GET", "/v1/stream?channels=everything", 422, "invalid_event"),
    ]

    static let credentials: [Refusal] = [
        Refusal("none", token: nil, 401, "unauthenticated"),
        Refusal("unknown", token: .text("dbt_" + String(repeating: "A", count: 43)), 401, "unauthenticated"),
        Refusal("too short", token: .text("dbt_AAAA"), 401, "unauthenticated"),
        Refusal("not ours", token: .text("ghp_0123456789"), 401, "unauthenticated"),
        Refusal("empty", token: .text(""), 401, "unauthenticated"),
        Refusal("Basic", headers: [("Authorization", "Basic ZGI6dA==")], token: nil, 401, "unauthenticated"),
        Refusal(
            "without a word before it", headers: [("Authorization", "dbt_" + String(repeating: "A", count: 43))], token: nil, 401,
            "unauthenticated"),
        Refusal("unknown ticket", "GET", "/v1/status?ticket=dbk_AAAA", token: nil, 401, "unauthenticated"),
        Refusal("token in the URL", "GET", "/v1/status?token=dbt_" + String(repeating: "A", count: 43), 400, "token_in_url"),
        Refusal("access_token in the URL", "GET", "/v1/status?access_token=x", 400, "token_in_url"),
        Refusal("token under another name", "GET", "/v1/status?q=dbt_" + String(repeating: "A", count: 43), 400, "token_in_url"),
        Refusal("token, encoded", "GET", "/v1/status?q=%64bt_" + String(repeating: "A", count: 43), 400, "token_in_url"),
        Refusal("token in the URL of a socket", "GET", "/v1/ws?token=x", 400, "token_in_url"),
    ]

    static let bodies: [Refusal] = [
        Refusal("text", "POST", "/v1/events", headers: [("Content-Type", "text/plain")], body: "{}", 415, "unsupported_media_type"),
        Refusal(
            "form", "POST", "/v1/events", headers: [("Content-Type", "application/x-www-form-urlencoded")], body: "type=A", 415,
            "unsupported_media_type"),
        Refusal("no type at all", "POST", "/v1/events", body: "{}", 415, "unsupported_media_type"),
        Refusal(
            "JSON look-alike", "POST", "/v1/events", headers: [("Content-Type", "application/jsonx")], body: "{}", 415,
            "unsupported_media_type"),
        Refusal(
            "binary CloudEvent that is no JSON", "POST", "/v1/events",
            headers: [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "s"), ("ce-type", "WORK"), ("Content-Type", "text/plain")],
            body: "x", 415, "unsupported_media_type"),
        Refusal(
            "one byte too many", "POST", "/v1/events", headers: [("Content-Type", "application/json")],
            bytes: Array(repeating: UInt8(ascii: " "), count: 64 * 1024 + 1), 413, "too_large"),
        Refusal(
            "much too large", "POST", "/v1/events", headers: [("Content-Type", "application/json")],
            bytes: Array(repeating: UInt8(ascii: " "), count: 2 << 20), 413, "too_large"),
        .json("missing key", #"{"type":"WORK","payload":{}}"#, 400, "idempotency_key_required", pointers: ["/idempotencyKey"]),
        .json("array", "[]", 422, "invalid_event", pointers: [""]),
        .json("string", #""WORK""#, 422, "invalid_event", pointers: [""]),
        .json("null", "null", 422, "invalid_event", pointers: [""]),
        .json("missing type", #"{"idempotencyKey":"k"}"#, 422, "invalid_event", pointers: ["/type"]),
        .json("type that is a number", #"{"type":7,"idempotencyKey":"k"}"#, 422, "invalid_event", pointers: ["/type"]),
        .json("type in small letters", #"{"type":"work","idempotencyKey":"k"}"#, 422, "invalid_event", pointers: ["/type"]),
        .json("empty key", #"{"type":"WORK","idempotencyKey":""}"#, 422, "invalid_event", pointers: ["/idempotencyKey"]),
        .json("key that is a number", #"{"type":"WORK","idempotencyKey":1}"#, 422, "invalid_event", pointers: ["/idempotencyKey"]),
        .json("key with a line end", #"{"type":"WORK","idempotencyKey":"a\nb"}"#, 422, "invalid_event", pointers: ["/idempotencyKey"]),
        .json(
            "key too long", #"{"type":"WORK","idempotencyKey":"\#(String(repeating: "k", count: 256))"}"#, 422, "invalid_event",
            pointers: ["/idempotencyKey"]),
        .json(
            "payload that is a list", #"{"type":"WORK","idempotencyKey":"k","payload":[]}"#, 422, "invalid_event", pointers: ["/payload"]),
        .json(
            "member that there is not", #"{"type":"WORK","idempotencyKey":"k","payloda":{}}"#, 422, "invalid_event", pointers: ["/payloda"]),
        .json(
            "many mistakes at once", #"{"type":"w","idempotencyKey":"","payload":3,"x":1}"#, 422, "invalid_event",
            pointers: ["/x", "/type", "/payload", "/idempotencyKey"]),
        .json("nearly the right type", #"{"type":"CREATE_RESORCE","idempotencyKey":"k"}"#, 422, "unknown_event_type", pointers: ["/type"]),
    ]

    /// Bodies that are no JSON (RFC 8259), or that we don't take.
    static let malformed: [Refusal] =
        [
            "", " ", "{", "}", "{]", "[1,2", "{\"a\":}", "{\"a\" 1}", "{a:1}", "{'a':1}", "{\"a\":1,}", "[1,]", "[,1]", "01", "-", "+1",
            "1.", ".5", "1e", "0x10",
            "nul", "True", "NaN", "Infinity", "\"", "\"\\x\"", "\"\\u12\"", "\"tab\there\"", "\"line\nend\"", "{} {}", "{}x", "// c\n{}",
            "{\"a\":1,\"a\":2}",
            "\"\\ud800\"", "\"\\udc00\\ud800\"", "\u{FEFF}{}", String(repeating: "[", count: 5000),
            String(repeating: "{\"a\":", count: 5000),
        ].map { .json("malformed: \($0.prefix(20))", $0, 400, "malformed_json") } + [
            Refusal(
                "not UTF-8", "POST", "/v1/events", headers: [("Content-Type", "application/json")], bytes: [0x22, 0xFF, 0xFE, 0x22], 400,
                "malformed_json"),
            Refusal(
                "overlong UTF-8", "POST", "/v1/events", headers: [("Content-Type", "application/json")], bytes: [0x22, 0xC0, 0xAF, 0x22],
                400, "malformed_json"),
            Refusal(
                "surrogate in UTF-8", "POST", "/v1/events", headers: [("Content-Type", "application/json")],
                bytes: [0x22, 0xED, 0xA0, 0x80, 0x22], 400, "malformed_json"),
            Refusal(
                "NUL", "POST", "/v1/events", headers: [("Content-Type", "application/json")], bytes: [0x7B, 0x00, 0x7D], 400,
                "malformed_json"),
        ]

    static let payloads: [Refusal] = [
        .event("missing", payload: #"{"name":"A"}"#, pointers: ["/payload/user"]),
        .event("undeclared", payload: #"{"name":"A","user":"x","admin":true}"#, pointers: ["/payload/admin"]),
        .event("several at once", payload: #"{"name":7,"shots":-1}"#, pointers: ["/payload/name", "/payload/user", "/payload/shots"]),
        .event("null is no value", payload: #"{"name":null,"user":"x"}"#, pointers: ["/payload/name"]),
        .event("number as text", payload: #"{"name":"A","user":"x","shots":"3"}"#, pointers: ["/payload/shots"]),
        .event("broken number", payload: #"{"name":"A","user":"x","shots":2.5}"#, pointers: ["/payload/shots"]),
        .event("beyond 64 bits", payload: #"{"name":"A","user":"x","shots":1e400}"#, pointers: ["/payload/shots"]),
        .event("above the maximum", payload: #"{"name":"A","user":"x","shots":501}"#, pointers: ["/payload/shots"]),
        .event("too long", payload: #"{"name":"A","user":"\#(String(repeating: "x", count: 81))"}"#, pointers: ["/payload/user"]),
        .event("NUL", payload: #"{"name":"a\u0000b","user":"x"}"#, pointers: ["/payload/name"]),
        .event("pattern", payload: #"{"word":"a b"}"#, type: "WORK", pointers: ["/payload/word"]),
        .event("pattern matches the whole", payload: #"{"word":"ab\n"}"#, type: "WORK", pointers: ["/payload/word"]),
    ]

    /// Names that no folder may have, with the code of the rule that each breaks.
    static let names: [(name: String, code: String)] = [
        ("", "empty_value"), ("../x", "forbidden_character"), ("..", "unsafe_edge"), (".", "unsafe_edge"),
        ("/etc/passwd", "forbidden_character"),
        ("a/b", "forbidden_character"), (#"a\\b"#, "forbidden_character"), ("CON", "reserved_name"), ("nul.txt", "reserved_name"),
        ("Com1", "reserved_name"),
        ("LPT¹", "reserved_name"), ("-rf", "unsafe_edge"), ("~root", "unsafe_edge"), (".hidden", "unsafe_edge"), (" a", "unsafe_edge"),
        ("a ", "unsafe_edge"),
        ("a.", "unsafe_edge"), ("a:b", "forbidden_character"), ("a*", "forbidden_character"), ("a?", "forbidden_character"),
        ("a|b", "forbidden_character"),
        ("a<b", "forbidden_character"), (#"a\"b"#, "forbidden_character"), (#"a\nb"#, "forbidden_character"),
        (#"a\u001bb"#, "forbidden_character"), (#"a\u202eb"#, "forbidden_character"), (#"a\u200bb"#, "forbidden_character"),
        (#"a\u2028b"#, "forbidden_character"),
        (#"a\ue000b"#, "forbidden_character"), (#"a\uffffb"#, "forbidden_character"), (#"e\u0301"#, "forbidden_character"),
        (".deskbridge-x", "unsafe_edge"),
        (String(repeating: "x", count: 300), "too_long"), (String(repeating: "世", count: 81), "too_long"),
    ]

    static let origins = [
        "https://evil.example", "http://studio.example", "https://studio.example.evil.example", "https://studio.example:444",
        "https://STUDIO.example",
        "https://studio.example/", "https://sub.studio.example", "null", "https://studio.example, https://evil.example", "file://", "",
        "studio.example",
    ]
}
