import DBus
import DeskbridgeTestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct BusConnectionTests {
    let bus: PrivateBus
    let connection: BusConnection

    init() throws {
        bus = try PrivateBus()
        connection = BusConnection(to: try BusAddress(bus.address))
    }

    @Test func aMethodOfTheBusIsAnswered() async throws {
        let names = try await connection.call(.bus("ListNames"))
        guard case .array(of: .string, let elements)? = names.first else {
            Issue.record("not an array of strings: \(names)")
            return
        }
        #expect(names.count == 1)
        #expect(elements.contains(.string("org.freedesktop.DBus")))
        await connection.shutdown()
    }

    @Test func valuesOfEachTypeComeBackAsTheyWereSent() async throws {
        let peer = try BusPeer(on: bus)
        for values in Self.echoes {
            let reply = try await connection.call(.echo(values))
            #expect(reply == values)
        }
        await connection.shutdown()
        peer.end()
    }

    static let echoes: [[BusValue]] = {
        let nestedVariant = (0..<64).reduce(BusValue.string("deep")) { value, _ in .variant(value) }
        let nestedArray = (0..<32).reduce(BusValue.int16(-1)) { value, _ in .array(of: value.type, [value]) }
        let path = (try? ObjectPath("/a/b")).map(BusValue.objectPath) ?? .byte(0)
        let signature = (try? BusSignature("a{s(iv)}")).map(BusValue.signature) ?? .byte(0)
        return [
            [],
            [.byte(0), .byte(255), .boolean(true), .boolean(false), .double(-0.5), .double(.greatestFiniteMagnitude)],
            [.int16(.min), .int16(.max), .uint16(.max), .int32(.min), .int32(.max), .uint32(.max)],
            [.int64(.min), .int64(.max), .uint64(.max)],
            [.string(""), .string("Grüße 🚀\n\u{fffe}"), path, signature],
            [.bytes([]), .bytes([0, 127, 255]), .array(of: .string, []), .array(of: .array(.byte), [.bytes([1]), .bytes([])])],
            [.structure([.byte(1), .structure([.string("x"), .int64(2)])])],
            [.array(of: .entry(key: .string, value: .variant), [.entry(key: .string("k"), value: .variant(.uint64(7)))])],
            [.variant(.array(of: .entry(key: .int32, value: .string), []))],
            [nestedVariant], [nestedArray],
        ]
    }()

    @Test func twoHundredSlowCallsArePendingSideBySide() async throws {
        let peer = try BusPeer(on: bus)
        let connection = connection
        // The peer answers none before it has all: one that waits for another would wait for ever.
        let numbers = try await withThrowingTaskGroup(of: [BusValue].self) { group in
            for _ in 0..<200 { group.addTask { try await connection.call(.peer("Hold", [.uint32(200)])) } }
            return try await group.reduce(into: Set<[BusValue]>()) { $0.insert($1) }
        }
        #expect(numbers == Set((0..<200).map { [BusValue.uint32($0)] }))
        await connection.shutdown()
        peer.end()
    }

    @Test func aCallWithoutAnswerEndsAtItsTimeoutWithUnknownOutcome() async throws {
        let peer = try BusPeer(on: bus)
        let error = await failure { try await connection.call(.peer("Never", timeout: .milliseconds(200))) }
        #expect(error?.kind == .noReply)
        #expect(error?.name == "org.freedesktop.DBus.Error.NoReply")
        #expect(try await connection.call(.echo([.byte(1)])) == [.byte(1)])
        peer.end()
    }

    @Test func aPeerThatDiesLeavesTheOutcomeUnknown() async throws {
        let peer = try BusPeer(on: bus)
        let error = await failure { try await connection.call(.peer("Die")) }
        #expect(error?.kind == .noReply)
        peer.end()
    }

    @Test func anErrorReplyKeepsNameAndText() async throws {
        let peer = try BusPeer(on: bus)
        let error = await failure {
            try await connection.call(.peer("Fail", [.string("org.example.Error.Teapot"), .string("short and stout")]))
        }
        #expect(error == BusError(.errorReply, name: "org.example.Error.Teapot", "short and stout"))
        peer.end()
    }

    @Test func aNameThatNobodyOwnsIsAnErrorOfTheBus() async throws {
        let error = await failure { try await connection.call(.echo([])) }
        #expect(error?.kind == .errorReply)
        #expect(error?.name == "org.freedesktop.DBus.Error.ServiceUnknown")
    }

    @Test func cancellationEndsTheWaitAtOnceAndLeavesTheConnectionUsable() async throws {
        let peer = try BusPeer(on: bus)
        let connection = connection
        let waiting = Task { try await connection.call(.peer("Never", timeout: .seconds(3600))) }
        #expect(await peer.nextEvent() == "called Never")
        waiting.cancel()
        let error = await failure { try await waiting.value }
        #expect(error?.kind == .cancelled)
        #expect(try await connection.call(.echo([.byte(1)])) == [.byte(1)])
        peer.end()
    }

    @Test func aCallOfACancelledTaskIsNotSent() async throws {
        let peer = try BusPeer(on: bus)
        let connection = connection
        let call = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await connection.call(.peer("Touch"))
        }
        let error = await failure { try await call.value }
        #expect(error?.kind == .cancelled)
        #expect(try await connection.call(.peer("Touched")) == [.uint32(0)])
        peer.end()
    }

    @Test func shutdownEndsEveryWaitAndRefusesLaterCalls() async throws {
        let peer = try BusPeer(on: bus)
        let connection = connection
        let waiting = Task { try await connection.call(.peer("Never")) }
        #expect(await peer.nextEvent() == "called Never")
        await connection.shutdown()
        let error = await failure { try await waiting.value }
        #expect(error?.kind == .disconnected)
        let late = await failure { try await connection.call(.echo([])) }
        #expect(late?.kind == .notSent)
        await connection.shutdown()
        peer.end()
    }

    @Test func shutdownOfAnUnusedConnectionReturns() async throws {
        await connection.shutdown()
        let error = await failure { try await connection.call(.echo([])) }
        #expect(error?.kind == .notSent)
    }

    @Test func largeMessagesPassBothWays() async throws {
        let peer = try BusPeer(on: bus)
        let bytes = BusValue.bytes((0..<1_000_000).map { UInt8(truncatingIfNeeded: $0) })
        #expect(try await connection.call(.echo([bytes])) == [bytes])
        peer.end()
    }

    private func failure(_ body: () async throws -> some Sendable) async -> BusError? {
        do {
            _ = try await body()
            return nil
        } catch { return error as? BusError }
    }
}
