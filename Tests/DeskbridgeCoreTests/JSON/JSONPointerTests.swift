import DeskbridgeCore
import Testing

@Suite struct JSONPointerTests {
    // RFC 6901 section 5.
    @Test(arguments: [
        ("foo", "/foo"), ("", "/"), ("a/b", "/a~1b"), ("c%d", "/c%d"), ("m~n", "/m~0n"), (" ", "/ "), ("~1", "/~01"), ("é🙂", "/é🙂"),
    ])
    func aMemberIsEscaped(member: String, text: String) { #expect(JSONPointer.root.appending(member).text == text) }

    @Test func aPathGoesDown() {
        #expect(JSONPointer.root.text.isEmpty)
        #expect(JSONPointer.root.appending("a").appending(3).appending("b/c").description == "/a/3/b~1c")
    }
}
