import DeskbridgeCore
import Testing

struct YAMLParserTests {
    private func parse(_ text: String) throws(DefinitionError) -> YAMLNode { try YAMLParser.parse(text, file: "f.yaml") }

    private func mistake(_ text: String) -> String? {
        do throws(DefinitionError) {
            _ = try parse(text)
            return nil
        } catch { return error.description }
    }

    @Test(arguments: [
        ("~", "null"), ("null", "null"), ("Null", "null"), ("NULL", "null"), ("nULL", "\"nULL\""),
        ("true", "true"), ("True", "true"), ("TRUE", "true"), ("tRUE", "\"tRUE\""), ("false", "false"), ("False", "false"),
        ("FALSE", "false"),
        ("yes", "\"yes\""), ("no", "\"no\""), ("on", "\"on\""), ("off", "\"off\""), ("y", "\"y\""), ("N", "\"N\""),
        ("0", "0"), ("-0", "0"), ("+12", "12"), ("-12", "-12"), ("9223372036854775807", "9223372036854775807"),
        ("9223372036854775808", "9223372036854775808"), ("-9223372036854775808", "-9223372036854775808"),
        ("0o17", "15"), ("0x1F", "31"), ("0xff", "255"), ("0o8", "\"0o8\""), ("0xg", "\"0xg\""), ("0x", "\"0x\""), ("-0x1", "\"-0x1\""),
        ("0b11", "\"0b11\""), ("1_000", "\"1_000\""), ("1:30", "\"1:30\""), ("12e03", "12000"),
        ("1.5", "1.5"), ("-1.50", "-1.5"), (".5", "0.5"), ("+.5", "0.5"), ("5.", "5"), ("1e3", "1000"), ("1.5e-3", "0.0015"),
        ("0.1", "0.1"),
        ("1.2.3", "\"1.2.3\""), (".", "\".\""), ("-", "[null]"), ("+", "\"+\""), ("e3", "\"e3\""), ("1e", "\"1e\""), ("1e+", "\"1e+\""),
        ("٣", "\"٣\""), ("2026-11-21", "\"2026-11-21\""), ("12:30", "\"12:30\""), ("1s", "\"1s\""), ("0s", "\"0s\""),
        ("'true'", "\"true\""), ("\"1\"", "\"1\""), ("''", "\"\""), ("'it''s'", "\"it's\""), ("\"a\\tb\\u00e9\\x41\"", "\"a\\tbéA\""),
        ("|\n  1\n  2\n", "\"1\\n2\\n\""), (">-\n  a\n  b\n", "\"a b\""), ("|-\n  true\n", "\"true\""),
        ("[]", "[]"), ("{}", "{}"), ("[a, 1, {b: [c]}]", "[\"a\",1,{\"b\":[\"c\"]}]"), ("- a\n- - b\n", "[\"a\",[\"b\"]]"),
        ("a: 1\nb:\n  c: d\n", "{\"a\":1,\"b\":{\"c\":\"d\"}}"), ("a:\r\n  - b\r\nc: d\r\n", "{\"a\":[\"b\"],\"c\":\"d\"}"),
        ("1: a\ntrue: b\n~: c\nnull: d\n1.50: e", "{\"1\":\"a\",\"true\":\"b\",\"~\":\"c\",\"null\":\"d\",\"1.50\":\"e\"}"),
        ("'': a\n'<<': b", "{\"\":\"a\",\"<<\":\"b\"}"), ("on: push\nyes: no", "{\"on\":\"push\",\"yes\":\"no\"}"),
        ("a:\nb: ", "{\"a\":null,\"b\":null}"), ("\u{FEFF}a: 1", "{\"a\":1}"), ("# only\na: 1 # more\n", "{\"a\":1}"),
        ("---\na: 1\n...\n", "{\"a\":1}"), ("%YAML 1.2\n---\na: 1\n", "{\"a\":1}"), ("a: b: c", ""),
        ("🎬: 'ñ'", "{\"🎬\":\"ñ\"}"), ("a: 'x\n  y'", "{\"a\":\"x y\"}"), ("a: http://b/c", "{\"a\":\"http://b/c\"}"), ("\"\\0\"", ""),
        ("...", ""), ("---", "null"),
    ])
    func scalarsMeanWhatTheCoreSchemaSays(_ yaml: String, json: String) throws {
        // A row without JSON is one that must be refused.
        guard !json.isEmpty else {
            #expect(throws: DefinitionError.self) { _ = try parse(yaml) }
            return
        }
        #expect(try parse(yaml).json.text == json)
    }

    @Test(arguments: [
        ("a: 1\na: 2", "2:1: the key \"a\" stands here a second time: the first is at line 1, column 1"),
        ("x: {b: 1, 'b': 2}", "1:11: the key \"b\" stands here a second time: the first is at line 1, column 5"),
        ("é: {ü: 1, ö: 2, ü: 3}", "1:17: the key \"ü\" stands here a second time: the first is at line 1, column 5"),
        ("a: &x 1", "1:4: anchors (&name) are not supported: write each value where it is used"),
        ("a: &x [1]", "1:4: anchors (&name) are not supported: write each value where it is used"),
        ("&x a: 1", "1:1: anchors (&name) are not supported: write each value where it is used"),
        (
            "a: *x", "1:4: aliases (*name) are not supported: put a text that begins with * between quotes, or write the value out"
        ),
        ("a: [*]", "1:5: a text that begins with * stands between quotes: \"*\""),
        ("a: !!str 1", "1:4: tags (!name) are not supported: put a value between quotes to make it a string"),
        ("a: ! 1", "1:4: tags (!name) are not supported: put a value between quotes to make it a string"),
        ("- !mine {a: b}", "1:3: tags (!name) are not supported: put a value between quotes to make it a string"),
        ("<<: {a: 1}", "1:1: merge keys (<<) are not supported: write the members out"),
        ("? \n: 1", "1:2: a key is missing before the colon"), ("{: 1}", "1:2: a value is expected here"),
        ("? [a]\n: 1", "1:3: a key must be a text, not a list"),
        ("{{a: b}: c}", "1:2: a key must be a text, not a mapping"),
        ("a: 1\n---\nb: 2", "2:1: a second document begins here: a file holds one"),
        ("%YAML 1.1\n---\na: 1", "1:1: lines that begin with % are not supported here: the file is read as YAML 1.2"),
        ("%TAG ! x\n---\na: 1", "1:1: lines that begin with % are not supported here: the file is read as YAML 1.2"),
        ("a: .inf", "1:4: .inf is no number that can be passed on: put it between quotes if it is a text"),
        ("a: -.INF", "1:4: -.INF is no number that can be passed on: put it between quotes if it is a text"),
        ("a: .NaN", "1:4: .NaN is no number that can be passed on: put it between quotes if it is a text"),
        ("mode: 0755", "1:7: 0755 begins with 0: write it without, as 0o… if it is octal, or between quotes if it is a text"),
        ("a: -007", "1:4: -007 begins with 0: write it without, as 0o… if it is octal, or between quotes if it is a text"),
        ("a: 1e10000", "1:4: the exponent of 1e10000 is beyond ±9999: put it between quotes if it is a text"),
        ("a: 0x8000000000000000", "1:4: 0x8000000000000000 is too large: put it between quotes if it is a text"),
        ("a:\n\tb: 1", "2:1: a tab cannot indent or separate here: use spaces"),
        ("a: @b", "1:4: a text cannot begin with @: put it between quotes"),
        ("a: `b", "1:4: a text cannot begin with `: put it between quotes"),
        ("a: %b", "1:4: a text cannot begin with %: put it between quotes"),
        ("a: b: c", "1:5: a colon is not expected here: put the text between quotes if the colon is a part of it"),
        ("a: - b", "1:4: a list entry (-) is not expected here: begin the list on a new line"),
        ("a: 1\nb\nc: 2", "2:1: a colon and a space are expected after this key"),
        ("a: 1\n  b: 2", "2:4: a colon is not expected here: put the text between quotes if the colon is a part of it"),
        ("a:\n    b: 1\n  c: 2", "3:3: the next key of the mapping is expected here: look at the indentation and at quotes"),
        ("a: 'x' y", "1:8: the next key of the mapping is expected here: look at the indentation and at quotes"),
        ("- a\nb: 1", "2:1: the next entry (-) of the list is expected here: look at the indentation"),
        ("a: [1, 2", "1:4: this [ is not closed"), ("a: [1, {\n", "2:1: the file ends where a value is expected"),
        ("a: [1, 2\nb: 3", "2:2: a comma or the closing ] is expected here"),
        ("a: {b: 1 2\n", "1:4: this { is not closed"), ("a: {b: '1' 'c'}", "1:12: a comma or the closing } is expected here"),
        ("a: 'x\nb: 2\n", "1:4: this quote is not closed"),
        ("a: \"x", "1:4: this quote is not closed"),
        ("a: \"\\q\"", "1:5: after \\ this character means nothing: write \\\\ for a backslash, or use single quotes"),
        ("a: \"x\\0y\"", "1:4: a text cannot hold the character NUL"),
        ("é: 1\nñó: \u{1}", "2:5: YAML allows no control characters here: control characters are not allowed"),
        ("a: |2x\n", "1:6: did not find expected comment or line break while scanning a block scalar"),
        ("[a]]", "1:4: there is more after the end of the document"),
        ("]", "1:1: a value is expected here"),
    ])
    func refusalsSayWhereAndWhat(_ yaml: String, refusal: String) { #expect(mistake(yaml) == "f.yaml:" + refusal) }

    @Test(arguments: ["", "\n# nothing\n", "---\n...\n"])
    func aFileThatSaysNothingIsNothing(_ yaml: String) throws {
        #expect(try parse(yaml).json == .null)
    }

    @Test func nestingEndsAt64Levels() throws {
        let flow = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        _ = try parse(flow)
        let mistakeInFlow = mistake("[" + flow + "]")
        #expect(mistakeInFlow == "f.yaml:1:65: values are nested deeper than 64 levels")
        let block = (0...64).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
        #expect(mistake(block) == "f.yaml:65:65: values are nested deeper than 64 levels")
    }

    @Test(arguments: ["[", "{a: ", "- ", "{", "? ", "[{"])
    func endlessNestingDoesNotEndTheProcess(_ opening: String) {
        #expect(mistake(String(repeating: opening, count: 200_000)) != nil)
    }

    @Test func aFileMayHoldOneMebibyte() throws {
        let comment = "a: 1\n#" + String(repeating: "x", count: YAMLParser.largestFile - 6)
        #expect(try parse(comment).json == ["a": 1])
        #expect(mistake(comment + "x") == "f.yaml:1:1: the file is larger than 1 MiB")
    }

    @Test func eachNodeKnowsItsPlace() throws {
        let root = try parse("one: 1\ntwo:\n  - ünö: 'x'\n  - [a, bc]\n").openMapping("root")
        let list = try root.required("two").sequence("two")
        let inner = try list[0].openMapping("entry").members[0]
        let places = [root.location, root.members[1].nameLocation, list[0].location, inner.nameLocation, inner.value.location]
        #expect(places.map(\.description) == ["f.yaml:1:1", "f.yaml:2:1", "f.yaml:3:5", "f.yaml:3:5", "f.yaml:3:10"])
        #expect(try list[1].sequence("list").map { $0.location.column } == [6, 9])
    }

    @Test(
        arguments: [
            ("a: plain text", 4), ("a: plain text   # note", 4), ("a: 'quoted'", 5), ("a: \"quoted\"", 5), ("é: ['ü', \"ö\"]", 0),
            ("a: 'it''s'", nil), ("a: \"tab\\t\"", nil), ("a: |\n  block", nil), ("a: >-\n  block", nil), ("a: two\n  lines", nil),
            ("a: 'two\n  lines'", nil),
        ] as [(String, Int?)])
    func charactersOfATextOnOneLineHaveTheirOwnPlaces(_ yaml: String, firstColumn: Int?) throws {
        var node = try parse(yaml).openMapping("root").members[0].value
        if case .sequence(let elements) = node.content {
            #expect(elements.map { $0.location(ofCharacter: 1).column } == [7, 12])
            return
        }
        if firstColumn == nil { #expect(node.location(ofCharacter: 3) == node.location) }
        node = try parse(yaml).openMapping("root").members[0].value
        #expect(node.location(ofCharacter: 2).column == firstColumn.map { $0 + 2 } ?? 4)
    }
}
