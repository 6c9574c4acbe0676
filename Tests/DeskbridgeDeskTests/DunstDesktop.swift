import DBus
import DeskbridgeTestSupport
import Foundation

/// A real notification server, dunst, on an X server without a screen, on a private bus. A button is pressed through its context menu.
final class DunstDesktop: Sendable {
    let bus: PrivateBus
    private let display: ChildProcess
    private let displayName: String
    private let person: BusConnection
    private let folder: String

    init() async throws {
        bus = try PrivateBus()
        folder = "/tmp/deskbridge-dunst-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // dunst gives its menu one line for each button, such as "#Allow (Allow PROBE?) [2,allow]", and takes back the chosen one.
        try "#!/bin/sh\ngrep -m1 \"^#$(cat \(folder)/choice)\"\n".write(toFile: folder + "/choose", atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + "/choose")
        try "[global]\n    dmenu = \(folder)/choose\n".write(toFile: folder + "/dunstrc", atomically: true, encoding: .utf8)
        display = try ChildProcess(
            ["/usr/bin/Xvfb", "-displayfd", "1", "-screen", "0", "800x600x8", "-nolisten", "tcp"],
            environment: ["PATH": "/usr/bin:/bin", "HOME": folder])
        guard let number = await display.output.first() else { throw NeverCame("an X server", instead: display.errors.all) }
        displayName = ":" + number
        person = BusConnection(to: try BusAddress(bus.address))
    }

    deinit {
        // dunst goes with its screen.
        display.signal(9)
        try? FileManager.default.removeItem(atPath: folder)
    }

    func start() async throws -> ChildProcess {
        let process = try ChildProcess(
            ["/usr/bin/dunst", "-conf", folder + "/dunstrc"],
            environment: [
                "PATH": "/usr/bin:/bin", "HOME": folder, "DISPLAY": displayName, "DBUS_SESSION_BUS_ADDRESS": bus.address, "LANG": "C.UTF-8",
            ])
        for try await owner in person.watch(try BusName("org.freedesktop.Notifications")) {
            if case .owned = owner { return process }
        }
        throw NeverCame("dunst", instead: process.errors.all)
    }

    /// Chooses a button of the first notification from its menu.
    func press(_ label: String) async throws {
        try label.write(toFile: folder + "/choice", atomically: true, encoding: .utf8)
        try await control("NotificationAction", [.uint32(0)])
    }

    func dismiss() async throws { try await control("NotificationCloseLast") }

    /// How many notifications stand.
    func count() async throws -> UInt32 {
        let reply = try await person.call(
            BusCall(
                destination: BusName("org.freedesktop.Notifications"), path: ObjectPath("/org/freedesktop/Notifications"),
                interface: .properties, member: MemberName("Get"),
                arguments: [.string("org.dunstproject.cmd0"), .string("displayedLength")]))
        guard case .variant(.uint32(let count))? = reply.first else { throw NeverCame("a count", instead: ["\(reply)"]) }
        return count
    }

    private func control(_ member: String, _ arguments: [BusValue] = []) async throws {
        _ = try await person.call(
            BusCall(
                destination: BusName("org.freedesktop.Notifications"), path: ObjectPath("/org/freedesktop/Notifications"),
                interface: InterfaceName("org.dunstproject.cmd0"), member: MemberName(member), arguments: arguments))
    }
}
