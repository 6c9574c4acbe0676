import DBus
import DeskbridgeTestSupport
import Foundation
import Testing

@Suite(.timeLimit(.minutes(1)))
struct BusReconnectTests {
    @Test func aBusKilledInTheMiddleAnswersEveryCallerAndServesLaterCalls() async throws {
        let bus = try PrivateBus()
        let connection = BusConnection(to: try BusAddress(bus.address))
        var peer = try BusPeer(on: bus)
        for round in 0..<3 {
            let outcomes = await withTaskGroup(of: BusError?.self) { group in
                for _ in 0..<50 {
                    group.addTask { await Self.failure { try await connection.call(.peer("Never")) } }
                }
                for _ in 0..<50 { #expect(await peer.nextEvent() == "called Never") }
                bus.stop()
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.map { $0?.kind } == Array(repeating: .disconnected, count: 50), "round \(round)")

            let away = await Self.failure { try await connection.call(.echo([])) }
            #expect(away?.kind == .notSent)

            try bus.restart()
            peer.end()
            peer = try BusPeer(on: bus)
            #expect(try await connection.call(.echo([.string("back")])) == [.string("back")])
        }
        peer.end()
        await connection.shutdown()
    }

    @Test func aCallMadeJustAsTheBusDiesIsNeverLost() async throws {
        let bus = try PrivateBus()
        let connection = BusConnection(to: try BusAddress(bus.address))
        _ = try await connection.call(.bus("GetId"))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    let error = await Self.failure { try await connection.call(.bus("GetId")) }
                    #expect(error == nil || error?.kind == .notSent || error?.kind == .disconnected)
                }
            }
            bus.stop()
        }
        await connection.shutdown()
    }

    @Test func anAddressWithNobodyThereSaysSo() async throws {
        let connection = BusConnection(to: try BusAddress("unix:path=/nonexistent/bus"))
        for _ in 0..<3 {
            let error = await Self.failure { try await connection.call(.bus("GetId")) }
            #expect(error?.kind == .notSent)
            #expect(error?.message.contains("/nonexistent/bus") == true)
        }
        await connection.shutdown()
    }

    @Test func aServerThatNeverGreetsCostsTheCallersTimeoutOnly() async throws {
        let path = "/tmp/deskbridge-mute-\(ProcessInfo.processInfo.processIdentifier).sock"
        let script = """
            import socket, sys
            s = socket.socket(socket.AF_UNIX)
            s.bind(sys.argv[1])
            s.listen()
            print("ready", flush=True)
            sys.stdin.read()
            """
        let mute = try SpawnedProcess(["/usr/bin/python3", "-c", script, path])
        #expect(mute.readLine() == "ready")
        defer {
            mute.end()
            try? FileManager.default.removeItem(atPath: path)
        }
        let connection = BusConnection(to: try BusAddress("unix:path=\(path)"))
        let error = await Self.failure { try await connection.call(.bus("GetId", timeout: .milliseconds(300))) }
        #expect(error?.kind == .notSent)
        #expect(error?.message.contains("within") == true)
        await connection.shutdown()
    }

    @Test func twoHundredConnectionsLeaveNoDescriptorBehind() async throws {
        let bus = try PrivateBus()
        func descriptors() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
        let before = try descriptors()
        for _ in 0..<200 {
            let connection = BusConnection(to: try BusAddress(bus.address))
            _ = try await connection.call(.bus("GetId"))
            await connection.shutdown()
        }
        // Other tests of this process open some meanwhile; a leak would be 200 or more.
        #expect(try descriptors() - before < 100)
    }

    @Test func aConnectionLetGoIsClosed() async throws {
        let bus = try PrivateBus()
        let watcher = BusConnection(to: try BusAddress(bus.address))
        let peer = try BusPeer(on: bus)
        let name = try await uniqueName(of: bus, through: watcher)
        // The bus answers in the order of arrival, so asking is waiting: the name goes when the thread has closed its socket.
        while try await watcher.call(.bus("NameHasOwner", [.string(name)])) == [.boolean(true)] {}
        peer.end()
        await watcher.shutdown()
    }

    /// The name of a connection that is used once and let go.
    private func uniqueName(of bus: PrivateBus, through watcher: BusConnection) async throws -> String {
        let before = try await watcher.call(.bus("ListNames"))
        let connection = BusConnection(to: try BusAddress(bus.address))
        let during = try await connection.call(.bus("ListNames"))
        guard case .array(_, let old)? = before.first, case .array(_, let new)? = during.first,
            case .string(let name)? = Set(new).subtracting(old).first
        else {
            Issue.record("the bus lists no new name")
            return ":0.0"
        }
        return name
    }

    private static func failure(_ body: () async throws -> some Sendable) async -> BusError? {
        do {
            _ = try await body()
            return nil
        } catch { return error as? BusError }
    }
}
