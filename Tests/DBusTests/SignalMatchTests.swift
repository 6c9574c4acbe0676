import DBus
import Testing

struct SignalMatchTests {
    static let path = "/org/example/Peer"

    static func match(
        sender: String? = nil, path: String? = nil, interface: String? = nil, member: String? = nil, arg0: String? = nil
    ) throws -> SignalMatch {
        SignalMatch(
            sender: try sender.map(BusName.init), path: try path.map(ObjectPath.init), interface: try interface.map(InterfaceName.init),
            member: try member.map(MemberName.init), arg0: arg0)
    }

    static func signal(sender: String = ":1.7", member: String = "Changed", _ arguments: BusValue...) throws -> BusSignal {
        BusSignal(
            sender: sender, path: try ObjectPath(path), interface: try InterfaceName("org.example.Peer"), member: try MemberName(member),
            arguments: arguments)
    }

    @Test func aRuleNamesEachGivenPart() throws {
        #expect(SignalMatch().rule == "type='signal'")
        let match = try Self.match(
            sender: "org.example.Peer", path: "/a/b", interface: "org.example.Other", member: "Changed", arg0: "x")
        #expect(
            match.rule
                == "type='signal',sender='org.example.Peer',interface='org.example.Other',member='Changed',path='/a/b',arg0='x'")
    }

    @Test(arguments: [
        ("it's", #"arg0='it'\''s'"#), ("''", #"arg0=''\'''\'''"#), (#"a\b"#, #"arg0='a\b'"#), (#"\'"#, #"arg0='\'\'''"#),
        ("a,b='c'", #"arg0='a,b='\''c'\'''"#), ("", "arg0=''"), ("ä 🚀\n", "arg0='ä 🚀\n'"),
    ])
    func textIsQuotedAsTheSpecificationSays(_ text: String, _ quoted: String) throws {
        #expect(try Self.match(arg0: text).rule == "type='signal'," + quoted)
    }

    @Test func whatARuleCannotHoldIsLeftToTheLocalDecision() throws {
        let long = String(repeating: "'", count: 400)
        for text in [long, "a\0b"] {
            let match = try Self.match(member: "Changed", arg0: text)
            #expect(match.rule == "type='signal',member='Changed'")
            #expect(!match.matches(try Self.signal(.string("other"))))
        }
        #expect(try Self.match(arg0: long).matches(try Self.signal(.string(long))))
    }

    @Test func eachGivenPartMustAgree() throws {
        let signal = try Self.signal(.string("x"), .int32(1))
        for match in [
            SignalMatch(), try Self.match(sender: ":1.7"), try Self.match(path: Self.path), try Self.match(interface: "org.example.Peer"),
            try Self.match(member: "Changed"), try Self.match(arg0: "x"),
        ] { #expect(match.matches(signal), "\(match)") }
        for match in [
            try Self.match(sender: ":1.70"), try Self.match(path: "/org/example"), try Self.match(interface: "org.example.Peers"),
            try Self.match(member: "changed"), try Self.match(arg0: "y"), try Self.match(sender: ":1.7", member: "Other"),
        ] { #expect(!match.matches(signal), "\(match)") }
    }

    @Test func theFirstArgumentMustBeAStringToMatch() throws {
        let match = try Self.match(arg0: "/a")
        #expect(!match.matches(try Self.signal()))
        #expect(!match.matches(try Self.signal(.objectPath(try ObjectPath("/a")))))
        #expect(!match.matches(try Self.signal(.int32(1), .string("/a"))))
    }

    @Test func aWellKnownSenderMeansItsOwner() throws {
        let match = try Self.match(sender: "org.example.Peer")
        #expect(match.matches(try Self.signal(), ownerOfSender: ":1.7"))
        #expect(!match.matches(try Self.signal(), ownerOfSender: ":1.8"))
        #expect(!match.matches(try Self.signal(), ownerOfSender: nil))
        #expect(!match.matches(try Self.signal(sender: "org.example.Peer"), ownerOfSender: ":1.8"))
    }

    @Test func theBusSignsWithItsOwnName() throws {
        let match = try Self.match(sender: "org.freedesktop.DBus")
        #expect(match.matches(try Self.signal(sender: "org.freedesktop.DBus")))
        #expect(!match.matches(try Self.signal(), ownerOfSender: ":1.7"))
    }
}
