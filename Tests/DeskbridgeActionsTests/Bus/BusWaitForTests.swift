import DBus
import DeskbridgeCore
import DeskbridgeTestSupport
import Foundation
import Testing

@testable import DeskbridgeActions

/// Steps that wait for their peer rather than fail.
@Suite(.timeLimit(.minutes(1)))
struct BusWaitForTests {
    let bus: PrivateBus
    let handler = BusHandler()

    init() throws { bus = try PrivateBus() }

    private func echo(_ lines: String..., on other: PrivateBus? = nil) throws -> BusPlan {
        try BusFixture.plan(
            ["interface: org.example.Peer", "member: Echo", "waitFor: name"] + lines, on: other ?? bus, destination: BusPeer.name)
    }

    private var forPeer: WaitReason { .busName(bus: bus.address, name: BusPeer.name) }

    @Test(arguments: ["auto", "never"]) func aPeerThatIsNotThereIsWaitedFor(start: String) async throws {
        let plan = try echo("start: \(start)")
        #expect(await handler.perform(plan, in: .test) == .waiting(forPeer))
        let peer = try BusPeer(on: bus)
        #expect(await handler.perform(plan, in: .test) == .succeeded(result: ["reply": []]))
        peer.end()
        await handler.shutdown()
    }

    @Test func whatTheBusCanStartIsStartedUnlessTheStepForbidsIt() async throws {
        let program = FileManager.default.temporaryDirectory.path + "/deskbridge-peer-\(UUID().uuidString).py"
        try BusPeer.program.write(toFile: program, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: program) }
        let bus = try PrivateBus(services: ["org.example.Peer": "/usr/bin/python3 \(program) org.example.Peer"])
        #expect(
            await handler.perform(try echo("start: never", on: bus), in: .test) == .waiting(.busName(bus: bus.address, name: BusPeer.name)))
        #expect(await handler.perform(try echo(on: bus), in: .test) == .succeeded(result: ["reply": []]))
        await handler.shutdown()
    }

    @Test func aServiceThatCannotBeStartedIsAFailure() async throws {
        let bus = try PrivateBus(services: ["org.example.Peer": "/nonexistent/peer"])
        let failure = await handler.perform(try echo(on: bus), in: .test).failure
        #expect(failure?.kind == .retryable)
        #expect(failure?.message.contains("Error.Spawn.") == true)
        await handler.shutdown()
    }

    @Test func aBusThatIsAwayIsWaitedFor() async throws {
        bus.stop()
        #expect(await handler.perform(try echo(), in: .test) == .waiting(.busName(bus: bus.address, name: "org.freedesktop.DBus")))
        await handler.shutdown()
    }

    /// Such a peer is there, so to wait for it would mean to try again at once, for ever.
    @Test func aPeerThatAnswersAsIfItWereNotThereIsNotWaitedFor() async throws {
        let peer = try BusPeer(on: bus)
        let plan = try BusFixture.plan(
            [
                "interface: org.example.Peer", "member: Fail", "waitFor: name", "signature: ss",
                "arguments: [org.freedesktop.DBus.Error.ServiceUnknown, forged]",
            ], on: bus, destination: BusPeer.name)
        #expect(await handler.perform(plan, in: .test).failure?.kind == .retryable)
        peer.end()
        await handler.shutdown()
    }

    @Test func aCallThatIsLostIsNotWaitedFor() async throws {
        let peer = try BusPeer(on: bus)
        let handler = handler
        let plan = try BusFixture.plan(
            ["interface: org.example.Peer", "member: Never", "waitFor: name"], on: bus, destination: BusPeer.name)
        async let outcome = handler.perform(plan, in: .test)
        #expect(await peer.nextEvent() == "called Never")
        bus.stop()
        #expect(await outcome.failure?.kind == .unknownOutcome)
        peer.end()
        await handler.shutdown()
    }

    // MARK: Arrivals

    @Test func oneWatchTellsAllWhoWaitInTheirOrder() async throws {
        let arrivals = BusArrivals(handler)
        let come = Mailbox<Int>()
        let events = (0..<1000).map { _ in EventID(at: Timestamp(milliseconds: 0)) }
        for (number, event) in events.enumerated() { arrivals.expect(event, bus: bus.address, name: BusPeer.name) { come.put(number) } }
        #expect(arrivals.watchCount == 1)
        arrivals.forget(events[500])
        let peer = try BusPeer(on: bus)
        _ = await come.first { $0 == 999 }
        #expect(come.all == (0..<1000).filter { $0 != 500 })
        for event in events { arrivals.forget(event) }
        #expect(arrivals.watchCount == 0)
        peer.end()
        await handler.shutdown()
    }

    @Test func aNameThatIsThereAlreadyComesAtOnce() async throws {
        let arrivals = BusArrivals(handler)
        let come = Mailbox<String>()
        let peer = try BusPeer(on: bus)
        for event in ["first", "second"] {
            arrivals.expect(EventID(at: Timestamp(milliseconds: 0)), bus: bus.address, name: BusPeer.name) { come.put(event) }
            #expect(await come.first { $0 == event } == event)
        }
        peer.end()
        await handler.shutdown()
    }

    /// A name may come at any moment between the look of the step and the watch.
    @Test func aNameThatComesMeanwhileIsNotMissed() async throws {
        let arrivals = BusArrivals(handler)
        let bus = bus
        for round in 0..<10 {
            let come = Mailbox<Int>()
            let event = EventID(at: Timestamp(milliseconds: 0))
            async let peer = BusPeer(on: bus, name: "org.example.Round\(round)")
            arrivals.expect(event, bus: bus.address, name: "org.example.Round\(round)") { come.put(round) }
            #expect(await come.first() == round)
            arrivals.forget(event)
            try await peer.end()
        }
        await handler.shutdown()
    }

    @Test func aBusThatComesBackWakesWhatWaited() async throws {
        let arrivals = BusArrivals(handler)
        let come = Mailbox<String>()
        let peer = try BusPeer(on: bus)
        for (number, name) in [(0, BusPeer.name), (1, "org.freedesktop.DBus")] {
            arrivals.expect(EventID(at: Timestamp(milliseconds: Int64(number))), bus: bus.address, name: name) { come.put(name) }
            #expect(await come.first { $0 == name } == name)
        }
        bus.stop()
        peer.end()
        try bus.restart()
        // The bus may be able to start now what did not run before.
        for name in ["org.freedesktop.DBus", BusPeer.name] { #expect(await come.first { $0 == name } == name) }
        await handler.shutdown()
    }
}
