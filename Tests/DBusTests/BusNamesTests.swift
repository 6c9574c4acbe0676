import DBus
import Testing

struct BusNamesTests {
    static let longest = "org." + String(repeating: "x", count: 251)

    @Test(arguments: [
        "org.freedesktop.DBus", "a.b", "_a._b", "org.ex-ample.With-Hyphen_", "a.b.c.d.e", ":1.42", ":1.0.7", ":a-b.7", longest,
    ])
    func validBusNamesAreAccepted(_ text: String) throws {
        #expect(try BusName(text).text == text)
    }

    @Test(arguments: [
        ("", "it is empty"),
        ("org", "two or more parts"),
        (":1", "two or more parts"),
        (":", "two or more parts"),
        (".org.example", "before and after each"),
        ("org.example.", "before and after each"),
        ("org..example", "before and after each"),
        (":.1", "before and after each"),
        ("org.7zip", "begin with a digit"),
        ("7org.example", "begin with a digit"),
        ("org.exämple", "only letters"),
        ("org.example name", "only letters"),
        ("org.example\n", "only letters"),
        ("org.example\0", "only letters"),
        ("org/example.a", "only letters"),
        ("org:1.2", "only letters"),
        ("{name}.x", "only letters"),
        (longest + "x", "longer than 255"),
    ])
    func invalidBusNamesAreRefusedWithTheReason(_ text: String, reason: String) {
        let error = #expect(throws: BusNameError.self) { try BusName(text) }
        #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
        #expect(error?.what == "bus name")
    }

    @Test(arguments: ["/", "/a", "/org/freedesktop/DBus", "/_/0/9a", "/" + String(repeating: "x", count: 4000)])
    func validObjectPathsAreAccepted(_ text: String) throws {
        #expect(try ObjectPath(text).text == text)
    }

    @Test(arguments: [
        ("", "begin with"), ("org", "begin with"), ("a/b", "begin with"), ("//", "side by side"), ("/a//b", "side by side"),
        ("/a/", "must not end"), ("/a-b", "only letters"), ("/a.b", "only letters"), ("/ä", "only letters"), ("/a\0b", "only letters"),
    ])
    func invalidObjectPathsAreRefusedWithTheReason(_ text: String, reason: String) {
        let error = #expect(throws: BusNameError.self) { try ObjectPath(text) }
        #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
    }

    @Test(arguments: ["a.b", "org.freedesktop.DBus.Properties", "_1._2", longest])
    func validInterfacesAndErrorNamesAreAccepted(_ text: String) throws {
        #expect(try InterfaceName(text).text == text)
        #expect(try ErrorName(text).text == text)
    }

    @Test(arguments: ["", "a", "a.", ".a", "a..b", "a.1b", "a-b.c", ":1.2", "a.b c", "a.b\0", longest + "x"])
    func invalidInterfacesAndErrorNamesAreRefused(_ text: String) {
        #expect(throws: BusNameError.self) { try InterfaceName(text) }
        #expect(throws: BusNameError.self) { try ErrorName(text) }
    }

    @Test(arguments: ["a", "Notify", "_x9", String(repeating: "m", count: 255)])
    func validMembersAreAccepted(_ text: String) throws {
        #expect(try MemberName(text).text == text)
    }

    @Test(arguments: [
        ("", "empty"), ("9a", "begin with a digit"), ("a.b", "only letters"), ("a-b", "only letters"), ("a b", "only letters"),
        ("é", "only letters"), ("a\0", "only letters"), (String(repeating: "m", count: 256), "longer than 255"),
    ])
    func invalidMembersAreRefusedWithTheReason(_ text: String, reason: String) {
        let error = #expect(throws: BusNameError.self) { try MemberName(text) }
        #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
    }
}
