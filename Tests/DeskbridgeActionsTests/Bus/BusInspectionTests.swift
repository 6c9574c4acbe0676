import DBus
import DeskbridgeCore
import DeskbridgeTestSupport
import Foundation
import Testing

@testable import DeskbridgeActions

/// Steps compared with what their peers say of themselves.
@Suite(.timeLimit(.minutes(1)))
struct BusInspectionTests {
    let bus: PrivateBus
    let handler = BusHandler()

    init() throws { bus = try PrivateBus() }

    private static let good = ["member: Start", "signature: s", "arguments: [x]"]
    private static let until = ["until:", "  member: JobRemoved", "  signature: uoss", #"  where: {1: "{reply.0}"}"#]

    private func findings(_ lines: [String], activating: Bool = false, on other: PrivateBus? = nil) async throws -> [String] {
        let step = try BusFixture.step(lines, on: other ?? bus)
        return await handler.inspect(step, nil, activating: activating).map {
            "\($0.kind) \($0.location.line):\($0.location.column) \($0.message)"
        }
    }

    /// Line 4 is that of the interface, and what a row adds begins at line 5.
    @Test(arguments: [
        (good + until, ["agreement 1:1 org.example.Jobs.Start of org.example.Jobs on BUS is as the peer describes it"]),
        (
            ["member: Stat", "signature: s", "arguments: [x]"],
            ["contradiction 5:9 the peer says that org.example.Jobs has no method Stat; did you mean Start?"]
        ),
        (
            ["member: Start", "signature: u", "arguments: [1]"],
            ["contradiction 6:12 the peer says that Start takes the signature \"s\", not \"u\""]
        ),
        (["member: Start"], ["contradiction 1:1 the peer says that Start takes the signature \"s\", not \"\""]),
        (
            ["interface: org.example.Job"] + good,
            ["contradiction 4:12 the peer says that the object has no interface org.example.Job; did you mean org.example.Jobs?"]
        ),
        (
            ["path: /org/example/Job"] + good,
            ["contradiction 4:7 the peer says that it has no object /org/example/Job; did you mean /org/example/Jobs?"]
        ),
        (["path: /org/example"] + good, ["contradiction 4:7 the peer has no object /org/example, only others beneath it"]),
        (
            good + ["until:", "  member: JobRemovd", "  signature: uoss"],
            ["contradiction 9:11 the peer says that org.example.Jobs has no signal JobRemovd; did you mean JobRemoved?"]
        ),
        (
            good + ["until:", "  member: JobRemoved", "  signature: uos"],
            ["contradiction 10:14 the peer says that the signal JobRemoved has the signature \"uoss\", not \"uos\""]
        ),
        (
            good + ["until:", "  member: JobRemoved", "  signature: uoss", #"  where: {1: "{reply.1}"}"#],
            ["contradiction 9:3 {reply.1} is named, and the peer says that Start returns the signature \"o\""]
        ),
        (
            good + ["until:", "  member: Response", "  signature: u", #"  path: "{reply.0}""#],
            [
                "agreement 1:1 org.example.Jobs.Start of org.example.Jobs on BUS is as the peer describes it",
                "note 9:11 the signal Response could not be checked: only the reply says which object sends it",
            ]
        ),
    ])
    func whatDiffersIsToldWithItsPlace(_ lines: [String], expected: [String]) async throws {
        let peer = try JobsPeer(on: bus)
        #expect(try await findings(lines).map { $0.replacing(bus.address, with: "BUS") } == expected)
        await handler.shutdown()
        peer.end()
    }

    @Test func whatOnlyAnEventTellsIsLeftToADryRun() async throws {
        let peer = try JobsPeer(on: bus)
        let lines = [#"path: "/org/example/{name}""#, "member: Stat"]
        let note = try await findings(lines)
        #expect(
            note == [
                "note 4:7 org.example.Jobs.Stat could not be checked: its path is filled from the event; a dry run with a payload checks it"
            ])
        let step = try BusFixture.step(lines, on: bus)
        let planned = await handler.inspect(step, try BusFixture.plan(step, on: bus, name: "Jobs"), activating: false)
        #expect(planned.map(\.kind) == [.contradiction])
        #expect(planned.first?.message.contains("has no method Stat") == true)
        await handler.shutdown()
        peer.end()
    }

    @Test func aPeerThatIsNotThereIsANote() async throws {
        #expect(
            try await findings(Self.good).map { $0.replacing(bus.address, with: "BUS") } == [
                "note 2:14 org.example.Jobs.Start of org.example.Jobs on BUS could not be checked: it does not run, so nobody can be asked; "
                    + "with --activate it is started for that"
            ])
        let activated = try #require(try await findings(Self.good, activating: true).first)
        #expect(activated.contains("note 2:14") && activated.contains("could not be started: org.freedesktop.DBus.Error.ServiceUnknown"))
        let forbidden = try #require(try await findings(Self.good + ["start: never"], activating: true).first)
        #expect(forbidden.contains("the step must not start it"))
        bus.stop()
        #expect(try await findings(Self.good).first?.contains("cannot be asked") == true)
        await handler.shutdown()
    }

    @Test func aServiceIsStartedToBeLookedAtOnlyIfThatIsWanted() async throws {
        let program = FileManager.default.temporaryDirectory.path + "/deskbridge-peer-\(UUID().uuidString).py"
        try JobsPeer.program.write(toFile: program, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: program) }
        let bus = try PrivateBus(services: [JobsPeer.name: "/usr/bin/python3 \(program)"])
        #expect(try await findings(Self.good, on: bus).first?.hasPrefix("note") == true)
        #expect(try await handler.owner(of: BusName(JobsPeer.name), on: BusAddress(bus.address), timeout: .seconds(5)) == nil)
        #expect(try await findings(Self.good, activating: true, on: bus).first?.hasPrefix("agreement") == true)
        await handler.shutdown()
    }

    @Test func descriptionsAreKeptUntilTheirPeerGoes() async throws {
        var peer = try JobsPeer(on: bus)
        _ = try await findings(Self.good)
        _ = try await findings(Self.good)
        #expect(handler.descriptions.count == 1)
        peer.end()
        await allAreForgotten()
        peer = try JobsPeer(on: bus)
        #expect(try await findings(Self.good).first?.hasPrefix("agreement") == true)
        // With the bus go all names, and a new bus gives them to others.
        bus.stop()
        await allAreForgotten()
        await handler.shutdown()
        peer.end()
    }

    /// Each turn asks the bus, and what it tells comes in order.
    private func allAreForgotten() async {
        while handler.descriptions.count > 0 {
            _ = try? await handler.owner(of: BusName("org.example.Nobody"), on: BusAddress(bus.address), timeout: .seconds(5))
        }
    }
}
