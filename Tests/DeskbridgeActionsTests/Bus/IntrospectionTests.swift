import DBus
import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeActions

struct IntrospectionTests {
    @Test func methodsAndWhatTheyTakeAreRead() {
        let data = IntrospectionData(
            """
            <!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN" "http://www.freedesktop.org/x.dtd">
            <!-- <interface name="not.this"> -->
            <node name="/">
              <interface name='org.example.A'>
                <method name="One"><arg type="s" name="x" direction="in"/><arg direction='in' type='a{sv}' /><arg type="u" direction="out"/></method>
                <method name="Two"/>
                <method name="Three"><arg type="i"/><annotation name="a" value="b > c"/></method>
                <signal name="Changed"><arg type="s"/></signal>
                <signal name="Gone"/>
                <property name="P" type="s" access="read"/>
              </interface>
              <interface name="org.example.B"></interface>
              <node name="child"/>
              <node name="other"><interface name="org.example.Hidden"><method name="No"/></interface><node name="grandchild"/></node>
              <node name="last" ></node>
            </node>
            """)
        #expect(data.interfaces.keys.sorted() == ["org.example.A", "org.example.B"])
        #expect(
            data.interfaces["org.example.A"]?.methods == [
                "One": .init(takes: "sa{sv}", returns: "u"), "Two": .init(), "Three": .init(takes: "i"),
            ])
        #expect(data.interfaces["org.example.A"]?.signals == ["Changed": "s", "Gone": ""])
        #expect(data.interfaces["org.example.B"] == .init())
        #expect(data.children == ["child", "other", "last"])
    }

    @Test(arguments: [
        "", "<", "<<<", "<interface", "<interface name", "<interface name=", "<interface name=\"x", "no tags", "<!--", "< / >",
        "\u{0}<a b=c>",
    ])
    func brokenDescriptionsSayNothing(_ xml: String) {
        #expect(IntrospectionData(xml).interfaces.isEmpty)
    }

    /// The bus describes its own methods.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            ("org.freedesktop.DBus", "GetNameOwner", "s", "[x]", nil),
            ("org.freedesktop.DBus", "GetNameOwner", "u", "[1]", "the peer says that GetNameOwner takes the signature \"s\", not \"u\""),
            (
                "org.freedesktop.DBus", "GetNamOwner", "s", "[x]",
                "the peer says that org.freedesktop.DBus has no method GetNamOwner; did you mean GetNameOwner?"
            ),
            ("org.example.None", "Do", "", "[]", "the peer says that the object has no interface org.example.None"),
        ] as [(String, String, String, String, String?)])
    func aPlanIsComparedWithWhatThePeerSays(interface: String, member: String, signature: String, arguments: String, advice: String?)
        async throws
    {
        let bus = try PrivateBus()
        let handler = BusHandler()
        let text = """
            bus: \(bus.address)
            destination: org.freedesktop.DBus
            path: /org/freedesktop/DBus
            interface: \(interface)
            member: \(member)
            signature: "\(signature)"
            arguments: \(arguments)
            """
        let step = try handler.parse(YAMLParser.parse(text, file: "a.yaml"), in: TemplateScope())
        let plan = try step.plan(
            FieldValues(parameters: [:], date: Timestamp(milliseconds: 0)),
            grants: Grants(dbus: [BusGrant("\(bus.address) org.freedesktop.DBus")]))
        #expect(await handler.review(plan) == advice)
        if let advice, case .failed(let failure) = await handler.perform(plan, in: .test) {
            #expect(failure.message.hasSuffix(advice), "\(failure.message)")
            #expect(failure.kind == .permanent)
        }
        await handler.shutdown()
    }
}
