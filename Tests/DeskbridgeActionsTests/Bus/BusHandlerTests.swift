import DBus
import DeskbridgeCore
import DeskbridgeTestSupport
import Foundation
import Testing

@testable import DeskbridgeActions

@Suite(.timeLimit(.minutes(1)))
struct BusHandlerTests {
    let bus: PrivateBus
    let handler = BusHandler()

    init() throws { bus = try PrivateBus() }

    @Test func aReplyBecomesTheResult() async throws {
        let peer = try BusPeer(on: bus)
        let outcome = await handler.perform(
            try plan("Echo", "signature: a{sv}t", #"arguments: [{a: [x], b: {"@": y, value: 1}}, 18446744073709551615]"#), in: .test)
        guard case .succeeded(let result) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(result.text == #"{"reply":[{"a":["x"],"b":1},18446744073709551615]}"#)
        await handler.shutdown()
        peer.end()
    }

    @Test func aReplyThatRepeatsASecretDoesNotShowIt() async throws {
        let peer = try BusPeer(on: bus)
        let lines = ["bus: \(bus.address)"] + BusStepTests.head + ["signature: sas", #"arguments: ["pin {pin}", ["{name}", "{pin}"]]"#]
        let plan = try BusStepTests.parse(lines).plan(
            BusStepTests.fields(["pin": "k-1234", "name": "x"]), grants: Grants(dbus: [BusGrant("\(bus.address) org.example.Peer")]))
        let outcome = await handler.perform(plan, in: .test)
        #expect(outcome == .succeeded(result: ["reply": ["pin <secret>", ["x", "<secret>"]]]))
        await handler.shutdown()
        peer.end()
    }

    @Test func strangeRepliesBecomeNullWhereJSONHasNoWord() async throws {
        let peer = try BusPeer(on: bus)
        let outcome = await handler.perform(try plan("Strange"), in: .test)
        guard case .succeeded(let result) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(result.text == #"{"reply":[null,null,null,18446744073709551615,-9223372036854775808,null]}"#)
        await handler.shutdown()
        peer.end()
    }

    @Test func aDestinationThatDoesNotRunIsRetried() async throws {
        let failure = await failure(try plan("Echo"))
        #expect(failure?.code == "dbus_error")
        #expect(failure?.kind == .retryable)
        #expect(failure?.message.contains("org.freedesktop.DBus.Error.ServiceUnknown") == true)
        await handler.shutdown()
    }

    @Test func aServiceThatCannotBeStartedIsRetriedAndNeverStartedIfSo() async throws {
        let bus = try PrivateBus(services: ["org.example.Peer": "/nonexistent/peer"])
        let started = await failure(try plan("Echo", on: bus))
        #expect(started?.kind == .retryable)
        #expect(started?.message.contains("Error.Spawn.") == true, "\(String(describing: started))")
        let unstarted = await failure(try plan("Echo", "start: never", on: bus))
        #expect(unstarted?.message.contains("Spawn") == false)
        #expect(unstarted?.kind == .retryable)
        await handler.shutdown()
    }

    @Test func theBusStartsAServiceThatDoesNotRun() async throws {
        let program = FileManager.default.temporaryDirectory.path + "/deskbridge-peer-\(UUID().uuidString).py"
        try BusPeer.program.write(toFile: program, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: program) }
        let bus = try PrivateBus(services: ["org.example.Peer": "/usr/bin/python3 \(program) org.example.Peer"])
        let outcome = await handler.perform(try plan("Echo", "signature: s", "arguments: [hello]", on: bus), in: .test)
        #expect(outcome == .succeeded(result: ["reply": ["hello"]]))
        await handler.shutdown()
    }

    @Test func anErrorOfThePeerIsPermanentUnlessTheStepSaysOtherwise() async throws {
        let peer = try BusPeer(on: bus)
        let lines = ["signature: ss", "arguments: [org.example.Busy, come back later]"]
        let usual = await failure(try plan("Fail", lines))
        #expect(usual?.code == "dbus_error")
        #expect(usual?.kind == .permanent)
        #expect(usual?.message.contains("org.example.Busy: come back later") == true)
        let overridden = await failure(try plan("Fail", lines + ["errors: {org.example.Busy: retryable}"]))
        #expect(overridden?.kind == .retryable)
        await handler.shutdown()
        peer.end()
    }

    @Test func aPeerThatDiesLeavesTheOutcomeUnknown() async throws {
        let peer = try BusPeer(on: bus)
        let failure = await failure(try plan("Die"))
        #expect(failure?.code == "dbus_timeout")
        #expect(failure?.kind == .unknownOutcome)
        await handler.shutdown()
        peer.end()
    }

    @Test func aBusThatDiesLeavesTheOutcomeUnknownAndOneThatIsAwayIsRetried() async throws {
        let peer = try BusPeer(on: bus)
        let handler = handler
        let plan = try plan("Never")
        async let outcome = handler.perform(plan, in: .test)
        #expect(await peer.nextEvent() == "called Never")
        bus.stop()
        guard case .failed(let failure) = await outcome else {
            Issue.record("it did not fail")
            return
        }
        #expect(failure.code == "dbus_disconnected")
        #expect(failure.kind == .unknownOutcome)
        let away = await self.failure(plan)
        #expect(away?.code == "dbus_unreachable")
        #expect(away?.kind == .retryable)
        await handler.shutdown()
        peer.end()
    }

    @Test func aCancelledStepIsCancelled() async throws {
        let peer = try BusPeer(on: bus)
        let handler = handler
        let plan = try plan("Never")
        let step = Task { await handler.perform(plan, in: .test) }
        #expect(await peer.nextEvent() == "called Never")
        step.cancel()
        #expect(await step.value == .cancelled)
        await handler.shutdown()
        peer.end()
    }

    @Test func afterShutdownNothingIsSent() async throws {
        await handler.shutdown()
        #expect(await failure(try plan("Echo"))?.code == "dbus_unreachable")
    }

    /// One peer for all rows, as each is a program of its own.
    @Test func errorRepliesAreClassedByTheirNames() async throws {
        let peer = try BusPeer(on: bus)
        for (kind, names) in Self.classes {
            for name in names {
                let plan = try plan("Fail", "signature: ss", "arguments: [org.freedesktop.DBus.Error.\(name), why]")
                let failure = await failure(plan)
                #expect(failure?.kind == kind, "\(name)")
                #expect(failure?.code == (kind == .unknownOutcome ? "dbus_timeout" : "dbus_error"), "\(name)")
            }
        }
        await handler.shutdown()
        peer.end()
    }

    static let classes: [(Failure.Kind, [String])] = [
        (
            .retryable,
            [
                "ServiceUnknown", "NameHasNoOwner", "NoServer", "NoNetwork", "LimitsExceeded", "NoMemory", "Disconnected",
                "Spawn.ExecFailed",
                "Spawn.ChildExited",
            ]
        ),
        (
            .permanent,
            [
                "UnknownMethod", "UnknownObject", "UnknownInterface", "InvalidArgs", "InvalidSignature", "AccessDenied", "AuthFailed",
                "NotSupported", "Failed",
            ]
        ),
        (.unknownOutcome, ["NoReply", "Timeout", "TimedOut"]),
    ]

    private func plan(_ member: String, _ lines: String..., on bus: PrivateBus? = nil) throws -> BusPlan {
        try plan(member, lines, on: bus)
    }

    private func plan(_ member: String, _ lines: [String], on other: PrivateBus? = nil) throws -> BusPlan {
        let address = (other ?? bus).address
        let head = [
            "bus: \(address)", "destination: org.example.Peer", "path: /org/example", "interface: org.example.Peer", "member: \(member)",
        ]
        let node = try YAMLParser.parse((head + lines).joined(separator: "\n"), file: "a.yaml")
        return try handler.parse(node, in: TemplateScope()).plan(
            FieldValues(parameters: [:], date: Timestamp(milliseconds: 0)), grants: Grants(dbus: [BusGrant("\(address) org.example.Peer")]))
    }

    private func failure(_ plan: BusPlan) async -> Failure? {
        if case .failed(let failure) = await handler.perform(plan, in: .test) { failure } else { nil }
    }
}

extension StepRun {
    static let test = StepRun(event: EventID(at: Timestamp(milliseconds: 0)), attempt: 1, step: "call", isSafeToRepeat: false) { _, _ in }
}
