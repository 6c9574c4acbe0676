/// A program on a private bus that begins jobs and tells of their ends by signal, as systemd does; `org.example.Jobs` at `/org/example/Jobs`.
///
/// - `Start(s how) → o` returns the job. `JobRemoved(u number, o job, s how, s result)` tells of its end, always after that of a job of
///   somebody else: `early` is done before it returns, `late` after; `failed` fails; `never` does not end; `impostor` has another
///   connection tell of an end; `die` ends the program after it returned; `flood` tells of 3000 ends of others and then of its own.
/// - `Ask() → o` returns a request, which answers `Response(u code)` of the interface `org.example.Request` from its own path, before the
///   method returns.
/// - `Nothing()` returns nothing.
package final class JobsPeer: Sendable {
    package static let name = "org.example.Jobs"

    private let process: SpawnedProcess

    /// Returns once the name is taken.
    package init(on bus: PrivateBus) throws {
        process = try SpawnedProcess(["/usr/bin/python3", "-c", Self.program], environment: ["DBUS_SESSION_BUS_ADDRESS": bus.address])
        guard process.readLine() == "ready" else { throw SpawnedProcess.SpawnError(message: "the peer did not start") }
    }

    package func end() { process.end() }

    package static let program = #"""
        import os
        import dbus, dbus.bus, dbus.lowlevel, dbus.service
        from dbus.mainloop.glib import DBusGMainLoop
        from gi.repository import GLib

        DBusGMainLoop(set_as_default=True)
        bus = dbus.bus.BusConnection(os.environ["DBUS_SESSION_BUS_ADDRESS"])
        bus.call_on_disconnection(lambda connection: os._exit(0))
        impostor = dbus.bus.BusConnection(os.environ["DBUS_SESSION_BUS_ADDRESS"])

        def signal(connection, path, interface, member, signature, *values, to=None):
            message = dbus.lowlevel.SignalMessage(path, interface, member)
            if to:
                message.set_destination(to)
            message.append(*values, signature=signature)
            connection.send_message(message)

        class Jobs(dbus.service.Object):
            count = 0

            @dbus.service.method("org.example.Jobs", in_signature="s", out_signature="o")
            def Start(self, how):
                Jobs.count += 1
                number = Jobs.count
                job = "/org/example/job/%d" % number
                self.JobRemoved(9999, "/org/example/job/9999", "other", "failed")
                if how == "early":
                    self.JobRemoved(number, job, how, "done")
                elif how in ("late", "failed"):
                    GLib.idle_add(self.JobRemoved, number, job, how, "done" if how == "late" else "failed")
                elif how == "impostor":
                    signal(impostor, "/org/example/Jobs", "org.example.Jobs", "JobRemoved", "uoss", number, job, how, "forged")
                    impostor.flush()
                    signal(bus, "/org/example/Elsewhere", "org.example.Jobs", "JobRemoved", "uoss", number, job, how, "elsewhere")
                    GLib.timeout_add(100, self.JobRemoved, number, job, how, "done")
                elif how == "die":
                    GLib.idle_add(lambda: os._exit(0))
                elif how == "flood":
                    for other in range(3000):
                        self.JobRemoved(other, "/org/example/job/9999", "other", "done")
                    self.JobRemoved(number, job, how, "done")
                return dbus.ObjectPath(job)

            @dbus.service.signal("org.example.Jobs", signature="uoss")
            def JobRemoved(self, number, job, how, result):
                pass

            @dbus.service.method("org.example.Jobs", in_signature="", out_signature="o", sender_keyword="sender")
            def Ask(self, sender=None):
                Jobs.count += 1
                request = "/org/example/request/%d" % Jobs.count
                signal(bus, request, "org.example.Request", "Response", "u", 0, to=sender)
                return dbus.ObjectPath(request)

            @dbus.service.method("org.example.Jobs", in_signature="", out_signature="")
            def Nothing(self):
                pass

        Jobs(bus, "/org/example/Jobs")
        bus.request_name("org.example.Jobs")
        print("ready", flush=True)
        GLib.MainLoop().run()
        """#
}
