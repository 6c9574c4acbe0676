import DBus
import DeskbridgeCore
import Testing

@testable import DeskbridgeActions

struct BusEncodingTests {
    @Test(arguments: FittingArguments.all)
    func fittingArgumentsBecomeValuesOfTheSignature(_ row: FittingArguments) throws {
        let signature = try BusSignature(row.signature)
        let values = try BusEncoding.values(JSONParser.parse(row.json, deepest: 128).arrayValue ?? [], as: signature)
        #expect(values.map(\.type) == signature.types)
    }

    @Test(arguments: MisfitArguments.all)
    func misfitsAreRefusedWithTheirPlaceAndReason(_ row: MisfitArguments) throws {
        let signature = try BusSignature(row.signature)
        let arguments = try JSONParser.parse(row.json, deepest: 128).arrayValue ?? []
        let error = #expect(throws: BusArgumentError.self) { try BusEncoding.values(arguments, as: signature) }
        #expect(error?.message == row.message)
        #expect(error?.code == row.code)
    }

    @Test func theTableIsLarge() {
        #expect(FittingArguments.all.count >= 150)
        #expect(Set(MisfitArguments.all.map(\.message)).count >= 50)
    }

    @Test(arguments: [
        (BusValue.byte(255), "255"), (.int64(.min), "-9223372036854775808"), (.uint64(.max), "18446744073709551615"),
        (.uint64(5), "5"), (.double(0.1), "0.1"), (.double(2), "2"), (.double(1e300), "1e300"), (.double(.infinity), "null"),
        (.double(.nan), "null"), (.double(-0.0), "0"), (.boolean(true), "true"), (.string("é\u{0}"), "\"é\\u0000\""),
        (.bytes([0, 255]), "[0,255]"),
        (.array(of: .string, [.string("a")]), "[\"a\"]"), (.structure([.int16(-1), .string("x")]), "[-1,\"x\"]"),
        (.variant(.variant(.uint32(7))), "7"), (.unixFD, "null"),
        (
            .array(
                of: .entry(key: .string, value: .variant),
                [.entry(key: .string("b"), value: .variant(.byte(1))), .entry(key: .string("a"), value: .variant(.bytes([])))]),
            "{\"b\":1,\"a\":[]}"
        ),
        (.array(of: .entry(key: .int32, value: .string), [.entry(key: .int32(-5), value: .string("x"))]), "{\"-5\":\"x\"}"),
        (.array(of: .entry(key: .boolean, value: .byte), [.entry(key: .boolean(true), value: .byte(1))]), "{\"true\":1}"),
        (
            .array(of: .entry(key: .uint64, value: .byte), [.entry(key: .uint64(.max), value: .byte(1))]),
            "{\"18446744073709551615\":1}"
        ),
    ])
    func repliesBecomeJSON(_ value: BusValue, json: String) {
        #expect(value.json.text == json)
    }

    @Test(
        arguments: [
            ("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob"), ("Zm9vYmE=", "fooba"), ("Zm9vYmFy", "foobar"),
        ]
            as [(String, Bytes)])
    func base64IsThatOfTheRFC(_ text: String, bytes: Bytes) {
        #expect(Base64.bytes(text) == bytes.bytes)
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n", "====", "=Zg=", "Zg==Zg==", "Zm9_"])
    func otherTextsAreNoBase64(_ text: String) {
        #expect(Base64.bytes(text) == nil)
    }

    struct Bytes: ExpressibleByStringLiteral, Sendable {
        let bytes: [UInt8]
        init(stringLiteral value: String) { bytes = Array(value.utf8) }
    }
}
