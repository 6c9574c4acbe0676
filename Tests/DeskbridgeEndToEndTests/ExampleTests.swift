import DeskbridgeCore
import DeskbridgeTestSupport
import Foundation
import Testing

/// The actions in `examples/`, each with its own policy and event, run for real. Programs and services that a machine without
/// a desktop lacks are played by small ones of the test's own; everything else is as shipped.
@Suite(.timeLimit(.minutes(5)))
struct ExampleTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let folder: String
        let confirmation: String
        /// A member of the confirmation's payload, and what it ends in.
        let shows: (member: String, ending: String)

        var testDescription: String { folder }
    }

    static let examples = [
        Example(folder: "project-folders", confirmation: "PROJECT_CREATED", shows: ("path", "/Projects/LWH_the-long-way-home")),
        Example(folder: "open", confirmation: "OPENED", shows: ("target", "https://studio.example/review/17")),
        Example(folder: "systemd-unit", confirmation: "UNIT_STARTED", shows: ("result", "done")),
        Example(folder: "open-with-portal", confirmation: "ADDRESS_OPENED", shows: ("address", "https://studio.example/review/17")),
        Example(folder: "wallpaper", confirmation: "WALLPAPER_SET", shows: ("place", "both")),
        Example(folder: "media-player", confirmation: "MEDIA_PLAYING", shows: ("state", "Playing")),
        Example(folder: "lock-session", confirmation: "SESSION_LOCKED", shows: ("session", "/org/freedesktop/login1/session/auto")),
        Example(folder: "notification", confirmation: "NOTIFIED", shows: ("notification", "7")),
        Example(folder: "render", confirmation: "RENDERED", shows: ("frames", "/Renders/sq01-sh001-lighting")),
    ]

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../examples").standardized.path

    /// A notification server, the desktop portal and a media player, as far as the examples call them. Those of systemd and logind are
    /// the templates of python3-dbusmock.
    private static let desktop = """
        import dbus.bus, dbus.lowlevel, dbus.service, os
        from dbus.mainloop.glib import DBusGMainLoop
        from gi.repository import GLib
        DBusGMainLoop(set_as_default=True)
        bus = dbus.bus.BusConnection(os.environ["DBUS_SESSION_BUS_ADDRESS"])
        bus.call_on_disconnection(lambda connection: os._exit(0))
        class Notifications(dbus.service.Object):
            @dbus.service.method("org.freedesktop.Notifications", in_signature="susssasa{sv}i", out_signature="u")
            def Notify(self, app, replaces, icon, summary, body, actions, hints, timeout): return 7
        class Portal(dbus.service.Object):
            count = 0
            def request(self, sender, code):
                Portal.count += 1
                path = "/org/freedesktop/portal/desktop/request/%s/t%d" % (sender[1:].replace(".", "_"), Portal.count)
                response = dbus.lowlevel.SignalMessage(path, "org.freedesktop.portal.Request", "Response")
                response.set_destination(sender)
                response.append(code, {}, signature="ua{sv}")
                bus.send_message(response)
                return dbus.ObjectPath(path)
            @dbus.service.method("org.freedesktop.portal.OpenURI", in_signature="ssa{sv}", out_signature="o", sender_keyword="sender")
            def OpenURI(self, window, uri, options, sender=None): return self.request(sender, 2 if uri.startswith("file:") else 0)
            @dbus.service.method("org.freedesktop.portal.Wallpaper", in_signature="ssa{sv}", out_signature="o", sender_keyword="sender")
            def SetWallpaperURI(self, window, uri, options, sender=None):
                return self.request(sender, 0 if options["set-on"] == "both" and not options["show-preview"] else 1)
        class Player(dbus.service.Object):
            values = {"Volume": 1.0, "PlaybackStatus": "Stopped"}
            @dbus.service.method("org.mpris.MediaPlayer2.Player", in_signature="s", out_signature="")
            def OpenUri(self, uri): self.values["PlaybackStatus"] = "Playing" if self.values["Volume"] == 0.5 else "Loud"
            @dbus.service.method("org.freedesktop.DBus.Properties", in_signature="ssv", out_signature="")
            def Set(self, interface, name, value): self.values[name] = value
            @dbus.service.method("org.freedesktop.DBus.Properties", in_signature="ss", out_signature="v")
            def Get(self, interface, name): return self.values[name]
        Notifications(bus, "/org/freedesktop/Notifications")
        Portal(bus, "/org/freedesktop/portal/desktop")
        Player(bus, "/org/mpris/MediaPlayer2")
        for name in ["org.freedesktop.Notifications", "org.freedesktop.portal.Desktop", "org.mpris.MediaPlayer2.vlc"]:
            bus.request_name(name)
        print("ready", flush=True)
        GLib.MainLoop().run()
        """

    /// What the mocks are told to have.
    private static let mocks: [(name: String, arguments: [String], told: [String])] = [
        (
            "org.freedesktop.systemd1", ["--session", "--template", "systemd"],
            ["/org/freedesktop/systemd1", "org.freedesktop.DBus.Mock.AddMockUnit", "render-node.service"]
        ),
        (
            "org.freedesktop.login1", ["--session", "--template", "logind"],
            ["/org/freedesktop/login1", "org.freedesktop.DBus.Mock.AddSession", "auto", "seat0", "uint32 1000", "person", "true"]
        ),
    ]

    /// Starts the mocks and returns once they have what the examples need.
    private static func startMocks(on bus: PrivateBus, in home: TestHome) async throws -> [ChildProcess] {
        var started: [ChildProcess] = []
        for mock in mocks {
            let environment = home.environment.merging(["DBUS_SESSION_BUS_ADDRESS": bus.address]) { _, new in new }
            started.append(try ChildProcess(["/usr/bin/python3", "-m", "dbusmock"] + mock.arguments, environment: environment))
            let waiting = try ChildProcess(["/usr/bin/gdbus", "wait", "--session", "--timeout", "60", mock.name], environment: environment)
            guard try await waiting.result().exit == .code(0) else { throw NeverCame(mock.name, instead: started.last?.errors.all ?? []) }
            let telling = try ChildProcess(
                ["/usr/bin/gdbus", "call", "--session", "--dest", mock.name, "--object-path", mock.told[0], "--method"]
                    + mock.told.dropFirst(), environment: environment)
            let (exit, _, errors) = try await telling.result()
            guard exit == .code(0) else { throw NeverCame("an answer of \(mock.name)", instead: [errors]) }
        }
        return started
    }

    private static func text(_ example: Example, _ file: String) throws -> String {
        try String(contentsOfFile: "\(folder)/\(example.folder)/\(file)", encoding: .utf8)
            .replacing("/usr/bin/xdg-open", with: "$BIN/opener").replacing("/usr/bin/blender", with: "$BIN/renderer")
    }

    @Test func everyExampleIsTested() throws {
        // Those without an action are pages, which have tests of their own.
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
            .filter { FileManager.default.fileExists(atPath: "\(Self.folder)/\($0)/action.yaml") }
        #expect(Set(folders) == Set(Self.examples.map(\.folder)))
    }

    @Test(arguments: examples) func anExampleWorks(_ example: Example) async throws {
        let payload = try JSONParser.parse(try Self.text(example, "event.json"))
        let files = BridgeFiles(
            actions: ["action": try Self.text(example, "action.yaml")], policies: ["policy": try Self.text(example, "policy.yaml")],
            programs: [
                "opener": "#!/bin/sh\nexit 0\n", "renderer": "#!/bin/sh\necho \"Fra:1 Saved: '$4'\"\n", "desktop.py": Self.desktop,
            ])
        let bus = try PrivateBus()
        // One bus plays both: nothing here may reach the machine's own.
        let environment = ["DBUS_SESSION_BUS_ADDRESS": bus.address, "DBUS_SYSTEM_BUS_ADDRESS": bus.address]
        try await withBridge(files, environment: environment) { bridge in
            let desktop = try ChildProcess(
                ["/usr/bin/python3", bridge.home.programs + "/desktop.py"], environment: ["DBUS_SESSION_BUS_ADDRESS": bus.address])
            guard await desktop.output.first() == "ready" else { throw NeverCame("the desktop", instead: desktop.errors.all) }
            let needsMocks = ["systemd-unit", "lock-session"].contains(example.folder)
            let mocks = needsMocks ? try await Self.startMocks(on: bus, in: bridge.home) : []
            defer { for mock in mocks { mock.signal(SIGKILL) } }
            let action = try #require(try await bridge.command("actions", "list", "--format", "json").json?["actions"]?.arrayValue?.first)
            let type = try #require(action["type"]?.stringValue)

            let final = try await bridge.postAndWait(event(type, "example", payload), token: try await bridge.token("dashboard"))
            #expect(final.json?["confirmation"]?["type"]?.stringValue == example.confirmation, "\(final.text)")
            let value = try #require(final.json?["confirmation"]?["payload"]?[example.shows.member])
            let shown = value.stringValue ?? value.text
            #expect(shown.hasSuffix(example.shows.ending), "\(final.text)")
        }
    }
}
