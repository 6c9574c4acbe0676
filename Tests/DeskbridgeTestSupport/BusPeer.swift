/// A program on a private bus that answers as `org.example.Peer`, written with the Python binding so that it shares no code with ours.
///
/// Its methods, at any path, on the interface `org.example.Peer`:
/// - `Echo` returns its arguments, whatever they are.
/// - `Hold(u count)` answers only when that many calls of it wait, then all of them.
/// - `Never` does not answer. `Die` ends the program without an answer.
/// - `Fail(s name, s text)` answers with that error.
/// - `Sender` returns the unique name of the caller.
/// - `Touch` counts; `Touched` returns the count.
/// - `Signal(o path, s interface, s member, …)` sends that signal to all, and `SignalTo(s destination, …)` to one; the rest are its arguments.
/// - `Flood(o path, s interface, s member, u count)` sends that many, each with its number.
/// - `Take(s name)` and `Drop(s name)` own a name and give it back.
/// - `Strange` returns infinities, a NaN, numbers beyond 64 bits with sign, and a file.
package final class BusPeer: Sendable {
    package static let name = "org.example.Peer"

    private let process: SpawnedProcess

    /// Returns once the name is taken.
    package init(on bus: PrivateBus, name: String = BusPeer.name) throws {
        process = try SpawnedProcess(
            ["/usr/bin/python3", "-c", Self.program, name], environment: ["DBUS_SESSION_BUS_ADDRESS": bus.address])
        guard process.readLine() == "ready" else { throw SpawnedProcess.SpawnError(message: "the peer did not start") }
    }

    /// Waits for what the peer reports next: `called MEMBER` for `Never`, nil once it is gone.
    package func nextEvent() async -> String? { await process.nextLine() }

    package func end() { process.end() }

    package static let program = #"""
        import os, stat, sys, threading
        import dbus, dbus.bus, dbus.lowlevel
        from dbus.mainloop.glib import DBusGMainLoop
        from gi.repository import GLib

        DBusGMainLoop(set_as_default=True)
        bus = dbus.bus.BusConnection(os.environ["DBUS_SESSION_BUS_ADDRESS"])
        held = []
        touched = 0

        def report(text):
            print(text, flush=True)

        def answer(call, *values, signature=""):
            reply = dbus.lowlevel.MethodReturnMessage(call)
            reply.append(*values, signature=signature)
            bus.send_message(reply)

        def signal(destination, path, interface, member, *values, signature=""):
            message = dbus.lowlevel.SignalMessage(str(path), str(interface), str(member))
            if destination:
                message.set_destination(destination)
            message.append(*values, signature=signature)
            bus.send_message(message)

        def handle(connection, call):
            global held, touched
            if call.get_type() != dbus.lowlevel.MESSAGE_TYPE_METHOD_CALL or call.get_interface() != "org.example.Peer":
                return dbus.lowlevel.HANDLER_RESULT_NOT_YET_HANDLED
            member, arguments = call.get_member(), call.get_args_list()
            if member == "Echo":
                answer(call, *arguments, signature=call.get_signature())
            elif member == "Hold":
                held.append(call)
                if len(held) == arguments[0]:
                    for number, waiting in enumerate(held):
                        answer(waiting, number, signature="u")
                    held = []
            elif member == "Never":
                report("called Never")
            elif member == "Die":
                os._exit(0)
            elif member == "Fail":
                bus.send_message(dbus.lowlevel.ErrorMessage(call, *[str(text) for text in arguments]))
            elif member == "Sender":
                answer(call, call.get_sender(), signature="s")
            elif member == "Touch":
                touched += 1
                answer(call)
            elif member == "Touched":
                answer(call, touched, signature="u")
            elif member in ("Signal", "SignalTo"):
                destination = str(arguments.pop(0)) if member == "SignalTo" else None
                signature = "".join(call.get_signature()[4 if destination else 3:])
                signal(destination, *arguments[:3], *arguments[3:], signature=signature)
                answer(call)
            elif member == "Flood":
                for number in range(arguments[3]):
                    signal(None, *arguments[:3], number, signature="u")
                answer(call)
            elif member in ("Take", "Drop"):
                # Asked without waiting: this runs within the dispatch of the connection.
                method = ("RequestName", "su", (arguments[0], 4)) if member == "Take" else ("ReleaseName", "s", (arguments[0],))
                bus.call_async("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", *method,
                    lambda code: answer(call, code, signature="u"), lambda error: answer(call, 0, signature="u"))
            elif member == "Strange":
                with open("/dev/null") as file:
                    answer(call, float("inf"), float("-inf"), float("nan"), 2**64 - 1, -2**63, dbus.types.UnixFd(file),
                        signature="dddtxh")
            else:
                return dbus.lowlevel.HANDLER_RESULT_NOT_YET_HANDLED
            return dbus.lowlevel.HANDLER_RESULT_HANDLED

        def leave_with_parent():
            sys.stdin.read()
            os._exit(0)

        bus.add_message_filter(handle)
        bus.call_on_disconnection(lambda connection: os._exit(0))
        if stat.S_ISSOCK(os.fstat(0).st_mode):
            threading.Thread(target=leave_with_parent, daemon=True).start()
        bus.request_name(sys.argv[1])
        report("ready")
        GLib.MainLoop().run()
        """#
}
