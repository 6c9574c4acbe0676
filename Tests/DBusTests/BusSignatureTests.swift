import Testing

@testable import DBus

struct BusSignatureTests {
    @Test func aSignatureBecomesATree() throws {
        let signature = try BusSignature("susssasa{sv}i(ybnq(xtd))aaoghv")
        #expect(
            signature.types == [
                .string, .uint32, .string, .string, .string, .array(.string), .array(.entry(key: .string, value: .variant)), .int32,
                .structure([.byte, .boolean, .int16, .uint16, .structure([.int64, .uint64, .double])]), .array(.array(.objectPath)),
                .signature, .unixFD, .variant,
            ])
        #expect(signature.types.map(\.code).joined() == signature.text)
        #expect(signature.descriptorPosition == 29)
    }

    @Test(arguments: [
        "", String(repeating: "y", count: 255), String(repeating: "a", count: 32) + "y",
        String(repeating: "(", count: 32) + "y" + String(repeating: ")", count: 32),
        String(repeating: "a(", count: 32) + "y" + String(repeating: ")", count: 32),
        String(repeating: "a{s", count: 32) + "y" + String(repeating: "}", count: 32),
        "a{ya{ba{na{qa{ia{ua{xa{ta{da{sa{oa{gv}}}}}}}}}}}}",
    ])
    func signaturesUpToTheLimitsAreAccepted(_ text: String) throws {
        #expect(try BusSignature(text).types.map(\.code).joined() == text)
    }

    @Test(arguments: [
        ("z", 1, "is no type code"),
        ("sé", 2, "is no type code"),
        ("s s", 2, "is no type code"),
        ("s\0", 2, "is no type code"),
        ("r", 1, "is no type code"),
        ("e", 1, "is no type code"),
        ("a", 1, "no element type"),
        ("saa", 3, "no element type"),
        ("(a)", 2, "no element type"),
        ("a{sa}", 4, "no element type"),
        ("()", 1, "no members"),
        ("s(", 2, "is not closed"),
        ("(s", 1, "is not closed"),
        ("s)", 2, "closes no struct"),
        ("{sv}", 1, "outside an array"),
        ("({sv})", 2, "outside an array"),
        ("s}", 2, "closes no dict entry"),
        ("a{}", 2, "needs a key and a value"),
        ("a{s}", 2, "has a key but no value"),
        ("a{", 2, "not closed"),
        ("a{s", 2, "not closed"),
        ("a{sv", 2, "not closed"),
        ("a{svs}", 5, "more than a key and a value"),
        ("a{vs}", 3, "must be one basic type"),
        ("a{(s)s}", 3, "must be one basic type"),
        ("a{ass}", 3, "must be one basic type"),
        (String(repeating: "a", count: 33) + "y", 33, "arrays are nested more than 32"),
        (String(repeating: "(", count: 33) + "y" + String(repeating: ")", count: 33), 33, "structs are nested more than 32"),
        (String(repeating: "y", count: 256), 256, "longer than 255"),
    ])
    func mistakesAreNamedWithTheirPlace(_ text: String, position: Int, reason: String) {
        let error = #expect(throws: BusSignatureError.self) { try BusSignature(text) }
        #expect(error?.position == position, "\(String(describing: error))")
        #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
    }

    /// libdbus lets arrays in that stand in one another through structs, and what it lets in is read.
    @Test func moreArraysMayComeInThanGoOut() throws {
        let text = String(repeating: "a(", count: 32) + "aay" + String(repeating: ")", count: 32)
        #expect(throws: BusSignatureError.self) { try BusSignature(text) }
        #expect(try BusSignature(received: text).types.map(\.code) == [text])
    }
}
