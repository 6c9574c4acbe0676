/// Arguments that fit their signature, and the same as `busctl call` takes them: an independent reading of the signature.
struct FittingArguments: Sendable {
    let signature: String
    /// The list of arguments.
    let json: String
    /// Separated by spaces; `''` is an empty one and `_` a space.
    let busctl: String

    init(_ signature: String, _ json: String, _ busctl: String) {
        self.signature = signature
        self.json = json
        self.busctl = busctl
    }

    private static let nested: [FittingArguments] = [
        .init(String(repeating: "a", count: 32) + "y", repeated("[", 32) + "[7]" + repeated("]", 32), repeated("1 ", 32) + "7"),
        .init(repeated("(", 32) + "s" + repeated(")", 32), repeated("[", 32) + "[\"deep\"]" + repeated("]", 32), "deep"),
        .init(repeated("a(", 16) + "i" + repeated(")", 16), repeated("[[", 16) + "[-1]" + repeated("]]", 16), repeated("1 ", 16) + "-1"),
        .init(
            "v", "[" + repeated(#"{"@":"v","value":"#, 30) + #""deep""# + repeated("}", 30) + "]", repeated("v ", 30) + "s deep"),
        .init(
            "a{sa{sa{sa{sv}}}}", #"[{"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}]"#,
            "1 a 1 b 1 c 1 d a{sv} 1 e a{sv} 1 f i 1"),
        // All that a signature may hold: 32 arrays around 32 structs, 64 containers in all.
        .init(
            repeated("a", 32) + repeated("(", 32) + "t" + repeated(")", 32),
            repeated("[", 65) + "18446744073709551615" + repeated("]", 65), repeated("1 ", 32) + "18446744073709551615"),
        .init(
            repeated("(a", 16) + repeated("a(", 16) + "n" + repeated(")", 32), repeated("[", 65) + "-32768" + repeated("]", 65),
            repeated("1 ", 32) + "-32768"),
        .init(
            "a{sv}", #"[{"a": {"@": "a{sv}", "value": {"b": {"@": "av", "value": [{"@": "(yv)", "value": [1, "c"]}]}}}}]"#,
            "1 a a{sv} 1 b av 1 (yv) 1 s c"),
        .init(
            "v", "[" + repeated(#"{"@":"v","value":"#, 60) + "true" + repeated("}", 60) + "]", repeated("v ", 60) + "b true"),
    ]

    private static func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    static let all: [FittingArguments] =
        scalars + edges + texts + longTexts + arrays + structures + dictionaries + variants + aligned + known + nested

    private static let scalars: [FittingArguments] = [
        .init("y", "[0]", "0"), .init("y", "[255]", "255"), .init("y", "[1.0]", "1"),
        .init("b", "[true]", "true"), .init("b", "[false]", "false"),
        .init("n", "[-32768]", "-32768"), .init("n", "[32767]", "32767"),
        .init("q", "[0]", "0"), .init("q", "[65535]", "65535"),
        .init("i", "[-2147483648]", "-2147483648"), .init("i", "[2147483647]", "2147483647"), .init("i", "[1e3]", "1000"),
        .init("u", "[0]", "0"), .init("u", "[4294967295]", "4294967295"),
        .init("x", "[-9223372036854775808]", "-9223372036854775808"), .init("x", "[9223372036854775807]", "9223372036854775807"),
        .init("t", "[0]", "0"), .init("t", "[9223372036854775808]", "9223372036854775808"),
        .init("t", "[18446744073709551615]", "18446744073709551615"), .init("t", "[1e19]", "10000000000000000000"),
        .init("d", "[0]", "0"), .init("d", "[-1]", "-1"), .init("d", "[0.1]", "0.1"),
        .init("d", "[1.7976931348623157e308]", "1.7976931348623157e308"),
        .init("d", "[2.2250738585072014e-308]", "2.2250738585072014e-308"), .init("d", "[9007199254740993]", "9007199254740992"),
        .init("d", "[18446744073709551616]", "18446744073709551616"),
        .init("yy", "[1, 2]", "1 2"), .init("yx", "[1, 2]", "1 2"), .init("ynyiyxyd", "[1,2,3,4,5,6,7,8]", "1 2 3 4 5 6 7 8"),
    ]

    /// The values beside the ends of each range and beside the ranges of narrower types.
    private static let edges: [FittingArguments] = [
        .init("y", "[127]", "127"), .init("y", "[128]", "128"), .init("y", "[254]", "254"),
        .init("n", "[-32767]", "-32767"), .init("n", "[-1]", "-1"), .init("n", "[0]", "0"), .init("n", "[32766]", "32766"),
        .init("q", "[32768]", "32768"), .init("q", "[65534]", "65534"),
        .init("i", "[-2147483647]", "-2147483647"), .init("i", "[-1]", "-1"), .init("i", "[32768]", "32768"),
        .init("i", "[2147483646]", "2147483646"), .init("u", "[2147483648]", "2147483648"), .init("u", "[4294967294]", "4294967294"),
        .init("x", "[-9223372036854775807]", "-9223372036854775807"), .init("x", "[-1]", "-1"), .init("x", "[2147483648]", "2147483648"),
        .init("x", "[9223372036854775806]", "9223372036854775806"), .init("t", "[9223372036854775807]", "9223372036854775807"),
        .init("t", "[18446744073709551614]", "18446744073709551614"),
        .init("d", "[-1.7976931348623157e308]", "-1.7976931348623157e308"), .init("d", "[9007199254740992]", "9007199254740992"),
        .init("d", "[-9223372036854775808]", "-9223372036854775808"), .init("d", "[1e-7]", "1e-7"),
        .init("v", #"[{"@": "n", "value": -32768}]"#, "n -32768"), .init("v", #"[{"@": "q", "value": 65535}]"#, "q 65535"),
        .init("v", #"[{"@": "x", "value": -9223372036854775808}]"#, "x -9223372036854775808"),
        .init("v", "[2147483647]", "i 2147483647"), .init("v", "[9223372036854775807]", "x 9223372036854775807"),
    ]

    private static let longTexts: [FittingArguments] = [
        .init("s", "[\"" + repeated("long ", 5000) + "\"]", repeated("long_", 5000)),
        .init("o", "[\"" + repeated("/element", 100) + "\"]", repeated("/element", 100)),
        .init("g", "[\"" + repeated("y", 255) + "\"]", repeated("y", 255)),
        .init("s", #"["\ud83d\ude80\n\t"]"#, "🚀\n\t"),
        .init("ay", "[[" + Array(repeating: "7", count: 1000).joined(separator: ",") + "]]", "1000" + repeated(" 7", 1000)),
    ]

    /// Values that begin at another boundary than those before them end at.
    private static let aligned: [FittingArguments] = [
        .init("yat", "[1, []]", "1 0"), .init("ya{sv}", "[1, {}]", "1 0"), .init("ya(yx)", "[1, [[2, 3], [4, 5]]]", "1 2 2 3 4 5"),
        .init("ya{yx}", #"[1, {"2": 3, "4": 5}]"#, "1 2 2 3 4 5"), .init("yvy", #"[1, {"@": "x", "value": 2}, 3]"#, "1 x 2 3"),
        .init("av", #"[[{"@": "y", "value": 1}, {"@": "x", "value": 2}, {"@": "(y)", "value": [3]}]]"#, "3 y 1 x 2 (y) 3"),
        .init("sd", #"["abc", 1]"#, "abc 1"), .init("gq", #"["y", 1]"#, "y 1"), .init("bx", "[true, 1]", "true 1"),
        .init("a(ii)", "[[]]", "0"), .init("yad", "[1, []]", "1 0"), .init("(y(y(yx)))", "[[1, [2, [3, 4]]]]", "1 2 3 4"),
    ]

    private static let texts: [FittingArguments] = [
        .init("s", #"[""]"#, "''"), .init("s", #"["x"]"#, "x"), .init("s", #"["two words"]"#, "two_words"),
        .init("s", #"["Grüße 🚀"]"#, "Grüße_🚀"), .init("s", #"["e\u0301"]"#, "e\u{301}"),
        .init("s", #"["\u0001\u007f"]"#, "\u{1}\u{7f}"), .init("s", #"["$(reboot)"]"#, "$(reboot)"), .init("s", #"["--help"]"#, "--help"),
        .init("s", #"["123"]"#, "123"), .init("s", #"["true"]"#, "true"), .init("s", #"["{x}"]"#, "{x}"),
        .init("o", #"["/"]"#, "/"), .init("o", #"["/org/freedesktop/DBus"]"#, "/org/freedesktop/DBus"),
        .init("o", #"["/a_1/9"]"#, "/a_1/9"),
        .init("g", #"[""]"#, "''"), .init("g", #"["a{sv}"]"#, "a{sv}"), .init("g", #"["h"]"#, "h"),
        .init("sog", #"["a", "/b", "y"]"#, "a /b y"), .init("ss", #"["a", "b"]"#, "a b"),
    ]

    private static let arrays: [FittingArguments] = [
        .init("ay", "[[]]", "0"), .init("ay", "[[0, 1, 255]]", "3 0 1 255"), .init("ay", #"[{"base64": ""}]"#, "0"),
        .init("ay", #"[{"base64": "AA=="}]"#, "1 0"), .init("ay", #"[{"base64": "AP8="}]"#, "2 0 255"),
        .init("ay", #"[{"base64": "+/+/"}]"#, "3 251 255 191"), .init("aay", #"[[[1], {"base64": "Ag=="}, []]]"#, "3 1 1 1 2 0"),
        .init("as", "[[]]", "0"), .init("as", #"[["a", "", "b c"]]"#, "3 a '' b_c"), .init("ab", "[[true, false]]", "2 true false"),
        .init("an", "[[-1]]", "1 -1"), .init("aq", "[[1]]", "1 1"), .init("ai", "[[1, -2, 3]]", "3 1 -2 3"), .init("au", "[[7]]", "1 7"),
        .init("ax", "[[]]", "0"), .init("ax", "[[1]]", "1 1"), .init("at", "[[1, 2]]", "2 1 2"), .init("ad", "[[1, 2.5]]", "2 1 2.5"),
        .init("ao", #"[["/a", "/b"]]"#, "2 /a /b"), .init("ag", #"[["", "as"]]"#, "2 '' as"),
        .init("aai", "[[[1], [], [2, 3]]]", "3 1 1 0 2 2 3"),
        .init("yax", "[1, []]", "1 0"), .init("yaxy", "[1, [2], 3]", "1 1 2 3"), .init("aas", #"[[["a"], ["b", "c"]]]"#, "2 1 a 2 b c"),
        .init("a(is)", #"[[[1, "a"], [2, "b"]]]"#, "2 1 a 2 b"), .init("aav", #"[[[1, "x"]]]"#, "1 2 i 1 s x"),
    ]

    private static let structures: [FittingArguments] = [
        .init("(y)", "[[1]]", "1"), .init("(is)", #"[[1, "x"]]"#, "1 x"), .init("(y(n(i(x))))", "[[1,[2,[3,[4]]]]]", "1 2 3 4"),
        .init("(yas)", "[[1, []]]", "1 0"), .init("(bv)", "[[true, false]]", "true b false"), .init("y(d)", "[1, [2]]", "1 2"),
        .init("(ayay)", #"[[[1], {"base64": "Ag=="}]]"#, "1 1 1 2"), .init("(a{sv}i)", "[[{}, 1]]", "0 1"),
    ]

    private static let dictionaries: [FittingArguments] = [
        .init("a{sv}", "[{}]", "0"), .init("a{ss}", #"[{"a": "b", "": "c"}]"#, "2 a b '' c"), .init("a{si}", #"[{"a": 1}]"#, "1 a 1"),
        .init("a{si}", #"[[["a", 1], ["b", 2]]]"#, "2 a 1 b 2"), .init("a{si}", "[[]]", "0"),
        .init("a{yy}", #"[{"1": 2, "255": 0}]"#, "2 1 2 255 0"), .init("a{is}", #"[{"-5": "x"}]"#, "1 -5 x"),
        .init("a{is}", #"[[[-5, "x"]]]"#, "1 -5 x"),
        .init("a{xs}", #"[{"-9223372036854775808": "x"}]"#, "1 -9223372036854775808 x"), .init("a{nq}", #"[{"-1": 1}]"#, "1 -1 1"),
        .init("a{ts}", #"[{"18446744073709551615": "x"}]"#, "1 18446744073709551615 x"), .init("a{us}", #"[{"7": "x"}]"#, "1 7 x"),
        .init("a{bs}", #"[{"true": "x", "false": "y"}]"#, "2 true x false y"), .init("a{ds}", #"[{"0.5": "x"}]"#, "1 0.5 x"),
        .init("a{oas}", #"[{"/a": ["b"]}]"#, "1 /a 1 b"), .init("a{gs}", #"[{"ay": "b"}]"#, "1 ay b"),
        .init("a{s(ib)}", #"[{"a": [1, true]}]"#, "1 a 1 true"), .init("a{sa{sv}}", #"[{"a": {"b": "c"}}]"#, "1 a 1 b s c"),
        .init("aa{sv}", #"[[{"a": 1}, {}]]"#, "2 1 a i 1 0"), .init("a{say}", #"[{"a": {"base64": "AQ=="}}]"#, "1 a 1 1"),
        .init("a{sv}", #"[{"z": 1, "a": 2, "m": 3}]"#, "3 z i 1 a i 2 m i 3"),
    ]

    private static let variants: [FittingArguments] = [
        .init("v", #"["x"]"#, "s x"), .init("v", "[true]", "b true"), .init("v", "[1]", "i 1"),
        .init("v", "[-2147483648]", "i -2147483648"),
        .init("v", "[2147483648]", "x 2147483648"), .init("v", "[-2147483649]", "x -2147483649"), .init("v", "[1.5]", "d 1.5"),
        .init("v", "[1e-3]", "d 0.001"), .init("v", #"[["a", "b"]]"#, "as 2 a b"), .init("v", "[{}]", "a{sv} 0"),
        .init("v", #"[{"a": 1}]"#, "a{sv} 1 a i 1"), .init("v", #"[{"value": 1}]"#, "a{sv} 1 value i 1"),
        .init("v", #"[{"@": "y", "value": 2}]"#, "y 2"), .init("v", #"[{"value": 2, "@": "u"}]"#, "u 2"),
        .init("v", #"[{"@": "d", "value": 2}]"#, "d 2"),
        .init("v", #"[{"@": "t", "value": 18446744073709551615}]"#, "t 18446744073709551615"),
        .init("v", #"[{"@": "as", "value": []}]"#, "as 0"), .init("v", #"[{"@": "av", "value": [1, "x"]}]"#, "av 2 i 1 s x"),
        .init("v", #"[{"@": "ay", "value": {"base64": "AQI="}}]"#, "ay 2 1 2"),
        .init("v", #"[{"@": "(is)", "value": [1, "x"]}]"#, "(is) 1 x"),
        .init("v", #"[{"@": "a{ss}", "value": {"@": "y", "value": "z"}}]"#, "a{ss} 2 @ y value z"),
        .init("v", #"[{"@": "v", "value": "x"}]"#, "v s x"), .init("v", #"[{"@": "o", "value": "/"}]"#, "o /"),
        .init("v", #"[{"@": "g", "value": "as"}]"#, "g as"),
        .init("av", #"[[1, "x", true, {"@": "n", "value": 1}]]"#, "4 i 1 s x b true n 1"),
    ]

    /// Calls that desktops know.
    private static let known: [FittingArguments] = [
        .init(
            "susssasa{sv}i", #"["Deskbridge", 0, "folder", "Ready", "/tmp", [], {}, 5000]"#, "Deskbridge 0 folder Ready /tmp 0 0 5000"),
        .init(
            "susssasa{sv}i",
            #"["Deskbridge", 4294967295, "", "<b>", "", ["default", "Open"], {"urgency": {"@": "y", "value": 2}, "transient": true}, -1]"#,
            "Deskbridge 4294967295 '' <b> '' 2 default Open 2 urgency y 2 transient b true -1"),
        .init("ssv", #"["org.example.Interface", "Volume", 0.5]"#, "org.example.Interface Volume d 0.5"),
        .init("ssb", #"["sleep", "why", true]"#, "sleep why true"), .init("ass", #"[["file:///tmp/a"], ""]"#, "1 file:///tmp/a ''"),
    ]
}
