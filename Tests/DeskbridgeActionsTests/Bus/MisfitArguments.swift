import DeskbridgeCore

/// Arguments that do not fit their signature, and what is said about them.
struct MisfitArguments: Sendable {
    let signature: String
    let json: String
    let code: PlanRefusal.Code
    let message: String

    init(_ signature: String, _ json: String, _ code: PlanRefusal.Code, _ message: String) {
        self.signature = signature
        self.json = json
        self.code = code
        self.message = message
    }

    static let all: [MisfitArguments] = counts + ranges + scalarTypes + texts + containers + dictionaries + variants

    private static let counts: [MisfitArguments] = [
        .init("", "[1]", .invalidArgument, #"arguments: the signature "" takes no arguments, but there is 1"#),
        .init("s", "[]", .invalidArgument, #"arguments: the signature "s" takes 1 argument, but there are 0"#),
        .init("ss", #"["a", "b", "c"]"#, .invalidArgument, #"arguments: the signature "ss" takes 2 arguments, but there are 3"#),
    ]

    private static let ranges: [MisfitArguments] = [
        .init("y", "[256]", .outOfRange, "arguments/0: a byte (y) takes 0 to 255"),
        .init("y", "[-1]", .outOfRange, "arguments/0: a byte (y) takes 0 to 255"),
        .init("n", "[32768]", .outOfRange, "arguments/0: a 16-bit integer (n) takes -32768 to 32767"),
        .init("n", "[-32769]", .outOfRange, "arguments/0: a 16-bit integer (n) takes -32768 to 32767"),
        .init("q", "[65536]", .outOfRange, "arguments/0: an unsigned 16-bit integer (q) takes 0 to 65535"),
        .init("q", "[-1]", .outOfRange, "arguments/0: an unsigned 16-bit integer (q) takes 0 to 65535"),
        .init("i", "[2147483648]", .outOfRange, "arguments/0: a 32-bit integer (i) takes -2147483648 to 2147483647"),
        .init("i", "[-2147483649]", .outOfRange, "arguments/0: a 32-bit integer (i) takes -2147483648 to 2147483647"),
        .init("i", "[1e30]", .outOfRange, "arguments/0: a 32-bit integer (i) takes -2147483648 to 2147483647"),
        .init("u", "[4294967296]", .outOfRange, "arguments/0: an unsigned 32-bit integer (u) takes 0 to 4294967295"),
        .init("u", "[-1]", .outOfRange, "arguments/0: an unsigned 32-bit integer (u) takes 0 to 4294967295"),
        .init(
            "x", "[9223372036854775808]", .outOfRange, "arguments/0: a 64-bit integer (x) takes -9223372036854775808 to 9223372036854775807"
        ),
        .init(
            "x", "[-9223372036854775809]", .outOfRange,
            "arguments/0: a 64-bit integer (x) takes -9223372036854775808 to 9223372036854775807"),
        .init("t", "[18446744073709551616]", .outOfRange, "arguments/0: an unsigned 64-bit integer (t) takes 0 to 18446744073709551615"),
        .init("t", "[-1]", .outOfRange, "arguments/0: an unsigned 64-bit integer (t) takes 0 to 18446744073709551615"),
        .init("t", "[1e9999]", .outOfRange, "arguments/0: an unsigned 64-bit integer (t) takes 0 to 18446744073709551615"),
        .init("d", "[1e309]", .outOfRange, "arguments/0: a double (d) takes numbers up to 1.8e308, of either sign"),
        .init("d", "[-1e309]", .outOfRange, "arguments/0: a double (d) takes numbers up to 1.8e308, of either sign"),
        .init("ai", "[[1, 2147483648]]", .outOfRange, "arguments/0/1: a 32-bit integer (i) takes -2147483648 to 2147483647"),
        .init("ay", "[[1, 2, 300]]", .outOfRange, "arguments/0/2: a byte (y) takes 0 to 255"),
        .init("a{sv}", #"[{"urgency": {"@": "y", "value": 300}}]"#, .outOfRange, "arguments/0/urgency/value: a byte (y) takes 0 to 255"),
    ]

    private static let scalarTypes: [MisfitArguments] = [
        .init(
            "i", #"["5"]"#, .wrongType,
            "arguments/0: a 32-bit integer (i) takes an integer, not a string; leave the quotes out, or fill it from a field that is a number"
        ),
        .init(
            "d", #"["0.5"]"#, .wrongType,
            "arguments/0: a double (d) takes a number, not a string; leave the quotes out, or fill it from a field that is a number"),
        .init("i", "[1.5]", .wrongType, "arguments/0: a 32-bit integer (i) takes an integer, not a number with a fraction"),
        .init("i", "[true]", .wrongType, "arguments/0: a 32-bit integer (i) takes an integer, not a boolean"),
        .init("i", "[null]", .wrongType, "arguments/0: a 32-bit integer (i) takes an integer, not null"),
        .init("i", "[[1]]", .wrongType, "arguments/0: a 32-bit integer (i) takes an integer, not an array"),
        .init("d", "[false]", .wrongType, "arguments/0: a double (d) takes a number, not a boolean"),
        .init("b", "[1]", .wrongType, "arguments/0: a boolean (b) takes true or false, not an integer"),
        .init("b", #"["true"]"#, .wrongType, "arguments/0: a boolean (b) takes true or false, not a string"),
        .init("s", "[5]", .wrongType, "arguments/0: a string (s) takes a string, not an integer"),
        .init("s", "[0.5]", .wrongType, "arguments/0: a string (s) takes a string, not a number"),
        .init("s", "[null]", .wrongType, "arguments/0: a string (s) takes a string, not null"),
        .init("s", "[{}]", .wrongType, "arguments/0: a string (s) takes a string, not an object"),
        .init("o", "[1]", .wrongType, "arguments/0: an object path (o) takes a string, not an integer"),
        .init("g", "[[]]", .wrongType, "arguments/0: a signature (g) takes a string, not an array"),
        .init(
            "h", "[0]", .invalidArgument,
            "arguments/0: an open file (h) cannot be passed: an action has none, and a number would name one of the bridge's own"),
    ]

    private static let texts: [MisfitArguments] = [
        .init("s", #"["a\u0000b"]"#, .invalidArgument, "arguments/0: a string (s) cannot hold the character U+0000"),
        .init("o", #"[""]"#, .invalidArgument, #"arguments/0: this is no object path (o): it must begin with "/""#),
        .init("o", #"["/a/"]"#, .invalidArgument, #"arguments/0: this is no object path (o): it must not end with "/""#),
        .init(
            "o", #"["/a-b"]"#, .invalidArgument,
            #"arguments/0: this is no object path (o): only letters A-Z a-z, digits, "_" and "/" may stand in it"#),
        .init("g", #"["a"]"#, .invalidArgument, "arguments/0: this is no signature (g): at character 1, an array has no element type"),
        .init(
            "g", #"["a{vs}"]"#, .invalidArgument,
            #"arguments/0: this is no signature (g): at character 3, a dict entry's key must be one basic type, not "v""#),
    ]

    private static let containers: [MisfitArguments] = [
        .init("as", #"["a"]"#, .wrongType, "arguments/0: an array (as) takes an array, not a string"),
        .init("as", "[{}]", .wrongType, "arguments/0: an array (as) takes an array, not an object"),
        .init("as", #"[["a", 1]]"#, .wrongType, "arguments/0/1: a string (s) takes a string, not an integer"),
        .init("aai", "[[[1], [2, null]]]", .wrongType, "arguments/0/1/1: a 32-bit integer (i) takes an integer, not null"),
        .init("(is)", "[1]", .wrongType, "arguments/0: a struct ((is)) takes an array of its members, not an integer"),
        .init("(is)", #"[{"a": 1}]"#, .wrongType, "arguments/0: a struct ((is)) takes an array of its members, not an object"),
        .init("(is)", "[[1]]", .invalidArgument, "arguments/0: a struct ((is)) takes 2 members, but there is 1"),
        .init("(is)", #"[[1, "a", 2]]"#, .invalidArgument, "arguments/0: a struct ((is)) takes 2 members, but there are 3"),
        .init(
            "(is)", #"[["a", 1]]"#, .wrongType,
            "arguments/0/0: a 32-bit integer (i) takes an integer, not a string; leave the quotes out, or fill it from a field that is a number"
        ),
        .init(
            "ay", #"["abc"]"#, .wrongType,
            #"arguments/0: an array of bytes (ay) takes an array of integers or {"base64": "…"}, not a string"#),
        .init("ay", "[{}]", .invalidArgument, #"arguments/0: bytes (ay) as an object have the one member "base64""#),
        .init(
            "ay", #"[{"base64": "AA==", "x": 1}]"#, .invalidArgument, #"arguments/0: bytes (ay) as an object have the one member "base64""#),
        .init("ay", #"[{"base64": 1}]"#, .wrongType, "arguments/0/base64: base64 is a string, not an integer"),
        .init(
            "ay", #"[{"base64": "A"}]"#, .invalidArgument, "arguments/0/base64: this is no base64 with its padding (RFC 4648, section 4)"),
        .init(
            "ay", #"[{"base64": "AB=="}]"#, .invalidArgument, "arguments/0/base64: this is no base64 with its padding (RFC 4648, section 4)"
        ),
        .init(
            "ay", #"[{"base64": "A==="}]"#, .invalidArgument, "arguments/0/base64: this is no base64 with its padding (RFC 4648, section 4)"
        ),
        .init(
            "ay", #"[{"base64": "-_-_"}]"#, .invalidArgument, "arguments/0/base64: this is no base64 with its padding (RFC 4648, section 4)"
        ),
    ]

    private static let dictionaries: [MisfitArguments] = [
        .init(
            "a{sv}", #"["x"]"#, .wrongType, "arguments/0: a dictionary (a{sv}) takes an object or an array of [key, value], not a string"),
        .init("a{sv}", "[null]", .wrongType, "arguments/0: a dictionary (a{sv}) takes an object or an array of [key, value], not null"),
        .init(
            "a{si}", #"[{"a/b~c": "x"}]"#, .wrongType,
            "arguments/0/a~1b~0c: a 32-bit integer (i) takes an integer, not a string; leave the quotes out, or fill it from a field that is a number"
        ),
        .init(
            "a{is}", #"[{"one": "x"}]"#, .wrongType,
            "arguments/0/one: the keys of this dictionary are numbers: a 32-bit integer (i) is expected"),
        .init("a{ys}", #"[{"256": "x"}]"#, .outOfRange, "arguments/0/256: a byte (y) takes 0 to 255"),
        .init("a{bs}", #"[{"yes": "x"}]"#, .wrongType, #"arguments/0/yes: the keys of this dictionary are booleans: "true" or "false""#),
        .init("a{os}", #"[{"a": "x"}]"#, .invalidArgument, #"arguments/0/a: this is no object path (o): it must begin with "/""#),
        .init("a{is}", #"[{"1": "x", "1.0": "y"}]"#, .invalidArgument, "arguments/0/1.0: this key stands twice in the dictionary"),
        .init("a{ss}", #"[[["a", "x"], ["a", "y"]]]"#, .invalidArgument, "arguments/0/1: this key stands twice in the dictionary"),
        .init("a{ss}", #"[["a"]]"#, .invalidArgument, "arguments/0/0: each entry of a dictionary written as an array is [key, value]"),
        .init("a{ss}", #"[[["a"]]]"#, .invalidArgument, "arguments/0/0: each entry of a dictionary written as an array is [key, value]"),
        .init("a{ss}", #"[[["a", "b"], ["c", 1]]]"#, .wrongType, "arguments/0/1/1: a string (s) takes a string, not an integer"),
    ]

    private static let variants: [MisfitArguments] = [
        .init(
            "v", "[null]", .invalidArgument,
            #"arguments/0: D-Bus has no null: leave the entry out, or write a value such as {"@": "s", "value": ""}"#),
        .init("v", "[[]]", .invalidArgument, #"arguments/0: an empty array does not tell its D-Bus type: write {"@": "as", "value": []}"#),
        .init(
            "v", #"[["a", 1]]"#, .invalidArgument,
            #"arguments/0: an array of anything but strings does not tell its D-Bus type: write {"@": "ai", "value": […]} or {"@": "av", "value": […]}"#
        ),
        .init(
            "a{sv}", #"[{"hint": [1, 2]}]"#, .invalidArgument,
            #"arguments/0/hint: an array of anything but strings does not tell its D-Bus type: write {"@": "ai", "value": […]} or {"@": "av", "value": […]}"#
        ),
        .init(
            "v", "[9223372036854775808]", .invalidArgument,
            #"arguments/0: an integer beyond 64 bits with a sign does not tell its D-Bus type: write {"@": "t", "value": …} or {"@": "d", "value": …}"#
        ),
        .init("v", #"[{"@": "y"}]"#, .invalidArgument, #"arguments/0: an object with the member "@" has one other member, "value""#),
        .init(
            "v", #"[{"@": "y", "value": 1, "x": 2}]"#, .invalidArgument,
            #"arguments/0: an object with the member "@" has one other member, "value""#),
        .init("v", #"[{"@": 1, "value": 1}]"#, .wrongType, #"arguments/0/@: "@" is the signature of one type, as a string"#),
        .init(
            "v", #"[{"@": "z", "value": 1}]"#, .invalidArgument,
            #"arguments/0/@: "@" is no signature: at character 1, "z" is no type code: there are y b n q i u x t d s o g h v a ( {"#),
        .init("v", #"[{"@": "", "value": 1}]"#, .invalidArgument, #"arguments/0/@: "@" names no types; it must name one complete type"#),
        .init("v", #"[{"@": "is", "value": 1}]"#, .invalidArgument, #"arguments/0/@: "@" names 2 types; it must name one complete type"#),
        .init(
            "v", #"[{"@": "ah", "value": [1]}]"#, .invalidArgument,
            "arguments/0/@: an open file (h) cannot be passed: an action has none, and a number would name one of the bridge's own"),
        .init("v", #"["a\u0000"]"#, .invalidArgument, "arguments/0: a string (s) cannot hold the character U+0000"),
        .init(
            "v", #"[{"a": {"b": null}}]"#, .invalidArgument,
            #"arguments/0/a/b: D-Bus has no null: leave the entry out, or write a value such as {"@": "s", "value": ""}"#),
    ]
}
