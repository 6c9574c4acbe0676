import DeskbridgeActions
import DeskbridgeCore
import DeskbridgeTestSupport
import Foundation
import Glibc
import Testing

@testable import DeskbridgeEngine

@Suite struct DefinitionsTests {
    private let home: TestHome

    init() throws {
        home = try TestHome(
            BridgeFiles(
                actions: ["a": Self.action("a", "A"), "b": Self.action("b", "B")],
                policies: ["p": "rules: [{allow: [A, B], clients: [studio]}]"]))
    }

    private static func action(_ name: String, _ type: String, label: String = "x", more: String = "") -> String {
        """
        action: \(name)
        on: \(type)
        confirm: \(type)_DONE
        steps: [{id: one, probe: "\(label)"}]
        \(more)
        """
    }

    private func definitions() throws -> Definitions {
        try Definitions(
            actions: DefinitionFolder(path: home.bridge + "/actions", name: "actions"),
            policies: DefinitionFolder(path: home.bridge + "/policies", name: "policies"), handlers: HandlerTable([ProbeHandler()]),
            home: home.user)
    }

    private func write(_ path: String, _ text: String) throws { try home.write("bridge/\(path).yaml", text) }
    private func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: "\(home.bridge)/\(path).yaml") }

    private func types(_ definitions: Definitions) -> [String] { definitions.current.catalog.types }

    private func mayCause(_ type: String, _ definitions: Definitions) -> Bool {
        definitions.current.policy.policy.mayCause(type: type, client: "studio", origin: nil)
    }

    // MARK: Who may write

    @Test(arguments: ["actions/a.yaml", "policies/p.yaml", "actions", "policies"], [0o002, 0o022] as [mode_t])
    func whatEverybodyMayWriteIsNotLoaded(path: String, mode: mode_t) throws {
        let full = "\(home.bridge)/\(path)"
        #expect(chmod(full, 0o755 | mode) == 0)
        let refused = #expect(throws: DefinitionErrors.self) { try definitions() }
        #expect(refused?.errors.map(\.location.file) == [path])
        #expect(refused?.description.contains("chmod go-w '\(full)'") == true)
    }

    @Test(.enabled(if: getuid() == 0), arguments: ["actions/a.yaml", "policies/p.yaml", "policies"])
    func whatBelongsToAnotherUserIsNotLoaded(path: String) throws {
        #expect(chown("\(home.bridge)/\(path)", 12_345, 0) == 0)
        let refused = #expect(throws: DefinitionErrors.self) { try definitions() }
        #expect(refused?.description.contains("belongs to user 12345") == true)
    }

    @Test(.enabled(if: getuid() == 0)) func onlyTheGroupOfOneUserAloneMayWriteToo() throws {
        let full = home.bridge + "/policies/p.yaml"
        #expect(chmod(full, 0o664) == 0)
        // Root's own group, which has no other member.
        #expect(chown(full, 0, 0) == 0)
        #expect(try types(definitions()) == ["A", "B"])
        for group in [gid_t(1), 12_345] {
            #expect(chown(full, 0, group) == 0)
            let refused = #expect(throws: DefinitionErrors.self) { try definitions() }
            #expect(refused?.description.contains("has mode 0664: others can change it") == true)
        }
    }

    @Test func aReloadKeepsWhatWasInForceUntilTheModeIsMended() throws {
        let definitions = try definitions()
        try write("policies/p", "rules: [{allow: [A], clients: [studio]}]")
        let full = home.bridge + "/policies/p.yaml"
        #expect(chmod(full, 0o646) == 0)
        #expect(definitions.reload()?.errors.errors.count == 1)
        #expect(mayCause("B", definitions))
        #expect(chmod(full, 0o644) == 0)
        #expect(definitions.reload()?.errors.isEmpty == true)
        #expect(!mayCause("B", definitions))
    }

    // MARK: Start

    @Test func aStartWithMistakesTellsAllOfThem() throws {
        try write("actions/a", "action: a\non: nope\nconfirm: A_DONE\nsteps: [{id: one, probe: x}]")
        try write("policies/p", "rules: [{alow: [A]}]")
        try write("policies/q", "rules: 5")
        do throws(DefinitionErrors) {
            _ = try Definitions(
                actions: DefinitionFolder(path: home.bridge + "/actions", name: "actions"),
                policies: DefinitionFolder(path: home.bridge + "/policies", name: "policies"), handlers: HandlerTable([ProbeHandler()]),
                home: home.user)
            Issue.record("it started")
        } catch {
            #expect(Set(error.errors.map(\.location.file)) == ["actions/a.yaml", "policies/p.yaml", "policies/q.yaml"])
        }
    }

    @Test func foldersThatAreNotThereHoldNothing() throws {
        let definitions = try Definitions(
            actions: DefinitionFolder(path: home.root + "/none", name: "actions"),
            policies: DefinitionFolder(path: home.root + "/none", name: "policies"), handlers: HandlerTable([]), home: home.user)
        #expect(definitions.current.catalog.actions.isEmpty)
        #expect(definitions.reload() == nil)
    }

    @Test func onlyVisibleYAMLFilesAreRead() throws {
        for name in [".hidden.yaml", "notes.txt", "a.yaml~", "c.yaml.bak"] { try home.write("bridge/actions/\(name)", "no action") }
        try home.write("bridge/actions/c.yml", Self.action("c", "C"))
        #expect(types(try definitions()) == ["A", "B", "C"])
    }

    @Test func aFileBeyondItsSizeIsRefused() throws {
        try write("actions/a", Self.action("a", "A") + "\n#" + String(repeating: "x", count: 1 << 20))
        do throws(DefinitionErrors) {
            _ = try DefinitionFolder(path: home.bridge + "/actions", name: "actions").read()
            Issue.record("it was read")
        } catch { #expect(error.description == "actions/a.yaml:1:1: the file is larger than 1 MiB") }
    }

    @Test func whatIsNoRegularFileIsRefusedAndNotWaitedFor() throws {
        #expect(mkfifo(home.bridge + "/actions/pipe.yaml", 0o600) == 0)
        do throws(DefinitionErrors) {
            _ = try DefinitionFolder(path: home.bridge + "/actions", name: "actions").read()
            Issue.record("it was read")
        } catch { #expect(error.description == "actions/pipe.yaml:1:1: this is no regular file; move it out of the folder") }
    }

    // MARK: Reload

    @Test func withoutAChangeThereIsNoNewSnapshot() throws {
        let definitions = try definitions()
        #expect(definitions.reload() == nil)
        try write("actions/a", Self.action("a", "A"))
        #expect(definitions.reload() == nil)
    }

    @Test func changedNewAndRemovedFilesAreTakenOver() throws {
        let definitions = try definitions()
        try write("actions/a", Self.action("a", "A2"))
        try write("actions/c", Self.action("c", "C"))
        try remove("actions/b")
        #expect(definitions.reload()?.errors.errors == [])
        #expect(types(definitions) == ["A2", "C"])
    }

    @Test func aBrokenFileKeepsItsOlderContentsWhileOthersAreTakenOver() throws {
        let definitions = try definitions()
        try write("actions/a", "action: a\n  broken: [")
        try write("actions/b", Self.action("b", "B2"))
        let snapshot = try #require(definitions.reload())
        #expect(snapshot.errors.errors.map(\.location.file) == ["actions/a.yaml"])
        #expect(types(definitions) == ["A", "B2"])
        // Nothing new to say until something changes.
        #expect(definitions.reload() == nil)
        #expect(definitions.current.errors.errors.count == 1)

        try write("actions/a", Self.action("a", "A3"))
        #expect(definitions.reload()?.errors.errors == [])
        #expect(types(definitions) == ["A3", "B2"])
    }

    @Test func aNewFileWithAMistakeIsLeftOut() throws {
        let definitions = try definitions()
        try write("actions/c", Self.action("c", "C").replacing("confirm", with: "confrim"))
        #expect(definitions.reload()?.errors.errors.count == 1)
        #expect(types(definitions) == ["A", "B"])
    }

    @Test func aBrokenFileThatIsRemovedIsGone() throws {
        let definitions = try definitions()
        try write("actions/a", "[")
        _ = definitions.reload()
        #expect(types(definitions) == ["A", "B"])
        try remove("actions/a")
        #expect(definitions.reload()?.errors.errors == [])
        #expect(types(definitions) == ["B"])
    }

    @Test func bytesThatAreNoTextAreAMistake() throws {
        let definitions = try definitions()
        try Data([0x61, 0xFF]).write(to: URL(fileURLWithPath: home.bridge + "/actions/a.yaml"))
        #expect(definitions.reload()?.errors.description == "actions/a.yaml:1:1: the file is not UTF-8 text")
        #expect(types(definitions) == ["A", "B"])
    }

    @Test(arguments: ["0", "z"]) func aFileThatClaimsATypeInUseIsTheOneRefused(name: String) throws {
        let definitions = try definitions()
        try write("actions/\(name)", Self.action("other", "A"))
        try write("actions/b", Self.action("b", "B2"))
        let snapshot = try #require(definitions.reload())
        #expect(snapshot.errors.errors.map(\.location.file) == ["actions/\(name).yaml"])
        #expect(snapshot.errors.description.contains("the action at actions/a.yaml:1:1 serves A already"))
        #expect(types(definitions) == ["A", "B2"])
        #expect(definitions.current.catalog.action(for: try #require(EventType("A")))?.name == "a")
    }

    @Test func aFileThatChangesToATypeInUseKeepsItsOlderContents() throws {
        let definitions = try definitions()
        try write("actions/a", Self.action("a", "B"))
        #expect(definitions.reload()?.errors.errors.map(\.location.file) == ["actions/a.yaml"])
        #expect(types(definitions) == ["A", "B"])
    }

    @Test func twoFilesMayTradeTheirTypes() throws {
        let definitions = try definitions()
        try write("actions/a", Self.action("a", "B"))
        try write("actions/b", Self.action("b", "A"))
        #expect(definitions.reload()?.errors.errors == [])
        #expect(definitions.current.catalog.action(for: try #require(EventType("A")))?.name == "b")
    }

    @Test func aRenamedFileIsTheSameAction() throws {
        let definitions = try definitions()
        try remove("actions/a")
        try write("actions/c", Self.action("a", "A"))
        #expect(definitions.reload()?.errors.errors == [])
        #expect(types(definitions) == ["A", "B"])
    }

    @Test func aPolicyAndTheActionThatNeedsItComeTogether() throws {
        let definitions = try definitions()
        try write("actions/c", Self.action("c", "C", label: "forbidden thing"))
        #expect(definitions.reload()?.errors.description == "actions/c.yaml:4:26: the grants do not allow /forbidden")
        #expect(types(definitions) == ["A", "B"])
        try write("policies/p", "rules: [{allow: [C], clients: [studio]}]\ngrants: {executables: [/forbidden]}")
        #expect(definitions.reload()?.errors.errors == [])
        #expect(types(definitions) == ["A", "B", "C"])
        #expect(mayCause("C", definitions))
        #expect(!mayCause("A", definitions))
    }

    /// A grant that is taken back is gone at once, though an action still counts on it: its steps are refused when they are planned.
    @Test func aPolicyCountsEvenIfAnActionBreaksIt() throws {
        try write("policies/p", "rules: [{allow: [A], clients: [studio]}]\ngrants: {executables: [/forbidden]}")
        try write("actions/a", Self.action("a", "A", label: "forbidden thing"))
        let definitions = try definitions()
        #expect(mayCause("A", definitions))
        try write("policies/p", "rules: [{allow: [B], clients: [studio]}]")
        let snapshot = try #require(definitions.reload())
        #expect(snapshot.errors.errors.map(\.location.file) == ["actions/a.yaml"])
        #expect(snapshot.policy.grants.executables.isEmpty)
        #expect(!mayCause("A", definitions))
        #expect(types(definitions) == ["A", "B"])
        // An edit of the action that still breaks the policy does not count.
        try write("actions/a", Self.action("a", "A2", label: "forbidden thing"))
        #expect(definitions.reload()?.errors.errors.count == 1)
        #expect(types(definitions) == ["A", "B"])
    }

    @Test func aBrokenPolicyKeepsItsOlderContents() throws {
        try write("policies/q", "rules: [{allow: [B], clients: [other]}]")
        let definitions = try definitions()
        try write("policies/p", "rules: [{allow: [A], clients: studio}]")
        try write("actions/a", Self.action("a", "A2"))
        let snapshot = try #require(definitions.reload())
        #expect(snapshot.errors.errors.map(\.location.file) == ["policies/p.yaml"])
        #expect(mayCause("A", definitions))
        #expect(types(definitions) == ["A2", "B"])
        try remove("policies/p")
        #expect(definitions.reload()?.errors.errors == [])
        #expect(!mayCause("A", definitions))
    }

    @Test func aNewPolicyWithAMistakeIsLeftOut() throws {
        let definitions = try definitions()
        try write("policies/0", "rules: [{deny: [A], clients: [studio], timeout: 3}]")
        #expect(definitions.reload()?.errors.errors.isEmpty == false)
        #expect(mayCause("A", definitions))
    }

    @Test func aFolderThatCannotBeReadLeavesEverythingInForce() throws {
        let definitions = try definitions()
        try write("actions/a", "#" + String(repeating: "x", count: 1 << 20))
        let snapshot = try #require(definitions.reload())
        #expect(snapshot.errors.errors.map(\.location.file) == ["actions/a.yaml"])
        #expect(types(definitions) == ["A", "B"])
        try write("actions/a", Self.action("a", "A2"))
        #expect(definitions.reload()?.errors.errors == [])
        #expect(types(definitions) == ["A2", "B"])
    }
}
