import DeskbridgeCore
import Testing

struct JSONParserTests {
    private func mistake(_ bytes: [UInt8]) -> String? {
        do throws(JSONSyntaxError) {
            _ = try JSONParser.parse(bytes)
            return nil
        } catch { return error.description }
    }

    @Test(arguments: [
        ("null", "null"), (" true ", "true"), ("\r\n\t false", "false"), ("[]", "[]"), ("[ ]", "[]"), ("{ }", "{}"), ("\"\"", "\"\""),
        ("[1,2 , 3]", "[1,2,3]"), ("{\"b\":1,\"a\":{\"c\":[null]}}", "{\"b\":1,\"a\":{\"c\":[null]}}"), ("{\"\":1}", "{\"\":1}"),
        ("0", "0"), ("-0", "0"), ("0.0", "0"), ("-0.0e5", "0"), ("1.0", "1"), ("10e-1", "1"), ("1e2", "100"), ("1E+2", "100"),
        ("-12", "-12"),
        ("9223372036854775807", "9223372036854775807"), ("-9223372036854775808", "-9223372036854775808"),
        ("9223372036854775808", "9223372036854775808"),
        ("123456789012345678", "123456789012345678"), ("1234567890123456789", "1234567890123456789"),
        ("12345678901234567890", "12345678901234567890"),
        ("0.1", "0.1"), ("-1.50", "-1.5"), ("1e30", "1e30"), ("1.5e-10", "15e-11"),
        ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
        ("1e9999", "1e9999"), ("1e-9999", "1e-9999"), ("[1e-3,0.001]", "[0.001,0.001]"),
        ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\u0008\\u000c\\n\\r\\t\""), ("\"\\u00e9\\u00E9\"", "\"éé\""),
        ("\"\\ud83c\\udfac\"", "\"🎬\""), ("\"a\\u0000b\"", "\"a\\u0000b\""),
        ("\"é🎬\u{7F}\u{2028}\"", "\"é🎬\\u007f\u{2028}\""), ("\"\\u005C\"", "\"\\\\\""), ("{\"\\u0061\":1,\"b\":2}", "{\"a\":1,\"b\":2}"),
    ])
    func jsonIsReadAndWrittenCompact(_ text: String, written: String) throws {
        let value = try JSONParser.parse(text)
        #expect(value.text == written)
        #expect(try JSONParser.parse(written) == value)
        #expect(try JSONParser.parse(value.prettyText) == value)
    }

    @Test(arguments: [
        ("", "line 1, column 1: the text ends where a value is expected"),
        (" \n ", "line 2, column 2: the text ends where a value is expected"),
        ("x", "line 1, column 1: a value is expected here, not x"),
        ("\u{FEFF}1", "line 1, column 1: a value is expected here, not byte 0xEF"),
        ("'a'", "line 1, column 1: a value is expected here, not '"), ("// a", "line 1, column 1: a value is expected here, not /"),
        ("NaN", "line 1, column 1: a value is expected here, not N"),
        ("+1", "line 1, column 1: a value is expected here, not +"), (".5", "line 1, column 1: a value is expected here, not ."),
        ("\u{0}", "line 1, column 1: a value is expected here, not byte 0x0"),
        ("tru", "line 1, column 1: a value is expected here: true, false and null are written in lower case"),
        ("[nUll]", "line 1, column 2: a value is expected here: true, false and null are written in lower case"),
        ("truex", "line 1, column 5: there is more after the end of the value"),
        ("1 2", "line 1, column 3: there is more after the end of the value"),
        ("{}\n\n}", "line 3, column 1: there is more after the end of the value"),
        ("[1]]", "line 1, column 4: there is more after the end of the value"),
        ("01", "line 1, column 1: \"01\" is no JSON number, or its exponent is beyond ±9999"),
        ("-", "line 1, column 1: \"-\" is no JSON number, or its exponent is beyond ±9999"),
        ("[1.]", "line 1, column 2: \"1.\" is no JSON number, or its exponent is beyond ±9999"),
        ("1.5.2", "line 1, column 1: \"1.5.2\" is no JSON number, or its exponent is beyond ±9999"),
        ("1e", "line 1, column 1: \"1e\" is no JSON number, or its exponent is beyond ±9999"),
        ("1e+", "line 1, column 1: \"1e+\" is no JSON number, or its exponent is beyond ±9999"),
        ("1e+-5", "line 1, column 1: \"1e+-5\" is no JSON number, or its exponent is beyond ±9999"),
        ("1e++5", "line 1, column 1: \"1e++5\" is no JSON number, or its exponent is beyond ±9999"),
        ("1-2", "line 1, column 1: \"1-2\" is no JSON number, or its exponent is beyond ±9999"),
        ("--1", "line 1, column 1: \"--1\" is no JSON number, or its exponent is beyond ±9999"),
        ("-01", "line 1, column 1: \"-01\" is no JSON number, or its exponent is beyond ±9999"),
        ("1e10000", "line 1, column 1: \"1e10000\" is no JSON number, or its exponent is beyond ±9999"),
        ("1e99999999999999999999", "line 1, column 1: \"1e99999999999999999999\" is no JSON number, or its exponent is beyond ±9999"),
        ("[1", "line 1, column 3: a comma or the closing ] is expected here"),
        ("[1 2]", "line 1, column 4: a comma or the closing ] is expected here"),
        ("[1,]", "line 1, column 4: a value is expected here, not ]"), ("[,1]", "line 1, column 2: a value is expected here, not ,"),
        ("[", "line 1, column 2: the text ends where a value is expected"),
        ("{", "line 1, column 2: a member name in double quotes is expected here"),
        ("{a:1}", "line 1, column 2: a member name in double quotes is expected here"),
        ("{\"a\":1,}", "line 1, column 8: a member name in double quotes is expected here"),
        ("{\"a\" 1}", "line 1, column 6: a colon is expected after the member name"),
        ("{\"a\":}", "line 1, column 6: a value is expected here, not }"),
        ("{\"a\":1 \"b\":2}", "line 1, column 8: a comma or the closing } is expected here"),
        ("{\"a\":1,\n \"a\":2}", "line 2, column 2: the member \"a\" stands here a second time"),
        ("{\"a\":1,\"\\u0061\":2}", "line 1, column 8: the member \"a\" stands here a second time"),
        ("\"a", "line 1, column 3: the text ends inside a string"), ("\"a\\n", "line 1, column 5: the text ends inside a string"),
        ("\"\\", "line 1, column 3: the text ends inside an escape"),
        ("\"a\nb\"", "line 1, column 3: a control character in a string must be written as an escape"),
        ("\"\\n\t\"", "line 1, column 4: a control character in a string must be written as an escape"),
        ("\"\\x41\"", "line 1, column 3: \\x is no JSON escape"), ("\"\\U0041\"", "line 1, column 3: \\U is no JSON escape"),
        ("\"\\é\"", "line 1, column 3: \\byte 0xC3 is no JSON escape"),
        ("\"\\u12", "line 1, column 4: the text ends inside an escape"),
        ("\"\\u12x4\"", "line 1, column 6: \\u takes four hexadecimal digits"),
        ("\"\\u+123\"", "line 1, column 4: \\u takes four hexadecimal digits"),
        ("\"\\ud83c\"", "line 1, column 8: half of a surrogate pair stands alone"),
        ("\"\\udfac\"", "line 1, column 8: half of a surrogate pair stands alone"),
        ("\"\\ud83cx\"", "line 1, column 8: half of a surrogate pair stands alone"),
        ("\"\\ud83c\\u0041\"", "line 1, column 14: half of a surrogate pair stands alone"),
        ("\"\\ud83c\\ud83c\"", "line 1, column 14: half of a surrogate pair stands alone"),
    ])
    func whatIsNoJSONIsRefusedAtItsPlace(_ text: String, message: String) { #expect(mistake(Array(text.utf8)) == message) }

    @Test(
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22],
            [0x22, 0x5C, 0x6E, 0xFF, 0x22], [0x7B, 0x22, 0xFE, 0x22, 0x3A, 0x31, 0x7D], [0x22, 0xE2, 0x82],
        ] as [[UInt8]])
    func bytesThatAreNoUTF8AreRefused(_ bytes: [UInt8]) { #expect(mistake(bytes) != nil) }

    @Test func nestingEndsAt64Levels() throws {
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        _ = try JSONParser.parse(nested(64))
        #expect(mistake(Array(nested(65).utf8)) == "line 1, column 65: values are nested deeper than 64 levels")
        #expect(
            mistake(Array(repeating: UInt8(ascii: "["), count: 1_000_000)) == "line 1, column 65: values are nested deeper than 64 levels")
        #expect(
            mistake(Array(String(repeating: "{\"a\":", count: 100_000).utf8))
                == "line 1, column 321: values are nested deeper than 64 levels")
        _ = try JSONParser.parse("[" + String(repeating: "[],", count: 1000) + "[]]")
    }

    @Test func membersKeepTheirOrder() throws {
        #expect(try JSONParser.parse("{\"z\":1,\"a\":2,\"m\":3}").objectValue?.keys.elements == ["z", "a", "m"])
    }

    @Test func longTextsAreShortInMessages() throws {
        let name = String(repeating: "n", count: 10_000)
        #expect(try #require(mistake(Array("{\"\(name)\":1,\"\(name)\":2}".utf8))).utf8.count < 200)
        #expect(try #require(mistake(Array(("1" + String(repeating: ".", count: 10_000)).utf8))).utf8.count < 200)
    }
}
