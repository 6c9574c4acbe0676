import DBus
import DeskbridgeTestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct NameWatchTests {
    let bus: PrivateBus
    let connection: BusConnection

    init() throws {
        bus = try PrivateBus()
        connection = BusConnection(to: try BusAddress(bus.address))
    }

    @Test func theOwnerIsToldAtOnceAndThenEachChange() async throws {
        var owners = try connection.watch(BusName(BusPeer.name)).makeAsyncIterator()
        #expect(try await owners.next() == .unowned)
        for _ in 0..<3 {
            let peer = try BusPeer(on: bus)
            let owner = try await connection.owner(of: BusPeer.name)
            #expect(try await owners.next() == owner.map { .owned(by: $0) })
            peer.end()
            #expect(try await owners.next() == .unowned)
        }
        let peer = try BusPeer(on: bus)
        #expect(try await owners.next() != .unowned)
        var second = try connection.watch(BusName(BusPeer.name)).makeAsyncIterator()
        let owner = try await connection.owner(of: BusPeer.name)
        #expect(try await second.next() == owner.map { .owned(by: $0) })
        peer.end()
        await connection.shutdown()
    }

    @Test func aUniqueNameCanBeWatched() async throws {
        let peer = try BusPeer(on: bus)
        let owner = try #require(try await connection.owner(of: BusPeer.name))
        var owners = try connection.watch(BusName(owner)).makeAsyncIterator()
        #expect(try await owners.next() == .owned(by: owner))
        peer.end()
        #expect(try await owners.next() == .unowned)
        await connection.shutdown()
    }

    @Test func aWatchOutlivesTheBus() async throws {
        var peer = try BusPeer(on: bus)
        var owners = try connection.watch(BusName(BusPeer.name)).makeAsyncIterator()
        let first = try await owners.next()
        #expect(first != .busAway && first != .unowned)
        for _ in 0..<3 {
            bus.stop()
            #expect(try await owners.next() == .busAway)
            try bus.restart()
            // The connection is back before the peer, or after it.
            peer.end()
            peer = try BusPeer(on: bus)
            var state = try await owners.next()
            if state == .unowned { state = try await owners.next() }
            let owner = try await connection.owner(of: BusPeer.name)
            #expect(state == owner.map { .owned(by: $0) })
        }
        peer.end()
        await connection.shutdown()
    }

    @Test func aBusThatIsNotThereYetIsWaitedFor() async throws {
        bus.stop()
        var owners = try connection.watch(BusName(BusPeer.name)).makeAsyncIterator()
        #expect(try await owners.next() == .busAway)
        try bus.restart()
        #expect(try await owners.next() == .unowned)
        await connection.shutdown()
    }

    @Test func theLatestStateIsNeverLostHoweverSlowlyItIsTaken() async throws {
        var owners = try connection.watch(BusName(BusPeer.name)).makeAsyncIterator()
        #expect(try await owners.next() == .unowned)
        for _ in 0..<3 { try BusPeer(on: bus).end() }
        let last = try BusPeer(on: bus)
        let owner = try await connection.owner(of: BusPeer.name)
        // The answer above came after all the changes.
        #expect(try await owners.next() == owner.map { .owned(by: $0) })
        last.end()
        #expect(try await owners.next() == .unowned)
        await connection.shutdown()
    }

    @Test func thatTheBusWasAwayIsNotForgottenForTheSameOwner() async throws {
        var peer = try BusPeer(on: bus)
        var owners = try connection.watch(BusName(BusPeer.name)).makeAsyncIterator()
        let first = try await owners.next()
        #expect(first != .busAway && first != .unowned)
        // Another watcher tells when the connection is back, while the first takes nothing.
        var other = try connection.watch(BusName("org.example.Other")).makeAsyncIterator()
        #expect(try await other.next() == .unowned)
        bus.stop()
        #expect(try await other.next() == .busAway)
        try bus.restart()
        peer.end()
        peer = try BusPeer(on: bus)
        #expect(try await other.next() == .unowned)
        #expect(try await owners.next() == .busAway)
        var state = try await owners.next()
        if state == .unowned { state = try await owners.next() }
        let owner = try await connection.owner(of: BusPeer.name)
        #expect(state == owner.map { .owned(by: $0) })
        peer.end()
        await connection.shutdown()
    }

    @Test func shutdownEndsAWatch() async throws {
        var owners = try connection.watch(BusName(BusPeer.name)).makeAsyncIterator()
        #expect(try await owners.next() == .unowned)
        await connection.shutdown()
        let error = await #expect(throws: BusError.self) { try await owners.next() }
        #expect(error?.kind == .disconnected)
        #expect(try await owners.next() == nil)
        var late = try connection.watch(BusName(BusPeer.name)).makeAsyncIterator()
        let refused = await #expect(throws: BusError.self) { try await late.next() }
        #expect(refused?.kind == .notSent)
    }

    @Test func watchersShareOneRuleWhichGoesWithThem() async throws {
        let before = try await connection.rules()
        var watches: [NameWatch] = []
        for _ in 0..<4 {
            let watch = try connection.watch(BusName(BusPeer.name))
            var owners = watch.makeAsyncIterator()
            #expect(try await owners.next() == .unowned)
            watches.append(watch)
        }
        #expect(try await connection.rules() == before + 1)
        watches = []
        #expect(try await connection.rules() == before)
        await connection.shutdown()
    }

    @Test func aBusThatRefusesToBeWatchedSaysSo() async throws {
        let bus = try PrivateBus(limits: ["max_match_rules_per_connection": 0])
        let connection = BusConnection(to: try BusAddress(bus.address))
        var owners = try connection.watch(BusName(BusPeer.name)).makeAsyncIterator()
        let error = await #expect(throws: BusError.self) { try await owners.next() }
        #expect(error?.kind == .errorReply)
        #expect(error?.name == BusError.Name.limitsExceeded)
        await connection.shutdown()
    }
}
