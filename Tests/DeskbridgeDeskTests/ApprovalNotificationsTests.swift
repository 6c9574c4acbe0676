import DBus
import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeDesk

/// Questions on a real bus, to a notification server that is not ours.
@Suite(.timeLimit(.minutes(1))) struct ApprovalNotificationsTests {
    private static let policy = """
        rules:
          - {ask: [PROBE], clients: ["*"], timeout: 60s}
        """

    private func bench(_ bus: PrivateBus, in home: TestHome? = nil, policy: String = policy, time: ManualTime = ManualTime()) throws -> (
        EngineBench, ApprovalNotifications
    ) {
        let notifications = ApprovalNotifications(on: try BusAddress(bus.address))
        let bench = try EngineBench(policies: ["ask": policy], waitSources: [notifications], in: home, time: time)
        return (bench, notifications)
    }

    private func withDesk(
        _ desktop: MockDesktop, in home: TestHome? = nil, policy: String = policy, time: ManualTime = ManualTime(),
        _ body: (EngineBench) async throws -> Void
    ) async throws {
        let (bench, notifications) = try bench(desktop.bus, in: home, policy: policy, time: time)
        try await bench.withEngine(beside: [notifications.service(of: bench.bridge)]) { try await body(bench) }
    }

    private func client(_ name: String = "studio") throws -> Identity {
        Identity(client: try #require(ClientName(name)), origin: "https://studio.example", token: "t")
    }

    @Test func allowLetsTheEventRun() async throws {
        let desktop = try MockDesktop()
        try await desktop.running {
            try await withDesk(desktop) { bench in
                let record = try await bench.send("k-1", payload: ["name": "<b>&\nfake"], from: try client())
                let shown = try await desktop.next()
                #expect(shown.title == "Allow PROBE?" && shown.actions == ["allow", "Allow", "deny", "Deny"])
                #expect(shown.body.contains("Asked by “studio”\nfrom the page “https://studio.example”\n1. “probe &lt;b&gt;&amp; fake”\n"))
                #expect(shown.timeout == 60_000 && shown.replaced == 0)
                try await desktop.press("allow", on: shown.number)
                try await bench.probe.next().succeed()
                #expect(try await bench.ended(record.id).state == .succeeded)
                let approval = try #require(try await bench.history(record.id).approvals.first)
                #expect(approval.answer == .approved && approval.place == .notification)
                // Not every server takes it down with the answer.
                #expect(await desktop.closed.first() == shown.number)
            }
        }
    }

    @Test func denyFailsIt() async throws {
        let desktop = try MockDesktop()
        try await desktop.running {
            try await withDesk(desktop) { bench in
                let record = try await bench.send("k-1", from: try client())
                try await desktop.press("deny", on: try await desktop.next().number)
                #expect(try await bench.ended(record.id).failure?.code == "denied_at_desk")
                #expect(try await bench.history(record.id).approvals.first?.place == .notification)
            }
        }
    }

    private static let remembering = policy.replacing("timeout: 60s", with: "timeout: 60s, remember: always")

    @Test(arguments: [("allow", true), ("deny", false)]) func anAnswerThatIsRememberedTakesDownTheOtherQuestions(
        action: String, isApproved: Bool
    ) async throws {
        let desktop = try MockDesktop()
        try await desktop.running {
            try await withDesk(desktop, policy: Self.remembering) { bench in
                let first = try await bench.send("k-1", from: try client())
                let shown = try await desktop.next()
                #expect(shown.actions == ["allow-once", "Allow this time", "allow", "Always allow", "deny", "Never allow"])
                #expect(shown.body.contains("\nYour answer is remembered for all PROBE of this client from this page.\n"))
                let second = try await bench.send("k-2", from: try client())
                let other = try await desktop.next()
                try await desktop.press(action, on: shown.number)
                for record in [first, second] {
                    if isApproved { try await bench.probe.next(record.event.key.text).succeed() }
                    #expect(try await bench.ended(record.id).state == (isApproved ? .succeeded : .failed))
                }
                #expect(await desktop.closed.first { $0 == other.number } == other.number)
                let answer = try #require(try await bench.store.rememberedAnswers().first)
                #expect(answer.isApproved == isApproved && answer.place == .notification && answer.event == first.id)
                if !isApproved { #expect(try await bench.refusal(of: "k-3", from: try client())?.code == .deniedByPolicy) }
                #expect(desktop.shown.all.count == 2)
            }
        }
    }

    @Test func thisTimeIsNotRemembered() async throws {
        let desktop = try MockDesktop()
        try await desktop.running {
            try await withDesk(desktop, policy: Self.remembering.replacing("always", with: "30d")) { bench in
                let first = try await bench.send("k-1", from: try client())
                let shown = try await desktop.next()
                #expect(shown.actions == ["allow-once", "Allow this time", "allow", "Allow for 30 days", "deny", "Deny for 30 days"])
                #expect(shown.body.contains("from this page, for 30 days.\n"))
                try await desktop.press("allow-once", on: shown.number)
                try await bench.probe.next("k-1").succeed()
                #expect(try await bench.ended(first.id).state == .succeeded)
                #expect(try await bench.store.rememberedAnswers().isEmpty)
                // Put aside, which is no answer, and so nothing to remember.
                let second = try await bench.send("k-2", from: try client())
                try await desktop.dismiss(try await desktop.next().number)
                bench.time.pass(.seconds(60))
                bench.bridge.waits.wake()
                #expect(try await bench.ended(second.id).failure?.code == "approval_timeout")
                #expect(try await bench.store.rememberedAnswers().isEmpty)
            }
        }
    }

    /// Each is followed by a no: an event that runs would have taken one of them for a yes.
    @Test func onlyTheButtonIsAYes() async throws {
        let desktop = try MockDesktop()
        try await desktop.running {
            try await withDesk(desktop) { bench in
                let record = try await bench.send("k-1", from: try client())
                let number = try await desktop.next().number
                for action in ["default", "", "Allow", "allow "] { try await desktop.press(action, on: number) }
                for other in [number + 1, 0, .max] { try await desktop.press("allow", on: other) }
                // Somebody who is not the server says so.
                desktop.person.emit(
                    try OutgoingSignal(
                        path: ObjectPath("/org/freedesktop/Notifications"), interface: InterfaceName("org.freedesktop.Notifications"),
                        member: MemberName("ActionInvoked"), arguments: [.uint32(number), .string("allow")]))
                try await desktop.press("deny", on: number)
                #expect(try await bench.ended(record.id).failure?.code == "denied_at_desk")
                #expect(bench.probe.labels.isEmpty)
            }
        }
    }

    @Test func puttingItAsideIsNoAnswer() async throws {
        let desktop = try MockDesktop()
        try await desktop.running {
            try await withDesk(desktop) { bench in
                let first = try await bench.send("k-1", from: try client())
                let number = try await desktop.next().number
                try await desktop.dismiss(number)
                // A second question comes after the first was put aside, which is then known.
                let second = try await bench.send("k-2", from: try client())
                try await desktop.press("deny", on: try await desktop.next().number)
                _ = try await bench.ended(second.id)
                #expect(try await bench.store.record(first.id)?.state == .waiting)
                // Some servers tell of the answer after they closed it.
                try await desktop.press("allow", on: number)
                try await bench.probe.next("k-1").succeed()
                #expect(try await bench.ended(first.id).state == .succeeded)
                #expect(desktop.shown.all.count == 2)
            }
        }
    }

    @Test func silenceTakesItDown() async throws {
        let desktop = try MockDesktop()
        try await desktop.running {
            try await withDesk(desktop) { bench in
                let record = try await bench.send("k-1", from: try client())
                let shown = try await desktop.next()
                bench.time.pass(.seconds(60))
                bench.bridge.waits.wake()
                #expect(try await bench.ended(record.id).failure?.code == "approval_timeout")
                #expect(await desktop.closed.first() == shown.number)
            }
        }
    }

    @Test(arguments: [true, false]) func anAnswerElsewhereTakesItDown(isApproved: Bool) async throws {
        let desktop = try MockDesktop()
        try await desktop.running {
            try await withDesk(desktop) { bench in
                let record = try await bench.send("k-1", from: try client())
                let shown = try await desktop.next()
                _ = try await bench.bridge.desk.decide(record.id, ApprovalDecision(isApproved: isApproved, place: .command), by: .local)
                #expect(await desktop.closed.first() == shown.number)
                if isApproved { try await bench.probe.next().succeed() }
                _ = try await bench.ended(record.id)
            }
        }
    }

    @Test func aCancelledEventIsTakenDown() async throws {
        let desktop = try MockDesktop()
        try await desktop.running {
            try await withDesk(desktop) { bench in
                let record = try await bench.send("k-1", from: try client())
                let shown = try await desktop.next()
                _ = try await bench.bridge.desk.cancel(record.id, by: try client())
                #expect(await desktop.closed.first() == shown.number)
            }
        }
    }

    @Test func aServerThatComesBackIsAskedToShowItAgain() async throws {
        let desktop = try MockDesktop()
        try await desktop.running {
            try await withDesk(desktop) { bench in
                let record = try await bench.send("k-1", from: try client())
                _ = try await desktop.next()
                await desktop.stopServer()
                try await desktop.startServer()
                let again = try await desktop.next()
                #expect(again.replaced == 0 && again.title == "Allow PROBE?")
                try await desktop.press("deny", on: again.number)
                #expect(try await bench.ended(record.id).failure?.code == "denied_at_desk")
            }
        }
    }

    @Test func withoutAServerTheEventWaitsForOne() async throws {
        let desktop = try MockDesktop()
        try await withDesk(desktop) { bench in
            let record = try await bench.send("k-1", from: try client())
            let other = try await bench.send("k-2", from: try client())
            #expect(await bench.logs.first { $0 == "desk.unreached" } != nil)
            _ = try await bench.bridge.desk.decide(other.id, ApprovalDecision(isApproved: false, place: .command), by: .local)
            try await desktop.startServer()
            try await desktop.press("allow", on: try await desktop.next().number)
            try await bench.probe.next("k-1").succeed()
            #expect(try await bench.ended(record.id).state == .succeeded)
        }
        await desktop.stopServer()
        await desktop.person.shutdown()
    }

    @Test func withoutABusTheEventWaitsForOne() async throws {
        let desktop = try MockDesktop()
        desktop.bus.stop()
        try await withDesk(desktop) { bench in
            let record = try await bench.send("k-1", from: try client())
            try desktop.bus.restart()
            try await desktop.startServer()
            try await desktop.press("deny", on: try await desktop.next().number)
            #expect(try await bench.ended(record.id).failure?.code == "denied_at_desk")
        }
        await desktop.stopServer()
        await desktop.person.shutdown()
    }

    @Test func aBridgeThatStopsTakesItsQuestionsDownAndAsksAgain() async throws {
        let desktop = try MockDesktop()
        let time = ManualTime()
        let home = try TestHome(BridgeFiles(actions: ["probe": EngineBench.probeAction], policies: ["ask": Self.policy]))
        try await desktop.running {
            try await withDesk(desktop, in: home, time: time) { bench in
                try await bench.send("k-1", from: try client())
                _ = try await desktop.next()
                #expect(await bench.logs.first { $0 == "desk.asked" } != nil)
            }
            #expect(await desktop.closed.first() != nil)
            time.pass(.seconds(20))
            try await withDesk(desktop, in: home, time: time) { bench in
                let again = try await desktop.next()
                #expect(again.body.contains("Without an answer within 40 s it fails."))
                #expect(again.replaced == 0)
            }
        }
    }

    /// As after a crash: the ledger knows of notifications that nobody took down.
    @Test func whatACrashLeftIsReplacedOrTakenDown() async throws {
        let desktop = try MockDesktop()
        let home = try TestHome(BridgeFiles(actions: ["probe": EngineBench.probeAction], policies: ["ask": Self.policy]))
        try await desktop.running {
            let (before, _) = try bench(desktop.bus, in: home)
            let open = try await before.send("k-1", from: try client())
            let decided = try await before.send("k-2", from: try client())
            let foreign = try await before.send("k-3", from: try client())
            let key = try await key(of: desktop)
            try await before.store.perform(.keep(DeskNotification(server: key, number: 41), of: open.id))
            try await before.store.perform(.keep(DeskNotification(server: key, number: 42), of: decided.id))
            try await before.store.perform(.keep(DeskNotification(server: "another/:1.1", number: 43), of: foreign.id))
            _ = try await before.bridge.desk.decide(decided.id, ApprovalDecision(isApproved: false, place: .command), by: .local)
            try await before.store.close()

            try await withDesk(desktop, in: home) { bench in
                let shown = [try await desktop.next(), try await desktop.next()]
                #expect(Set(shown.map(\.replaced)) == [41, 0])
                #expect(await desktop.closed.first() == 42)
                _ = bench
            }
        }
    }

    private func key(of desktop: MockDesktop) async throws -> String {
        for try await owner in desktop.person.watch(try BusName(NotificationServer.name)) {
            if case .owned(let name) = owner { return try await NotificationServer(at: name, on: desktop.person).key }
        }
        throw NeverCame("the server", instead: [])
    }

    @Test func fewAreShownAndTheRestIsCounted() async throws {
        let desktop = try MockDesktop()
        try await desktop.running {
            let (before, _) = try bench(desktop.bus)
            for number in 0..<12 { try await before.send("k-\(number)", from: try client()) }
            try await before.send("o-1", from: try client("other"))
            try await before.store.close()
            try await withDesk(desktop, in: before.home) { bench in
                let rest = await desktop.shown.first { $0.title == "9 more events wait for your answer" }
                #expect(desktop.shown.all.filter { $0.title == "Allow PROBE?" }.count == 4)
                #expect(rest?.actions == [] && rest?.body == "deskbridge queue list --state waiting")
                _ = bench
            }
        }
    }

    @Test func aServerWithoutButtonsNamesTheCommand() async throws {
        let desktop = try MockDesktop(capabilities: "body")
        try await desktop.running {
            try await withDesk(desktop) { bench in
                let record = try await bench.send("k-1", payload: ["name": "<b>"], from: try client())
                let shown = try await desktop.next()
                #expect(shown.actions.isEmpty && shown.title == "PROBE waits for your answer")
                #expect(shown.body.contains("deskbridge queue approve \(record.id)") && shown.body.contains("“probe <b>”"))
                try await desktop.press("allow", on: shown.number + 1)
                _ = try await bench.bridge.desk.decide(record.id, ApprovalDecision(isApproved: false, place: .command), by: .local)
                _ = try await bench.ended(record.id)
            }
        }
    }
}
