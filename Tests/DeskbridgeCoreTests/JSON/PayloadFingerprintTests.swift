import DeskbridgeCore
import Testing

struct PayloadFingerprintTests {
    private func fingerprint(_ json: String) throws -> PayloadFingerprint { PayloadFingerprint(of: try JSONParser.parse(json)) }

    @Test(arguments: [
        ("{\"a\":1,\"b\":2}", " { \"b\" : 2, \"a\" : 1.0 } "), ("[1e2,0.50]", "[100,5e-1]"),
        ("{\"a\":{\"x\":1,\"y\":2}}", "{\"a\":{\"y\":2,\"x\":1}}"),
        ("\"\\u00e9\"", "\"é\""), ("-0", "0"), ("\"\\/\"", "\"/\""), ("1e25", "10000000000000000000000000"),
    ])
    func spellingDoesNotCount(_ left: String, right: String) throws { #expect(try fingerprint(left) == fingerprint(right)) }

    @Test(arguments: [
        ("[1,2]", "[2,1]"), ("1", "\"1\""), ("null", "false"), ("{}", "[]"), ("{}", "{\"a\":null}"), ("0.1", "0.10000000000000001"),
        ("\"a\"", "\"A\""),
        ("\"é\"", "\"e\\u0301\""), ("9007199254740992", "9007199254740993"), ("[\"a\",\"b\"]", "[\"a,b\"]"),
        ("{\"a\":\"1\",\"b\":\"2\"}", "{\"a\":\"1,b:2\"}"),
    ])
    func meaningCounts(_ left: String, right: String) throws { #expect(try fingerprint(left) != fingerprint(right)) }

    @Test func itIsTheSHA256OfTheSortedText() throws {
        let hex = try fingerprint("{}").bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(hex == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")
    }
}
