import DeskbridgeCore
import Testing

@testable import DeskbridgeActions

struct FolderPlanTests {
    private let fixture: FolderFixture

    init() throws { fixture = try FolderFixture() }

    private func refusal(_ yaml: String, _ parameters: JSONObject = [:]) throws -> PlanRefusal.Code? {
        do {
            _ = try fixture.plan(yaml, parameters)
            return nil
        } catch PlanError.refused(let refusal) { return refusal.code }
    }

    private static let example = """
        root: ~/Projects
        name: "{date:yyyyMMdd}_{name|slug}"
        tree: ["assets/{textures,models}", "shots/sh{1..shots:03}", {"README.md": "# {name}\\nFor {user}.\\n"}]
        """

    @Test func theWholePlanIsShown() throws {
        let plan = try fixture.plan(Self.example)
        #expect(
            plan.shown == [
                "root": .string(fixture.root), "name": "20251121_alpha", "path": .string(fixture.root + "/20251121_alpha"),
                "ifExists": "reuse",
                "tree": [
                    ["folder": "assets"], ["folder": "assets/textures"], ["folder": "assets/models"], ["folder": "shots"],
                    ["folder": "shots/sh001"], ["folder": "shots/sh002"], ["file": "README.md", "bytes": 18],
                ],
            ])
        #expect(plan.summary == "folder \(fixture.root)/20251121_alpha with 6 folders and 1 file in it, adds what is missing if it exists")
        #expect(plan == (try fixture.plan(Self.example)))
        #expect(plan != (try fixture.plan(Self.example, ["shots": 3])))
    }

    @Test func listsMayLieInListsAndEqualFoldersAreOne() throws {
        let plan = try fixture.plan(
            """
            root: ~/Projects
            name: "{user}/{name}"
            mode: "2770"
            ifExists: suffix
            tree:
              - "a/b"
              - a: [c, {"{name}.txt": "{{{shots}}}"}, {"{d,e}": [.gitkeep]}]
                z.txt: ""
              - "a/b/f"
            """)
        var paths: [String] = []
        plan.folder.folder.walk { path, entry in
            paths.append(path.map(\.text).joined(separator: "/") + (entry.content.map { ":\($0.count)" } ?? ""))
        }
        #expect(paths == ["a", "a/b", "a/b/f", "a/c", "a/Alpha.txt:3", "a/d", "a/d/.gitkeep", "a/e", "a/e/.gitkeep", "z.txt:0"])
        #expect(plan.shown["mode"] == "2770")
        #expect(plan.shown["name"] == "John/Alpha")
        #expect(plan.summary.hasSuffix("with 8 folders and 2 files in it, gets a number if it exists"))
    }

    @Test func secretsAreMadeButNotShown() throws {
        let plan = try fixture.plan("root: ~/Projects\nname: p\ntree: [\"a-{token}/b\", {c.txt: \"{token}\"}]")
        #expect(!plan.shown.text.contains("s3cret"))
        #expect(!plan.summary.contains("s3cret"))
        #expect(plan.shown["tree"] == [["folder": "a-<secret>"], ["folder": "a-<secret>/b"], ["file": "c.txt", "bytes": 6]])
    }

    @Test(arguments: [
        ("../../etc", PlanRefusal.Code.forbiddenCharacter), ("/etc", .forbiddenCharacter), ("..", .unsafeEdge), ("", .emptyValue),
        ("NUL", .reservedName), (String(repeating: "x", count: 300), .tooLong),
    ])
    func namesThatBreakARuleAreRefused(_ name: String, _ code: PlanRefusal.Code) throws {
        for yaml in [
            "{root: ~/P, name: \"{name}\"}", "{root: ~/P, name: \"a/{name}\"}", "{root: ~/P, name: x, tree: [\"{name}\"]}",
            "{root: ~/P, name: x, tree: [{\"{name}\": text}]}", "{root: ~/P, name: x, tree: [{a: [\"b/{name}/c\"]}]}",
        ] {
            #expect(try refusal(yaml, ["name": .string(name)]) == code)
        }
    }

    private static let collisions: [(String, String, PlanRefusal.Code?)] = [
        ("[\"{name}\", \"{user}\"]", "john", .collision), ("[\"{name}\", \"{user}\"]", "John", nil),
        ("[{\"{name}\": x}, {\"{user}\": y}]", "John", .collision), ("[{\"{name}\": x}, \"{user}\"]", "John", .collision),
        ("[\"{name}/a\", \"{user}/b\"]", "John", nil), ("[\"{name}/a\", \"{user}/b\"]", "JOHN", .collision),
        ("[\"x/{name}\", {\"x/{user}\": y}]", "John", .collision), ("[{\"{name}\": x}, \"{user}/b\"]", "John", .collision),
        ("[\"{name}/b\", {\"{user}\": x}]", "John", .collision),
    ]

    @Test(arguments: collisions) func namesThatAreOneOnSomeDisksCollide(_ tree: String, _ name: String, _ code: PlanRefusal.Code?) throws {
        #expect(try refusal("{root: ~/P, name: x, tree: \(tree)}", ["name": .string(name)]) == code)
    }

    @Test func normalFormsThatCaseMakesEqualCollide() throws {
        #expect(try refusal("{root: ~/P, name: x, tree: [\"{name}\", \"{user}\"]}", ["name": "É", "user": "é"]) == .collision)
        #expect(try refusal("{root: ~/P, name: x, tree: [\"{name}\", \"{user}\"]}", ["name": "straße", "user": "STRASSE"]) == .collision)
    }

    private static let limits: [(String, Int64, PlanRefusal.Code?)] = [
        ("[\"{1..shots}\"]", 10_000, nil), ("[\"{1..shots}\"]", 10_001, .tooManyEntries), ("[\"{1..shots}\", a]", 10_000, .tooManyEntries),
        ("[\"{1..shots}/a\"]", 5000, nil), ("[\"{1..shots}/a\"]", 5001, .tooManyEntries),
        ("[{\"{1..shots}\": [\"{1..shots}\"]}]", 99, nil), ("[{\"{1..shots}\": [\"{1..shots}\"]}]", 100, .tooManyEntries),
        ("[{\"{1..shots}\": [{\"{1..shots}\": [{\"{1..shots}\": [\"{1..shots}/{1..shots}\"]}]}]}]", 999_999_999, .tooManyEntries),
        ("[\"{1..shots}\"]", 0, nil), ("[\"{1..shots}\"]", -1, .outOfRange),
        ("[{\"f{1..shots}\": \"\(String(repeating: "x", count: 100_000))\"}]", 672, .tooLong),
        ("[{\"f{1..shots}\": \"\(String(repeating: "x", count: 100_000))\"}]", 671, nil),
    ]

    @Test(arguments: limits) func treesHaveLimits(_ tree: String, _ shots: Int64, _ code: PlanRefusal.Code?) throws {
        #expect(try refusal("{root: ~/P, name: x, tree: \(tree)}", ["shots": .integer(shots)]) == code)
    }

    @Test func filesAndPathsHaveLimits() throws {
        let mebibyte = String(repeating: "x", count: 1 << 20)
        #expect(try refusal("{root: ~/P, name: x, tree: [{a: \"{name}\"}]}", ["name": .string(mebibyte)]) == nil)
        #expect(try refusal("{root: ~/P, name: x, tree: [{a: \"{name}.\"}]}", ["name": .string(mebibyte)]) == .tooLong)
        let deep = Array(repeating: "{name}", count: 20).joined(separator: "/")
        #expect(try refusal("{root: ~/P, name: x, tree: [\"\(deep)\"]}", ["name": .string(String(repeating: "x", count: 150))]) == nil)
        #expect(try refusal("{root: ~/P, name: x, tree: [\"\(deep)\"]}", ["name": .string(String(repeating: "x", count: 230))]) == .tooLong)
        #expect(try refusal("{root: ~/P, name: \"\(deep)\"}", ["name": .string(String(repeating: "x", count: 230))]) == .tooLong)
        let long = JSONValue.string(String(repeating: "x", count: 237))
        #expect(try refusal("{root: ~/P, name: \"{name}\", ifExists: suffix}", ["name": long]) == .tooLong)
        #expect(try refusal("{root: ~/P, name: \"{name}\"}", ["name": long]) == nil)
    }

    @Test func aRootThatIsNotGrantedIsRefused() throws {
        let step = try fixture.step("{root: ~/P, name: x}")
        #expect(
            throws: PlanError.refused(
                .notGranted,
                "the folder \(fixture.home)/P is not granted: list it, or a folder above it, under grants: folders: of a policy")
        ) { try step.plan(fixture.fields(), grants: .none) }
    }
}
