import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeServer

struct CallerProcessTests {
    private static let manager = "/user.slice/user-1000.slice/user@1000.service"

    @Test(arguments: [
        ("0::\(manager)/app.slice/backup.service\n", "backup.service"),
        ("0::\(manager)/app.slice/backup.service/worker\n", "backup.service"),
        ("0::\(manager)/session.slice/org.gnome.Shell@wayland.service\n", "org.gnome.Shell@wayland.service"),
        ("0::\(manager)/app.slice/app-org.gnome.Maps@f00f.service\n", "app-org.gnome.Maps.service"),
        ("0::\(manager)/app.slice/app-gnome-firefox\\x2desr-4711.scope\n", "app-gnome-firefox-esr.scope"),
        ("0::\(manager)/app.slice/app-flatpak-org.gimp.GIMP-99.scope\n", "app-flatpak-org.gimp.GIMP.scope"),
        ("0::\(manager)/_cpu.service\n", "cpu.service"),
        // Version 1 beside an empty version 2.
        ("9:cpu:/\n1:name=systemd:\(manager)/app.slice/backup.service\n0::/\n", "backup.service"),
    ])
    func theUnitIsFoundBelowTheUsersManager(_ text: String, _ unit: String) {
        #expect(CallerProcess.unit(in: text) == unit)
    }

    @Test(arguments: [
        "", "0::/\n", "nonsense", "::\n", "0::\(manager)\n", "0::\(manager)/app.slice\n",
        "0::/user.slice/user-1000.slice/session-3.scope\n",
        "0::\(manager)/app.slice/vte-spawn-0a1b.scope\n", "0::\(manager)/init.scope\n", "0::/system.slice/cron.service\n",
        "0::\(manager)/app.slice/app-x.scope\n",
    ])
    func whatATerminalOrALoginStartedHasNoUnitOfItsOwn(_ text: String) {
        #expect(CallerProcess.unit(in: text) == nil)
    }

    @Test(arguments: [("/usr/bin/busctl", "busctl"), ("/opt/a b/tool (deleted)", "tool"), ("/x", "x")])
    func theExecutableIsItsBaseName(_ path: String, _ name: String) {
        #expect(CallerProcess.executable(at: path) == name)
    }

    @Test func theClientIsTheUnitOrElseTheExecutable() {
        #expect(CallerProcess(unit: "backup.service", executable: "rsync").client?.text == "dbus:backup.service")
        #expect(CallerProcess(unit: nil, executable: "Some Tool").client?.text == "dbus:Some_Tool")
        #expect(CallerProcess(unit: nil, executable: nil).client == nil)
    }

    @Test func aRunningProcessIsFoundAndOneThatEndedIsNot() async throws {
        let process = try SpawnedProcess(["/bin/cat"])
        let pid = try #require(process.pid)
        #expect(CallerProcess.read(UInt32(pid)) != nil)
        process.end()
        #expect(CallerProcess.read(UInt32(pid)) == nil)
        #expect(CallerProcess.read(0) == nil)
    }
}
