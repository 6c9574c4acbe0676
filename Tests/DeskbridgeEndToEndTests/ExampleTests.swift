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
        Example(folder: "service", confirmation: "SERVICE_STARTED", shows: ("job", "/org/freedesktop/systemd1/job/7")),
        Example(folder: "notification", confirmation: "NOTIFIED", shows: ("notification", "7")),
        Example(folder: "render", confirmation: "RENDERED", shows: ("frames", "/Renders/sq01-sh001-lighting")),
    ]

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../examples").standardized.path

    /// The notification server and systemd's manager, as far as the examples call them.
    private static let desktop = """
        import dbus.bus, dbus.service, os
        from dbus.mainloop.glib import DBusGMainLoop
        from gi.repository import GLib
        DBusGMainLoop(set_as_default=True)
        bus = dbus.bus.BusConnection(os.environ["DBUS_SESSION_BUS_ADDRESS"])
        class Notifications(dbus.service.Object):
            @dbus.service.method("org.freedesktop.Notifications", in_signature="susssasa{sv}i", out_signature="u")
            def Notify(self, app, replaces, icon, summary, body, actions, hints, timeout): return 7
        class Manager(dbus.service.Object):
            @dbus.service.method("org.freedesktop.systemd1.Manager", in_signature="ss", out_signature="o")
            def StartUnit(self, name, mode): return dbus.ObjectPath("/org/freedesktop/systemd1/job/7")
        Notifications(bus, "/org/freedesktop/Notifications")
        Manager(bus, "/org/freedesktop/systemd1")
        for name in ["org.freedesktop.Notifications", "org.freedesktop.systemd1"]: bus.request_name(name)
        print("ready", flush=True)
        GLib.MainLoop().run()
        """

    private static func text(_ example: Example, _ file: String) throws -> String {
        try String(contentsOfFile: "\(folder)/\(example.folder)/\(file)", encoding: .utf8)
            .replacing("/usr/bin/xdg-open", with: "$BIN/opener").replacing("/usr/bin/blender", with: "$BIN/renderer")
    }

    @Test func everyExampleIsTested() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder).filter { !$0.contains(".") }
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
        try await withBridge(files, environment: ["DBUS_SESSION_BUS_ADDRESS": bus.address]) { bridge in
            let desktop = try ChildProcess(
                ["/usr/bin/python3", bridge.home.programs + "/desktop.py"], environment: ["DBUS_SESSION_BUS_ADDRESS": bus.address])
            guard await desktop.output.first() == "ready" else { throw NeverCame("the desktop", instead: desktop.errors.all) }
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
