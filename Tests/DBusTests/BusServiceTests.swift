import DBus
import DeskbridgeTestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct BusServiceTests {
    static let name = "org.example.Served"
    static let interfaces = """
          <interface name="org.example.Served">
            <method name="Echo"><arg name="text" type="s" direction="in"/><arg name="text" type="s" direction="out"/></method>
            <signal name="Happened"><arg name="text" type="s"/></signal>
          </interface>

        """

    let bus: PrivateBus
    let connection: BusConnection

    init() throws {
        bus = try PrivateBus()
        connection = BusConnection(to: try BusAddress(bus.address))
    }

    func serve(at path: String = "/org/example/Served", callsInWork: Int = 256, perSender: Int = 64) throws -> BusService.Iterator {
        connection.serve(
            BusObject(
                at: try ObjectPath(path), interfaces: Self.interfaces, callsInWork: callsInWork, callsInWorkPerSender: perSender,
                largestArguments: 10_000)
        ).makeAsyncIterator()
    }

    /// Owns the name while the body runs.
    func whileOwned(_ body: () async throws -> Void) async throws {
        let connection = connection
        let held = Mailbox<NameHolding>()
        let owning = Task { try await connection.own(BusName(Self.name)) { held.put($0) } }
        #expect(await held.first() == .held)
        try await body()
        owning.cancel()
        _ = await owning.result
    }

    func program(_ arguments: String...) throws -> SpawnedProcess {
        try SpawnedProcess(arguments, environment: ["DBUS_SESSION_BUS_ADDRESS": bus.address])
    }

    func gdbus(_ member: String, _ arguments: String...) throws -> SpawnedProcess {
        try SpawnedProcess(
            ["gdbus", "call", "--session", "--dest", Self.name, "--object-path", "/org/example/Served", "--method", member] + arguments,
            environment: ["DBUS_SESSION_BUS_ADDRESS": bus.address])
    }

    static func call(_ member: String = "Echo", _ arguments: BusValue...) throws -> BusCall {
        try BusCall(
            destination: BusName(name), path: ObjectPath("/org/example/Served"), interface: InterfaceName("org.example.Served"),
            member: MemberName(member), arguments: arguments)
    }

    @Test func othersCallTheObjectAndGetItsAnswers() async throws {
        var calls = try serve()
        try await whileOwned {
            let caller = try program(
                "busctl", "--user", "call", Self.name, "/org/example/Served", "org.example.Served", "Echo", "s", "it's 1")
            let call = try #require(try await calls.next())
            #expect(call.interface?.text == "org.example.Served")
            #expect(call.member.text == "Echo")
            #expect(call.path.text == "/org/example/Served")
            #expect(call.sender.isUnique)
            #expect(call.arguments == [.string("it's 1")])
            call.reply([.string("answer"), .array(of: .int32, [.int32(-1)])])
            let (output, code) = await caller.result()
            #expect(output == "sai \"answer\" 1 -1\n")
            #expect(code == 0)
        }
        await connection.shutdown()
    }

    @Test func errorsCarryNameAndText() async throws {
        var calls = try serve()
        let other = BusConnection(to: connection.address)
        try await whileOwned {
            let failing = Task { try await other.call(Self.call()) }
            try await calls.next()?.fail(BusMethodError(ErrorName("org.example.Error.Teapot"), "short\0stout"))
            let error = await #expect(throws: BusError.self) { try await failing.value }
            #expect(error == BusError(.errorReply, name: "org.example.Error.Teapot", "short\u{fffd}stout"))
        }
        await other.shutdown()
        await connection.shutdown()
    }

    @Test func slowAnswersAreSideBySideAndInAnyOrder() async throws {
        var calls = try serve()
        let other = BusConnection(to: connection.address)
        try await whileOwned {
            let callers = (0..<50).map { number in Task { try await other.call(Self.call("Echo", .uint32(number))) } }
            // None is answered before all are there.
            var held: [BusIncomingCall] = []
            while held.count < 50, let call = try await calls.next() { held.append(call) }
            for call in held.reversed() { call.reply(call.arguments) }
            for (number, caller) in callers.enumerated() { #expect(try await caller.value == [.uint32(UInt32(number))]) }
        }
        await other.shutdown()
        await connection.shutdown()
    }

    @Test func aCallLetGoIsAnsweredWithAnError() async throws {
        var calls = try serve()
        let other = BusConnection(to: connection.address)
        try await whileOwned {
            let caller = Task { try await other.call(Self.call()) }
            _ = try await calls.next()
            let error = await #expect(throws: BusError.self) { try await caller.value }
            #expect(error?.kind == .errorReply)
            #expect(error?.message.contains("dropped") == true)
        }
        await other.shutdown()
        await connection.shutdown()
    }

    @Test func valuesThatCannotBeSentBecomeAnError() async throws {
        var calls = try serve()
        let other = BusConnection(to: connection.address)
        try await whileOwned {
            for bad in [BusValue.string("a\0b"), .unixFD, .structure([]), .array(of: .string, [.int32(1)])] {
                let caller = Task { try await other.call(Self.call()) }
                try await calls.next()?.reply([bad])
                let error = await #expect(throws: BusError.self) { try await caller.value }
                #expect(error?.name == BusError.Name.failed)
                #expect(error?.message.contains("cannot be sent") == true)
            }
        }
        await other.shutdown()
        await connection.shutdown()
    }

    @Test func onlyTheFirstAnswerCounts() async throws {
        var calls = try serve()
        let other = BusConnection(to: connection.address)
        try await whileOwned {
            let caller = Task { try await other.call(Self.call()) }
            let call = try #require(try await calls.next())
            call.reply([.byte(1)])
            call.reply([.byte(2)])
            call.fail(.failed("no"))
            #expect(try await caller.value == [.byte(1)])
        }
        await other.shutdown()
        await connection.shutdown()
    }

    @Test func theObjectAndItsAncestorsDescribeThemselves() async throws {
        let calls = try serve()
        try await whileOwned {
            let tree = try await program("busctl", "--user", "tree", "--list", Self.name).result().output
            #expect(tree == "/\n/org\n/org/example\n/org/example/Served\n")
            let seen = try await program(
                "gdbus", "introspect", "--session", "--dest", Self.name, "--object-path", "/org/example/Served"
            ).result().output
            #expect(seen.contains("Echo(in  s text,\n           out s text);"), "\(seen)")
            #expect(seen.contains("Happened(s text);"))
            #expect(seen.contains("interface org.freedesktop.DBus.Introspectable"))
            let ping = try gdbus("org.freedesktop.DBus.Peer.Ping")
            #expect(await ping.result().output == "()\n")
        }
        withExtendedLifetime(calls) {}
        await connection.shutdown()
    }

    @Test func whatIsNotThereIsSaidToBeUnknown() async throws {
        var calls = try serve()
        let other = BusConnection(to: connection.address)
        try await whileOwned {
            let elsewhere = await #expect(throws: BusError.self) {
                try await other.call(
                    BusCall(
                        destination: BusName(Self.name), path: ObjectPath("/org/example/Serve"), interface: .introspectable,
                        member: MemberName("Introspect")))
            }
            #expect(elsewhere?.name == BusError.Name.unknownObject)
            let caller = Task { try await other.call(Self.call("Nonsense", .string("x"), .byte(1))) }
            let call = try #require(try await calls.next())
            call.fail(.unknownMethod(call))
            let error = await #expect(throws: BusError.self) { try await caller.value }
            #expect(error?.name == BusError.Name.unknownMethod)
            #expect(error?.message.contains("org.example.Served.Nonsense(sy)") == true)
        }
        await other.shutdown()
        await connection.shutdown()
    }

    @Test func oneCallerCannotTakeThePlaceOfAll() async throws {
        var calls = try serve(callsInWork: 3, perSender: 2)
        let first = BusConnection(to: connection.address)
        let second = BusConnection(to: connection.address)
        let third = BusConnection(to: connection.address)
        try await whileOwned {
            var held: [BusIncomingCall] = []
            var answers: [Task<[BusValue], any Error>] = []
            for caller in [first, first, second] {
                answers.append(Task { try await caller.call(Self.call()) })
                held.append(try #require(try await calls.next()))
            }
            for caller in [first, second, third] {
                let error = await #expect(throws: BusError.self) { try await caller.call(Self.call()) }
                #expect(error?.name == BusError.Name.limitsExceeded)
            }
            for call in held { call.reply([]) }
            for answer in answers { #expect(try await answer.value == []) }
            let again = Task { try await first.call(Self.call()) }
            try await calls.next()?.reply([.byte(1)])
            #expect(try await again.value == [.byte(1)])
        }
        for caller in [first, second, third] { await caller.shutdown() }
        await connection.shutdown()
    }

    @Test func argumentsThatTakeTooMuchMemoryAreRefused() async throws {
        let calls = try serve()
        let other = BusConnection(to: connection.address)
        try await whileOwned {
            for argument in [
                BusValue.string(String(repeating: "x", count: 10_000)), .bytes(Array(repeating: 0, count: 10_000)),
                .array(of: .boolean, Array(repeating: .boolean(true), count: 200)),
            ] {
                let error = await #expect(throws: BusError.self) { try await other.call(Self.call("Echo", argument)) }
                #expect(error?.name == BusError.Name.limitsExceeded)
            }
        }
        withExtendedLifetime(calls) {}
        await other.shutdown()
        await connection.shutdown()
    }

    @Test func signalsReachTheirReceivers() async throws {
        let peer = try BusPeer(on: bus)
        let other = BusConnection(to: connection.address)
        let calls = try serve()
        try await whileOwned {
            var signals = try await other.subscribe(to: SignalMatchTests.match(sender: Self.name)).makeAsyncIterator()
            let path = try ObjectPath("/org/example/Served")
            let interface = try InterfaceName("org.example.Served")
            connection.emit(try OutgoingSignal(path: path, interface: interface, member: MemberName("All"), arguments: [.string("x")]))
            let receiver = try await other.uniqueName(seenBy: peer)
            connection.emit(
                try OutgoingSignal(to: BusName(":1.9999"), path: path, interface: interface, member: MemberName("Somebody")))
            connection.emit(
                try OutgoingSignal(
                    to: BusName(receiver), path: path, interface: interface, member: MemberName("One"), arguments: [.byte(1)]))
            let all = try await signals.next()
            #expect(all?.member.text == "All")
            #expect(all?.arguments == [.string("x")])
            #expect(try await signals.next()?.member.text == "One")
        }
        withExtendedLifetime(calls) {}
        await other.shutdown()
        await connection.shutdown()
    }

    @Test func anObjectAndItsNameComeBackWithTheBus() async throws {
        var calls = try serve()
        let connection = connection
        let held = Mailbox<NameHolding>()
        let owning = Task { try await connection.own(BusName(Self.name)) { held.put($0) } }
        #expect(await held.first() == .held)
        for _ in 0..<2 {
            bus.stop()
            #expect(await held.first() == .busAway)
            try bus.restart()
            #expect(await held.first() == .held)
            let caller = try gdbus("org.example.Served.Echo", "again")
            try await calls.next()?.reply([.string("here")])
            #expect(await caller.result().output == "('here',)\n")
        }
        owning.cancel()
        let error = await #expect(throws: BusError.self) { try await owning.value }
        #expect(error?.kind == .cancelled)
        #expect(try await connection.call(.bus("NameHasOwner", [.string(Self.name)])) == [.boolean(false)])
        await connection.shutdown()
    }

    @Test func aNameThatSomebodyHasIsWaitedFor() async throws {
        let connection = connection
        let peer = try BusPeer(on: bus, name: Self.name)
        let owner = try #require(try await connection.owner(of: Self.name))
        let held = Mailbox<NameHolding>()
        let owning = Task { try await connection.own(BusName(Self.name)) { held.put($0) } }
        #expect(await held.first() == .taken(by: owner))
        peer.end()
        #expect(await held.first() == .held)
        owning.cancel()
        _ = await owning.result
        await connection.shutdown()
    }

    @Test func answersForALostBusAreDropped() async throws {
        var calls = try serve()
        let other = BusConnection(to: connection.address)
        let connection = connection
        let held = Mailbox<NameHolding>()
        let owning = Task { try await connection.own(BusName(Self.name)) { held.put($0) } }
        #expect(await held.first() == .held)
        let caller = Task { try await other.call(Self.call()) }
        let call = try #require(try await calls.next())
        bus.stop()
        #expect(await held.first() == .busAway)
        _ = await caller.result
        try bus.restart()
        #expect(await held.first() == .held)
        call.reply([.byte(1)])
        let again = Task { try await other.call(Self.call()) }
        try await calls.next()?.reply([.byte(2)])
        #expect(try await again.value == [.byte(2)])
        owning.cancel()
        _ = await owning.result
        await other.shutdown()
        await connection.shutdown()
    }

    @Test func openFilesThatCallersPassAreClosed() async throws {
        var calls = try serve()
        try await whileOwned {
            let caller = try program(
                "/usr/bin/python3", "-c",
                """
                import dbus, os
                bus = dbus.bus.BusConnection(os.environ["DBUS_SESSION_BUS_ADDRESS"])
                served = bus.get_object("\(Self.name)", "/org/example/Served", introspect=False)
                reader, writer = os.pipe()
                served.Echo(dbus.types.UnixFd(writer), dbus_interface="org.example.Served", signature="h")
                os.close(writer)
                print(os.read(reader, 1) == b"", flush=True)
                """)
            let call = try #require(try await calls.next())
            #expect(call.arguments == [.unixFD])
            call.reply([])
            // The end of the pipe is seen once nobody holds the other end.
            let (output, code) = await caller.result()
            #expect(output == "True\n")
            #expect(code == 0)
        }
        await connection.shutdown()
    }
}
