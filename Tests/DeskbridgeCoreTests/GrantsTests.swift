import DeskbridgeCore
import Testing

struct GrantsTests {
    private func grants(_ text: String) throws -> Grants {
        try PolicyFile.parse(try yamlNode("grants: \(text)"), home: "/home/me").grants
    }

    @Test func nothingIsGrantedUnlessListed() throws {
        for grants in [Grants.none, try grants("{}"), PolicySet.empty.grants] {
            #expect(!grants.allows(executable: "/usr/bin/git"))
            #expect(!grants.allows(folder: "/home/me"))
            #expect(!grants.allows(bus: "session", destination: "org.a.B", interface: "org.a.B", member: "C"))
        }
    }

    @Test(arguments: [
        ("/usr/bin/git", true),
        ("/usr/bin/git2", false),
        ("/usr/bin", false),
        ("/usr/bin/git/", false),
        ("/usr/bin//git", false),
        ("/usr/bin/../bin/git", false),
        ("/usr/bin/./git", false),
        ("usr/bin/git", false),
        ("git", false),
        ("", false),
        ("/usr/bin/GIT", false),
        // The same text to Unicode, another file to Linux.
        ("/opt/caf\u{E9}", true),
        ("/opt/cafe\u{301}", false),
    ])
    func anExecutableIsGrantedByItsExactPath(path: String, isGranted: Bool) throws {
        let grants = try grants("{executables: [/usr/bin/git, \"/opt/caf\u{E9}\"]}")
        #expect(grants.allows(executable: path) == isGranted)
    }

    @Test(arguments: [
        ("/home/me/Projects", true),
        ("/home/me/Projects/", true),
        ("/home/me/Projects/a/b", true),
        ("/home/me/Projects/./a", true),
        ("/home/me/Projects2", false),
        ("/home/me/Project", false),
        ("/home/me", false),
        ("/home/me/projects", false),
        ("/home/me/Projects/../.ssh", false),
        ("/home/me/Projects/..", false),
        ("home/me/Projects", false),
        ("~/Projects", false),
        ("", false),
        ("/", false),
        ("/srv/share/x", true),
        ("/srv/shared", false),
        ("/home/me/Projects/a\u{0}b", false),
    ])
    func aFolderIsGrantedWithAllBeneathItByWholeComponents(path: String, isGranted: Bool) throws {
        #expect(try grants("{folders: [~/Projects, //srv/./share/]}").allows(folder: path) == isGranted)
    }

    @Test func aLoneTildeIsTheHome() throws {
        let grants = try grants("{folders: [\"~\"]}")
        #expect(grants.allows(folder: "/home/me/x"))
        #expect(!grants.allows(folder: "/home/you"))
    }

    @Test(arguments: [
        ("session org.a.B org.a.B.Call", "session org.a.B org.a.B Call", true),
        ("session org.a.B org.a.B.Call", "system org.a.B org.a.B Call", false),
        ("session org.a.B org.a.B.Call", "session org.a.C org.a.B Call", false),
        ("session org.a.B org.a.B.Call", "session org.a.B.C org.a.B Call", false),
        ("session org.a.B org.a.B.Call", "session org.a.B org.a Call", false),
        ("session org.a.B org.a.B.Call", "session org.a.B org.a.B Call2", false),
        ("session org.a.B org.a.B.Call", "session org.a.B org.a.B call", false),
        ("session org.a.B org.a.B.Call", "session :1.7 org.a.B Call", false),
        ("session org.a.B org.a.B.*", "session org.a.B org.a.B Any", true),
        ("session org.a.B org.a.B.*", "session org.a.B org.a.B.C Any", false),
        ("session org.a.B org.a.B.*", "session org.a.B org.a Any", false),
        ("session org.a.B *", "session org.a.B org.z.Y Any", true),
        ("session org.a.B *", "session org.a.B2 org.z.Y Any", false),
        ("session org.a.B", "session org.a.B org.z.Y Any", true),
        ("unix:path=/run/x org.a.B *", "unix:path=/run/x org.a.B org.a.B Any", true),
        ("unix:path=/run/x org.a.B *", "session org.a.B org.a.B Any", false),
        ("unix:path=/run/x org.a.B *", "unix:path=/run/xy org.a.B org.a.B Any", false),
    ])
    func aMethodIsGrantedOnItsBusAndDestination(grant: String, call: String, isGranted: Bool) throws {
        let parts = call.split(separator: " ").map(String.init)
        let grants = try grants("{dbus: [\"\(grant)\"]}")
        #expect(grants.allows(bus: parts[0], destination: parts[1], interface: parts[2], member: parts[3]) == isGranted)
    }

    @Test(arguments: [
        ("/usr/bin/git", true), ("/usr/bin/git2", false), ("/usr/bin", false), ("/usr/bin/git/", false), ("/bin/git", false), ("", false),
        ("/usr/bin/curl", false),
    ])
    func theNetworkIsGrantedToOneExecutableLetterByLetter(path: String, isGranted: Bool) throws {
        let grants = try grants("{network: [/usr/bin/git], executables: [/usr/bin/curl, /usr/bin/git]}")
        #expect(grants.allowsNetwork(of: path) == isGranted)
        #expect(Grants.none.merging(grants).allowsNetwork(of: path) == isGranted)
        #expect(!Grants.none.allowsNetwork(of: path))
    }

    @Test(arguments: [
        ("executables: [git]", "test.yaml:1:24: \"git\" must be an absolute path, one that starts with /"),
        ("executables: [~/bin/x]", "test.yaml:1:24: \"~/bin/x\" must be an absolute path: ~ is not expanded here"),
        ("executables: [/usr/../bin/x]", "test.yaml:1:24: \"/usr/../bin/x\" holds \"..\": write the path without it"),
        ("executables: [//usr/bin/x]", "test.yaml:1:24: \"//usr/bin/x\" must be the exact path of an executable: write \"/usr/bin/x\""),
        ("executables: [/usr/bin/x/]", "test.yaml:1:24: \"/usr/bin/x/\" must be the exact path of an executable: write \"/usr/bin/x\""),
        ("executables: [/]", "test.yaml:1:24: \"/\" must be the exact path of an executable"),
        ("executables: [7]", "test.yaml:1:24: each entry of grants.executables must be a string, not an integer"),
        ("network: [~/bin/x]", "test.yaml:1:20: \"~/bin/x\" must be an absolute path: ~ is not expanded here"),
        ("network: [/usr/bin/x/]", "test.yaml:1:20: \"/usr/bin/x/\" must be the exact path of an executable: write \"/usr/bin/x\""),
        (
            "network: [https://studio.example]",
            "test.yaml:1:20: \"https://studio.example\" must be an absolute path, one that starts with /"
        ),
        ("network: on", "test.yaml:1:19: grants.network must be a list, not a string"),
        ("network: true", "test.yaml:1:19: grants.network must be a list, not a boolean"),
        ("executables: /usr/bin/x", "test.yaml:1:23: grants.executables must be a list, not a string"),
        ("folders: [/]", "test.yaml:1:20: \"/\" would grant every folder: name the ones that actions write in"),
        ("folders: [/.//]", "test.yaml:1:20: \"/.//\" would grant every folder: name the ones that actions write in"),
        ("folders: [~]", "test.yaml:1:20: a lone ~ means nothing in YAML: write \"~\" in quotes"),
        ("folders: [x]", "test.yaml:1:20: \"x\" must be an absolute path, one that starts with /"),
        ("folders: [~you/x]", "test.yaml:1:20: \"~you/x\" names the home of another user: write that path in full"),
        ("folders: [~/../you]", "test.yaml:1:20: \"~/../you\" holds \"..\": write the path without it"),
        ("folders: [\"/a\\nb\"]", "test.yaml:1:20: the path holds a control character"),
        ("dbus: [session]", "test.yaml:1:17: \"session\" must have the form BUS DESTINATION INTERFACE.MEMBER"),
        (
            "dbus: [session a.b c.d.E f]",
            "test.yaml:1:17: \"session a.b c.d.E f\" must have the form BUS DESTINATION INTERFACE.MEMBER"
        ),
        (
            "dbus: [users a.b c.d.E]",
            "test.yaml:1:17: \"users\" is no bus: write session, system or an address such as unix:path=/run/user/1000/bus"
        ),
        ("dbus: [session notifications a.b.C]", "test.yaml:1:17: \"notifications\" is no bus name such as org.freedesktop.Notifications"),
        ("dbus: [\"session * a.b.C\"]", "test.yaml:1:17: \"*\" is no bus name such as org.freedesktop.Notifications"),
        (
            "dbus: [\"session :1.4 a.b.C\"]",
            "test.yaml:1:17: \":1.4\" is the name of one connection and changes with each start: grant a well-known name"
        ),
        (
            "dbus: [session a.b Notify]",
            "test.yaml:1:17: \"Notify\" must be INTERFACE.MEMBER such as org.freedesktop.Notifications.Notify, INTERFACE.* or *"
        ),
        (
            "dbus: [session a.b a.Notify]",
            "test.yaml:1:17: \"a.Notify\" must be INTERFACE.MEMBER such as org.freedesktop.Notifications.Notify, INTERFACE.* or *"
        ),
        (
            "dbus: [session a.b a.b.No-tify]",
            "test.yaml:1:17: \"No-tify\" in \"a.b.No-tify\" is no method name: it has only letters, digits and _, and no digit first"
        ),
        (
            "dbus: [\"session a.b a.b.Not*\"]",
            "test.yaml:1:17: \"Not*\" in \"a.b.Not*\" is no method name: it has only letters, digits and _, and no digit first"
        ),
        (
            "folder: [/x]",
            "test.yaml:1:10: grants has no key \"folder\". Did you mean \"folders\"? Its keys are executables, folders, dbus, network."
        ),
    ])
    func aGrantThatCannotBeMeantIsRefusedWithItsPlace(grants text: String, mistake: String) {
        #expect(mistakes { try grants("{\(text)}") } == [mistake])
    }

    @Test(arguments: [
        "unix:", "unix:path", "unix:=x", "unix:path=", "unix:path=/a b", "unix:path=/a;unix:path=/b", "unix:path=/a%2", "unix:path=/a%zz",
        "unix:path=/a,", "tcp:host=localhost", "UNIX:path=/a", "Session", "",
    ])
    func anythingButSessionSystemOrASocketIsNoBus(bus: String) {
        #expect(throws: Flaw.self) { try BusGrant("\(bus) org.a.B *") }
    }

    @Test(arguments: ["unix:path=/run/user/1000/bus", "unix:abstract=/tmp/dbus-x,guid=0123abcd", "unix:path=/with%20space", "system"])
    func aSocketsAddressIsABus(bus: String) throws {
        #expect(try BusGrant("\(bus) org.a.B *").covers(bus: bus, destination: "org.a.B", interface: "a.b", member: "C"))
    }

    @Test(arguments: [
        "a", "a.", ".a", "a..b", "1a.b", "a.1b", "a b.c", "a.b/c", "a.b\u{E9}", "", "a." + String(repeating: "x", count: 254),
    ])
    func aDestinationHasTheShapeOfABusName(name: String) {
        #expect(throws: Flaw.self) { try BusGrant("session \(name) *") }
    }

    @Test func whatAnyFileGrantsIsGranted() throws {
        let first = try PolicyFile.parse(try yamlNode("grants: {executables: [/bin/a]}", file: "a.yaml"), home: "/h")
        let second = try PolicyFile.parse(try yamlNode("grants: {executables: [/bin/b], folders: [\"~\"]}", file: "b.yaml"), home: "/h")
        let merged = PolicySet([first, second]).grants
        #expect(merged.allows(executable: "/bin/a"))
        #expect(merged.allows(executable: "/bin/b"))
        #expect(merged.allows(folder: "/h/x"))
        #expect(!merged.allows(executable: "/bin/c"))
    }

    @Test(arguments: ["", "a", "~", "/a/../b", "/..", "/a\u{0}", "/a\u{9C}", "/" + String(repeating: "x/", count: 2048)])
    func whatIsNoAbsolutePathIsRefused(text: String) {
        #expect(throws: Flaw.self) { try AbsolutePath(text) }
    }

    @Test func aGrantIsShownAsItIsWritten() throws {
        for text in ["session org.a.B org.a.B.Call", "system org.a.B org.a.B.*", "unix:path=/run/x org.a.B *"] {
            #expect(try BusGrant(text).description == text)
        }
        #expect(try BusGrant("session org.a.B").description == "session org.a.B *")
        #expect(try AbsolutePath("~/a//b/./c/", home: "/home/me/").description == "/home/me/a/b/c")
    }
}
