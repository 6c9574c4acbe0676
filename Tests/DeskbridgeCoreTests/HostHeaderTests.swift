import DeskbridgeCore
import Testing

struct HostHeaderTests {
    @Test(arguments: [
        ("127.0.0.1:7420", 7420, true),
        ("[::1]:7420", 7420, true),
        ("localhost:7420", 7420, true),
        ("LocalHost:7420", 7420, true),
        ("localhost", 80, true),
        ("localhost:80", 80, true),
        ("[::1]", 80, true),
        ("127.0.0.1", 80, true),
    ])
    func aLoopbackNameWithOurPortIsOurs(value: String, port: Int, isOurs: Bool) {
        #expect(HostHeader.isOurs(value, port: port) == isOurs)
    }

    @Test(arguments: [
        "", ":7420", "localhost", "127.0.0.1", "[::1]",
        "localhost:", "localhost:7421", "localhost:80", "localhost:07420", "localhost:+7420",
        "localhost:7420 ", " localhost:7420", "localhost :7420",
        "localhost: 7420", "localhost:7420\t", "localhost:7420\u{0}", "localhost:7420\r\n",
        "localhost.:7420", "127.0.0.1.:7420", "127.1:7420", "127.0.0.2:7420", "0.0.0.0:7420", "2130706433:7420", "0x7f.0.0.1:7420",
        "127.0.0.01:7420", "::1:7420", "[::1%lo]:7420", "[::]:7420", "[0:0:0:0:0:0:0:1]:7420", "[::ffff:127.0.0.1]:7420",
        "evil.example:7420", "localhost.evil.example:7420", "127.0.0.1.nip.io:7420", "evil.localhost:7420", "localhost:7420.evil.example",
        "evil.example@localhost:7420", "localhost:7420@evil.example", "localhost:7420,evil.example", "localhost:7420, localhost:7420",
        "http://localhost:7420", "localhost:7420/", "localhost:7420#",
        "loc\u{E0}lhost:7420", "localhost:\u{FF17}420", "loca\u{17F}host:7420",
        "local\u{AD}host:7420", "ip6-localhost:7420", "xn--localhost:7420",
    ])
    func anythingElseIsNot(value: String) {
        #expect(!HostHeader.isOurs(value, port: 7420))
    }

    @Test func onlyPort80MayBeLeftOut() {
        #expect(!HostHeader.isOurs("localhost", port: 443))
        #expect(!HostHeader.isOurs("localhost:", port: 80))
    }
}
