import DeskbridgeCore
import Testing

struct OriginTests {
    @Test(arguments: [
        "https://studio.example", "http://localhost", "http://localhost:3000", "http://127.0.0.1:8080", "http://[::1]:5173",
        "https://a-b.c_d.example:8443", "https://xn--caf-dma.example", "http://example:443", "https://example:80", "https://[2001:db8::1]",
        "http://[::ffff:102:304]", "http://[1:0:0:2::3]", "http://[1:2:0:3:4:5:6:7]", "https://1e100.net", "https://0x1g",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop", "tauri://localhost", "http://a:65535",
    ])
    func anOriginAsBrowsersSendItIsTaken(text: String) throws {
        let origin = try Origin(text)
        #expect(origin.description == text)
        #expect(origin.matches(header: text))
        #expect(!origin.matches(header: text + "/"))
        #expect(!origin.matches(header: text.uppercased()))
    }

    @Test(arguments: [
        ("https://studio.example/", "https://studio.example"),
        ("https://studio.example/app?x#y", "https://studio.example"),
        ("HTTPS://Studio.Example", "https://studio.example"),
        ("https://studio.example:443", "https://studio.example"),
        ("http://studio.example:80/", "http://studio.example"),
        ("https://studio.example:", "https://studio.example"),
        ("https://studio.example:08443", "https://studio.example:8443"),
        ("https://studio.example.", "https://studio.example"),
        ("https://me:secret@studio.example", "https://studio.example"),
        ("https://good.example\\@evil.example", "https://good.example"),
        ("http://[0:0:0:0:0:0:0:1]:3000", "http://[::1]:3000"),
        ("http://[2001:DB8:0:0:1:0:0:1]", "http://[2001:db8::1:0:0:1]"),
        ("http://[1::2:3:4:5:6:7]", "http://[1:0:2:3:4:5:6:7]"),
        ("http://[::ffff:1.2.3.4]", "http://[::ffff:102:304]"),
        ("http://[::0]", "http://[::]"),
        ("http://[1:0:0:0:0:0:0:0]", "http://[1::]"),
    ])
    func anotherSpellingIsRefusedWithTheRightOne(text: String, spelling: String) {
        #expect(throws: Flaw("\"\(text)\" is not how browsers spell this origin: write \"\(spelling)\"")) { try Origin(text) }
    }

    @Test(arguments: [
        ("*", "\"*\" is no origin: each origin is written out, * is not possible"),
        ("https://*.example", "\"https://*.example\" is no origin: each origin is written out, * is not possible"),
        ("null", "\"null\" is the origin of any sandboxed page and local file, so it can't be told apart and is refused"),
        ("ws://a.example", "\"ws://a.example\" is no origin: a page that opens a WebSocket has an origin with http://"),
        ("wss://a.example", "\"wss://a.example\" is no origin: a page that opens a WebSocket has an origin with https://"),
        ("file:///home/me/x.html", "\"file:///home/me/x.html\" is no origin: browsers send \"null\" for file:"),
        ("://a.example", "\"://a.example\" is no origin: it must start with a scheme such as https://"),
        ("1http://a.example", "\"1http://a.example\" is no origin: it must start with a scheme such as https://"),
        ("https://café.example", "\"https://café.example\" must be in ASCII: write the host as xn--…"),
    ])
    func whatIsNoOriginIsRefusedInWords(text: String, message: String) {
        #expect(throws: Flaw(message)) { try Origin(text) }
    }

    @Test(arguments: [
        "", "studio.example", "https:", "https://", "https:///", "https:studio.example", "https://a b", "https://a..b", "https://.a",
        "https://a:b", "https://a:0", "https://a:65536", "https://a:+80", "https://a:999999", "https://127.1", "https://0x7f.0.0.1",
        "https://127.0.0.01", "https://256.1.1.1", "https://1.2.3.4.5",
        "https://2130706433", "https://[::1", "https://::1", "https://[::g]",
        "https://[::1%lo]", "https://[]", "https://a%62", "https://a,https://b", "https://a\t", "https://a\u{0}",
        "https://" + String(repeating: "a", count: 64),
        "https://" + Array(repeating: "abcdefghi", count: 26).joined(separator: "."),
    ])
    func whatIsNoOriginAtAllSaysHowOneLooks(text: String) {
        #expect(throws: Flaw("\"\(text)\" is no origin such as https://studio.example or http://localhost:3000")) { try Origin(text) }
    }
}
