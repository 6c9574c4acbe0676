import DeskbridgeActions
import DeskbridgeCore
import DeskbridgeTestSupport
import Foundation
import ServiceLifecycle
import Testing

@testable import DeskbridgeEngine

@Suite(.timeLimit(.minutes(1))) struct DefinitionsWatcherTests {
    private static func action(_ type: String) -> String { "action: a\non: \(type)\nconfirm: DONE\nsteps: [{id: one, probe: x}]" }

    private let home: TestHome

    init() throws { home = try TestHome(BridgeFiles(actions: ["a": Self.action("A")])) }

    private func definitions() throws -> Definitions {
        try Definitions(
            actions: DefinitionFolder(path: home.bridge + "/actions", name: "actions"),
            policies: DefinitionFolder(path: home.bridge + "/policies", name: "policies"), handlers: HandlerTable([ProbeHandler()]),
            home: home.user)
    }

    /// Runs the watcher while `body` goes on, with what was in force after each reload.
    private func watching(_ definitions: Definitions, _ body: (Mailbox<[String]>) async throws -> Void) async throws {
        let reloads = Mailbox<[String]>()
        let watcher = DefinitionsWatcher(definitions: definitions, logger: EngineBench.silent) {
            reloads.put(definitions.current.catalog.types)
        }
        let group = ServiceGroup(configuration: .init(services: [watcher], logger: EngineBench.silent))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body(reloads)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private func comes(_ types: [String], _ reloads: Mailbox<[String]>) async { _ = await reloads.first { $0 == types } }

    @Test func aFileThatIsWrittenOrMovedOrRemovedIsTakenOverAtOnce() async throws {
        try await watching(try definitions()) { reloads in
            // In place, as a simple editor does it.
            try Data(Self.action("B").utf8).write(to: URL(fileURLWithPath: home.bridge + "/actions/a.yaml"))
            await comes(["B"], reloads)
            // By renaming a staged file, as a careful one does.
            try home.write("bridge/actions/a.yaml", Self.action("C"))
            await comes(["C"], reloads)
            try FileManager.default.removeItem(atPath: home.bridge + "/actions/a.yaml")
            await comes([], reloads)
        }
    }

    @Test func whatChangedBeforeTheWatchIsTakenOverToo() async throws {
        let definitions = try definitions()
        try home.write("bridge/actions/a.yaml", Self.action("B"))
        try await watching(definitions) { reloads in await comes(["B"], reloads) }
    }

    @Test func aFolderThatTakesThePlaceOfAnotherIsWatched() async throws {
        let files = FileManager.default
        try await watching(try definitions()) { reloads in
            try files.createDirectory(atPath: home.bridge + "/actions.new", withIntermediateDirectories: false)
            try home.write("bridge/actions.new/a.yaml", Self.action("B"))
            try files.moveItem(atPath: home.bridge + "/actions", toPath: home.bridge + "/actions.old")
            try files.moveItem(atPath: home.bridge + "/actions.new", toPath: home.bridge + "/actions")
            await comes(["B"], reloads)
            try home.write("bridge/actions/a.yaml", Self.action("C"))
            await comes(["C"], reloads)
        }
    }

    @Test func aFolderThatComesLaterIsWatched() async throws {
        let files = FileManager.default
        try files.removeItem(atPath: home.bridge + "/actions")
        try await watching(try definitions()) { reloads in
            try files.createDirectory(atPath: home.bridge + "/actions", withIntermediateDirectories: false)
            try home.write("bridge/actions/a.yaml", Self.action("B"))
            await comes(["B"], reloads)
            try home.write("bridge/actions/a.yaml", Self.action("C"))
            await comes(["C"], reloads)
        }
    }

    @Test func aFolderThatComesLaterWithAllAroundItIsWatched() async throws {
        let files = FileManager.default
        try files.removeItem(atPath: home.bridge)
        try await watching(try definitions()) { reloads in
            try files.createDirectory(atPath: home.bridge + "/actions", withIntermediateDirectories: true)
            try home.write("bridge/actions/a.yaml", Self.action("B"))
            await comes(["B"], reloads)
            try home.write("bridge/actions/a.yaml", Self.action("C"))
            await comes(["C"], reloads)
            try files.createDirectory(atPath: home.bridge + "/policies", withIntermediateDirectories: false)
            try home.write("bridge/policies/p.yaml", "rules: [{allow: [C], clients: [a]}]")
            await comes(["C"], reloads)
            // All of it goes away and comes back.
            try files.moveItem(atPath: home.bridge, toPath: home.root + "/away")
            await comes([], reloads)
            try home.write("away/actions/a.yaml", Self.action("D"))
            try files.moveItem(atPath: home.root + "/away", toPath: home.bridge)
            await comes(["D"], reloads)
            try home.write("bridge/actions/a.yaml", Self.action("E"))
            await comes(["E"], reloads)
        }
    }

    @Test func aFileInPlaceOfAFolderIsAnError() async throws {
        try FileManager.default.removeItem(atPath: home.bridge + "/actions")
        try home.write("bridge/actions", "no folder")
        do throws(FolderChangesError) {
            _ = try FolderChanges(folders: [home.bridge + "/actions"])
            Issue.record("it is watched")
        } catch { #expect(error.description.hasPrefix("cannot watch \(home.bridge)/actions: ")) }
    }

    @Test func manyChangesAtOnceEndInWhatTheFolderHolds() async throws {
        try await watching(try definitions()) { reloads in
            for number in 0..<200 { try home.write("bridge/actions/a.yaml", Self.action("N\(number)")) }
            await comes(["N199"], reloads)
        }
    }
}
