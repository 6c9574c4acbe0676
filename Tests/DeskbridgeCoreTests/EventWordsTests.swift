import DeskbridgeCore
import Testing

@Suite struct EventWordsTests {
    @Test(arguments: ["A", "CREATE_RESOURCE", "V2", "X" + String(repeating: "_", count: 63)])
    func takesEventType(text: String) { #expect(EventType(text)?.text == text) }

    @Test(arguments: ["", "a", "_A", "2A", "CREATE-RESOURCE", "CREATE RESOURCE", "ÄB", "A\n", "A" + String(repeating: "B", count: 64)])
    func refusesEventType(text: String) { #expect(EventType(text) == nil) }

    @Test(arguments: [
        "local", "0", "studio.example:desk-1_b", "a" + String(repeating: "-", count: 63), "dbus:org.gnome.Maps@x+y.service",
        "dbus:" + String(repeating: "A", count: 123), "dbus:",
    ])
    func takesClientName(text: String) { #expect(ClientName(text)?.text == text) }

    @Test(arguments: [
        "", "A", ".a", "a b", "ä", "a/b", "a" + String(repeating: "b", count: 64), "a@b", "bus:A", "dbus:a b", "dbus:a/b",
        "dbus:" + String(repeating: "a", count: 124),
    ])
    func refusesClientName(text: String) { #expect(ClientName(text) == nil) }

    @Test(arguments: [("busctl", "dbus:busctl"), ("Some Tool/ä", "dbus:Some_Tool___"), ("a@b.service", "dbus:a@b.service")])
    func programsOnTheBusHaveNamesThatCanBeReadAgain(program: String, name: String) {
        #expect(ClientName.onBus(program)?.text == name)
        #expect(ClientName(name)?.isReserved == true)
    }

    @Test func namesOfProgramsAreCutToTheirLongest() {
        #expect(ClientName.onBus(String(repeating: "x", count: 300))?.text.utf8.count == 128)
        #expect(ClientName.onBus("") == nil)
    }

    @Test(arguments: ["k", "9f0c…", "with space", String(repeating: "é", count: 127) + "e"])
    func takesKey(text: String) { #expect(IdempotencyKey(text)?.text == text) }

    @Test(arguments: ["", "a\u{0}b", "a\nb", "\u{7F}", "\u{85}", String(repeating: "é", count: 128)])
    func refusesKey(text: String) { #expect(IdempotencyKey(text) == nil) }

    @Test func keysOfDifferentBytesDiffer() throws {
        let composed = try #require(IdempotencyKey("\u{E9}"))
        let decomposed = try #require(IdempotencyKey("e\u{301}"))
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(ClientName.local == ClientName("local"))
    }
}
