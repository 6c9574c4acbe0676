import DeskbridgeActions
import DeskbridgeCore
import DeskbridgeTestSupport
import Dispatch
import Synchronization
import Testing

@testable import DeskbridgeEngine

@Suite(.timeLimit(.minutes(1))) struct DryRunTests {
    private static let folder = """
        action: folder
        on: FOLDER
        confirm: MADE
        parameters: {name: {type: string}}
        steps:
          - {id: one, folder: {root: ~/Projects, name: "{name}"}}
          - {id: two, probe: "{steps.one.path}"}
        """

    /// A disk that answers nobody until it is there again.
    private final class AwayDisk: Sendable {
        let lookers = Mailbox<Void>()
        private let isBack = DispatchSemaphore(value: 0)

        func look() -> JSONValue? {
            lookers.put(())
            isBack.wait()
            isBack.signal()
            return ["path": "/there", "name": "there", "created": true]
        }

        func comeBack() { isBack.signal() }
    }

    @Test func aDiskThatDoesNotAnswerHoldsUpNobodyWhoDoesNotLookAtIt() async throws {
        let disk = AwayDisk()
        let home = try TestHome(
            BridgeFiles(
                actions: ["folder": Self.folder, "probe": EngineBench.probeAction],
                policies: ["open": EngineBench.openPolicy + "\ngrants: {folders: [~/Projects]}"]))
        let handler = FolderHandler(home: home.user, look: { _ in disk.look() })
        let bench = try EngineBench(handlers: [handler], in: home)
        try await bench.withEngine {
            try await withThrowingTaskGroup(of: JSONValue.self) { group in
                // More than the cooperative pool has threads.
                for _ in 1...64 {
                    group.addTask {
                        try await DryRun.run(
                            type: "FOLDER", payload: ["name": "a"], key: nil, as: .local, under: bench.bridge.definitions.current,
                            knowing: nil, now: bench.time.now
                        ).shown
                    }
                }
                #expect(await disk.lookers.first() != nil)
                let record = try await bench.send("k-1")
                try await bench.probe.next().succeed()
                #expect(try await bench.ended(record.id).state == .succeeded)
                disk.comeBack()
                for try await shown in group {
                    #expect(shown["decision"]?["effect"] == "allow")
                    #expect(shown["plan"]?["steps"]?.arrayValue?.last?["plan"]?["label"] == "/there")
                }
            }
        }
    }
}
