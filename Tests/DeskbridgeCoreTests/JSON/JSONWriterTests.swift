import DeskbridgeCore
import Testing

struct JSONWriterTests {
    @Test func prettyTextIsForPeople() throws {
        let value = try JSONParser.parse("{\"a\":[1,{\"b\":[]},{}],\"c\":\"x\"}")
        #expect(
            value.prettyText == """
                {
                  "a": [
                    1,
                    {
                      "b": []
                    },
                    {}
                  ],
                  "c": "x"
                }
                """)
    }

    @Test func membersAreSortedByTheirBytesOnRequest() {
        var writer = JSONWriter(sortsMembers: true)
        writer.write(["b": 1, "a": ["z": 1, "é": 2, "Z": 3], "aa": 4])
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "{\"a\":{\"Z\":3,\"z\":1,\"é\":2},\"aa\":4,\"b\":1}")
    }

    @Test func eachControlCharacterIsEscaped() throws {
        for byte in UInt8(0)..<0x20 {
            let value = JSONValue.string(String(Unicode.Scalar(byte)))
            #expect(value.bytes.allSatisfy { $0 >= 0x20 })
            #expect(try JSONParser.parse(value.bytes) == value)
        }
    }

    @Test func typesHaveTheNamesOfJSONSchema() {
        let values: [JSONValue] = [.null, true, 1, ["a": 1], [1], "a"]
        #expect(values.map(\.typeName) == ["null", "boolean", "integer", "object", "array", "string"])
    }
}
