import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeActions

@Suite struct ActionCatalogTests {
    private static func file(_ name: String, action: String, type: String, label: String = "x") -> DefinitionFile {
        DefinitionFile(
            name: name, bytes: Array("action: \(action)\non: \(type)\nconfirm: DONE\nsteps: [{id: one, probe: \(label)}]".utf8))
    }

    private func mistakes(_ files: [DefinitionFile], grants: Grants? = nil) -> [String] {
        do throws(DefinitionErrors) {
            _ = try ActionCatalog.load(files, handlers: ActionFileTests.handlers, grants: grants)
            return []
        } catch { return error.errors.map(\.description) }
    }

    @Test func actionsAreFoundByTheirTypes() throws {
        let catalog = try ActionCatalog.load(
            [Self.file("z.yaml", action: "z", type: "B"), Self.file("b.yaml", action: "a", type: "A")], handlers: ActionFileTests.handlers,
            grants: nil)
        #expect(catalog.types == ["A", "B"])
        #expect(catalog.actions.map(\.name) == ["a", "z"])
        #expect(catalog.action(for: try #require(EventType("B")))?.name == "z")
        #expect(catalog.action(for: try #require(EventType("C"))) == nil)
    }

    @Test func oneTypeHasOneAction() {
        let found = mistakes([Self.file("a.yaml", action: "a", type: "A"), Self.file("b.yaml", action: "b", type: "A")])
        #expect(found == ["b.yaml:1:1: the action at a.yaml:1:1 serves A already: one event type, one action"])
    }

    @Test func oneNameHasOneAction() {
        let found = mistakes([Self.file("a.yaml", action: "a", type: "A"), Self.file("b.yaml", action: "a", type: "B")])
        #expect(found == ["b.yaml:1:1: the action at a.yaml:1:1 is called \"a\" already"])
    }

    @Test func aTwinBreaksBothRules() {
        #expect(mistakes([Self.file("a.yaml", action: "a", type: "A"), Self.file("b.yaml", action: "a", type: "A")]).count == 2)
    }

    @Test func whatTheGrantsForbidIsTold() {
        let files = [Self.file("a.yaml", action: "a", type: "A", label: "forbidden"), Self.file("b.yaml", action: "b", type: "B")]
        #expect(mistakes(files, grants: Grants.none) == ["a.yaml:4:26: the grants do not allow /forbidden"])
        #expect(mistakes(files, grants: nil) == [])
    }

    @Test func mistakesOfAllFilesAreTold() {
        let found = mistakes([
            DefinitionFile(name: "a.yaml", bytes: [0xFF]), DefinitionFile(name: "b.yaml", bytes: Array("[".utf8)),
            Self.file("c.yaml", action: "C", type: "C"), Self.file("d.yaml", action: "d", type: "D"),
        ])
        #expect(found.map { String($0.prefix(6)) } == ["a.yaml", "b.yaml", "c.yaml"])
        #expect(found.first == "a.yaml:1:1: the file is not UTF-8 text")
    }

    @Test func aGroupHasTheLimitOfItsAction() throws {
        let yaml = "action: a\non: A\nconfirm: B\nsteps: [{id: one, probe: x}]\nconcurrency: {limit: 2}"
        let catalog = try ActionCatalog.load(
            [DefinitionFile(name: "a.yaml", bytes: Array(yaml.utf8)), Self.file("b.yaml", action: "b", type: "B")],
            handlers: ActionFileTests.handlers, grants: nil)
        #expect(catalog.limit(of: ConcurrencyGroup(action: "a", key: "")) == 2)
        #expect(catalog.limit(of: ConcurrencyGroup(action: "b", key: nil)) == nil)
        #expect(catalog.limit(of: ConcurrencyGroup(action: "gone", key: nil)) == nil)
    }

    // MARK: Over a catalog in force

    private func reload(
        _ files: [DefinitionFile], over older: [DefinitionFile], grants: Grants? = nil
    ) throws -> (types: [String], errors: [String]) {
        let before = try ActionCatalog.load(older, handlers: ActionFileTests.handlers, grants: nil)
        let unchanged = Set(files.filter(older.contains).map(\.name))
        let (catalog, errors) = ActionCatalog.load(
            files, over: before, unchanged: unchanged, handlers: ActionFileTests.handlers, grants: grants)
        return (catalog.types, errors.errors.map { "\($0.location.file)" })
    }

    @Test func whatStandsIsNotPushedOut() throws {
        let standing = Self.file("m.yaml", action: "m", type: "M")
        for name in ["a.yaml", "z.yaml"] {
            let result = try reload([Self.file(name, action: "new", type: "M"), standing].sorted { $0.name < $1.name }, over: [standing])
            #expect(result.types == ["M"])
            #expect(result.errors == [name])
        }
    }

    @Test func twoNewFilesThatClaimOneTypeAreTakenInTheirOrder() throws {
        let result = try reload(
            [Self.file("a.yaml", action: "a", type: "A"), Self.file("b.yaml", action: "b", type: "A")], over: [])
        #expect(result.types == ["A"])
        #expect(result.errors == ["b.yaml"])
    }

    @Test func olderContentsThatNoLongerFitAreLetGo() throws {
        let (a, b) = (Self.file("a.yaml", action: "a", type: "A"), Self.file("b.yaml", action: "b", type: "B"))
        // b takes over A's type while a goes on to C; then a mistake in a cannot bring A back to it.
        let result = try reload(
            [Self.file("a.yaml", action: "a", type: "B"), Self.file("b.yaml", action: "b", type: "A")], over: [a, b])
        #expect(result.types == ["A", "B"])
        #expect(result.errors.isEmpty)
    }

    @Test func whatDidNotChangeStaysThoughTheGrantsForbidIt() throws {
        let old = Self.file("a.yaml", action: "a", type: "A", label: "forbidden")
        #expect(try reload([old], over: [old], grants: Grants.none) == (["A"], ["a.yaml"]))
        let changed = Self.file("a.yaml", action: "a", type: "A2", label: "forbidden")
        #expect(try reload([changed], over: [old], grants: Grants.none) == (["A"], ["a.yaml"]))
        #expect(try reload([changed], over: [], grants: Grants.none) == ([], ["a.yaml"]))
    }
}
