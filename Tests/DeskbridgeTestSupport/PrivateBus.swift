internal import Glibc
internal import Synchronization

/// A message bus of its own for a test: a real dbus-daemon with its socket in a temporary folder, gone with this.
package final class PrivateBus: Sendable {
    /// Such as `unix:path=/tmp/…/bus`; the same after a restart.
    package let address: String
    package let folder: String
    private let daemon: Mutex<SpawnedProcess>

    /// - Parameters:
    ///   - services: programs that the bus starts when their name is called, as it finds them in a service folder.
    ///   - limits: entries of the bus configuration, such as `max_replies_per_connection`.
    package init(services: [String: String] = [:], limits: [String: Int] = [:]) throws {
        var template = Array("/tmp/deskbridge-bus-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw SpawnedProcess.SpawnError(message: "mkdtemp failed") }
        folder = String(cString: made)
        address = "unix:path=\(folder)/bus"
        mkdir(folder + "/services", 0o700)
        for (name, program) in services {
            try Self.write("[D-BUS Service]\nName=\(name)\nExec=\(program)\n", to: "\(folder)/services/\(name).service")
        }
        let limitLines = limits.map { "<limit name=\"\($0.key)\">\($0.value)</limit>" }.joined()
        try Self.write(
            """
            <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
             "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
            <busconfig>
              <type>session</type>
              <listen>\(address)</listen>
              <auth>EXTERNAL</auth>
              <servicedir>\(folder)/services</servicedir>
              <policy context="default">
                <allow send_destination="*" eavesdrop="true"/>
                <allow eavesdrop="true"/>
                <allow own="*"/>
                <allow user="*"/>
              </policy>
              <limit name="max_replies_per_connection">50000</limit>
              \(limitLines)
            </busconfig>
            """, to: folder + "/bus.conf")
        daemon = Mutex(try Self.start(folder))
    }

    deinit {
        stop()
        for file in ["/bus", "/bus.conf"] { unlink(folder + file) }
        if let services = opendir(folder + "/services") {
            while let entry = readdir(services) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
                unlink("\(folder)/services/\(name)")
            }
            closedir(services)
        }
        rmdir(folder + "/services")
        rmdir(folder)
    }

    /// Kills the bus, as a crash would, and waits until it is gone.
    package func stop() { daemon.withLock { $0.endInput() } }

    /// Starts it again at the same address.
    package func restart() throws {
        try daemon.withLock { daemon in
            daemon.endInput()
            daemon = try Self.start(folder)
        }
    }

    /// The shell kills the bus when its input ends, so that no bus is left behind by a test process that crashed.
    private static func start(_ folder: String) throws -> SpawnedProcess {
        let script =
            #"exec 2>/dev/null; dbus-daemon --config-file="$0/bus.conf" --print-address=1 --nofork --nosyslog & read -r _; kill -9 $!; wait $!"#
        let process = try SpawnedProcess(["/bin/sh", "-c", script, folder])
        guard process.readLine() != nil else { throw SpawnedProcess.SpawnError(message: "dbus-daemon did not start") }
        return process
    }

    private static func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else { throw SpawnedProcess.SpawnError(message: "cannot write \(path)") }
        fputs(text, file)
        fclose(file)
    }
}
