import DeskbridgeCore
import Foundation
import Testing

@testable import DeskbridgeActions

struct FolderMakingTests {
    private let fixture: FolderFixture

    init() throws { fixture = try FolderFixture() }

    private static let alpha = """
        root: ~/Projects
        name: "{name}"
        tree: ["assets/{textures,models}", "sh{1..shots:03}", {"README.md": "# {name}\\n"}, {docs: [{"a.txt": ""}]}]
        """
    private static let inside = ["README.md", "assets/", "assets/models/", "assets/textures/", "docs/", "docs/a.txt", "sh001/", "sh002/"]

    @Test(arguments: ["reuse", "fail", "suffix"]) func aNewFolderIsMadeWithAllInIt(_ rule: String) async throws {
        #expect(try await fixture.make(Self.alpha + "\nifExists: \(rule)") == fixture.result("Alpha", created: true))
        #expect(try fixture.listing("Projects/Alpha") == Self.inside)
        #expect(try fixture.text("Projects/Alpha/README.md") == "# Alpha\n")
        #expect(try fixture.listing().allSatisfy { $0.hasPrefix("Alpha/") })
        #expect(try fixture.openDescriptors() == 0)
    }

    @Test func anEmptyTreeMakesOneEmptyFolder() async throws {
        #expect(try await fixture.make("{root: ~/Projects, name: x}") == fixture.result("x", created: true))
        #expect(try fixture.listing() == ["x/"])
    }

    @Test func aMissingRootIsMadeAndAnExistingOneLeftAlone() async throws {
        #expect(try await fixture.make("{root: ~/a/b/c, name: x}").created == true)
        #expect(try fixture.listing("a") == ["b/", "b/c/", "b/c/x/"])
        #expect(try await fixture.make("{root: ~/a/b, name: x}").created == true)
        #expect(try fixture.listing("a") == ["b/", "b/c/", "b/c/x/", "b/x/"])
    }

    @Test func aNameMayHaveParents() async throws {
        #expect(
            try await fixture.make("{root: ~/Projects, name: \"{user}/{name}\", tree: [a]}") == fixture.result("John/Alpha", created: true))
        #expect(try await fixture.make("{root: ~/Projects, name: \"{user}/Beta\"}") == fixture.result("John/Beta", created: true))
        #expect(
            try await fixture.make("{root: ~/Projects, name: \"{user}/{name}\", ifExists: suffix}")
                == fixture.result("John/Alpha_2", created: true))
        #expect(try fixture.listing() == ["John/", "John/Alpha/", "John/Alpha/a/", "John/Alpha_2/", "John/Beta/"])
    }

    @Test func reuseAddsWhatIsMissingAndTouchesNothing() async throws {
        try fixture.add(file: "Projects/Alpha/README.md", "mine")
        try fixture.add(file: "Projects/Alpha/assets/models/x.obj", "mine too")
        #expect(try await fixture.make(Self.alpha) == fixture.result("Alpha", created: false))
        #expect(try fixture.listing("Projects/Alpha") == (Self.inside + ["assets/models/x.obj"]).sorted())
        #expect(try fixture.text("Projects/Alpha/README.md") == "mine")
        #expect(try fixture.listing().allSatisfy { $0.hasPrefix("Alpha/") })
        #expect(try await fixture.make(Self.alpha) == fixture.result("Alpha", created: false))
        #expect(try fixture.openDescriptors() == 0)
    }

    @Test func failLeavesTheFolderAsItIs() async throws {
        try fixture.add(folder: "Projects/Alpha")
        let outcome = try await fixture.make(Self.alpha + "\nifExists: fail")
        #expect(
            outcome
                == .failed(
                    Failure(
                        "folder_exists",
                        "the folder \(fixture.root)/Alpha exists already: remove or rename it, or let ifExists be reuse or suffix",
                        .permanent)))
        #expect(try fixture.listing() == ["Alpha/"])
    }

    @Test func suffixTakesTheNextFreeNumber() async throws {
        try fixture.add(folder: "Projects/Alpha_3")
        let yaml = Self.alpha + "\nifExists: suffix"
        for name in ["Alpha", "Alpha_2", "Alpha_4", "Alpha_5"] {
            #expect(try await fixture.make(yaml) == fixture.result(name, created: true))
            #expect(try fixture.listing("Projects/\(name)") == Self.inside)
        }
        #expect(try fixture.listing("Projects/Alpha_3").isEmpty)
    }

    @Test func suffixEndsWithTheLastNumber() async throws {
        try fixture.add(folder: "Projects/Alpha")
        for number in 2...999 { try fixture.add(folder: "Projects/Alpha_\(number)") }
        #expect(try await fixture.make(Self.alpha + "\nifExists: suffix").code == "names_used_up")
    }

    @Test func permissionsAreTheUmasksOrTheGivenOnes() async throws {
        #expect(try await fixture.make("{root: ~/Projects, name: a/b, tree: [c/d, {c/e: x}], mode: \"2750\"}").created == true)
        for folder in ["a", "a/b", "a/b/c", "a/b/c/d"] { #expect(try fixture.permissions("Projects/\(folder)") == 0o2750) }
        let mask = umask(0o022)
        umask(mask)
        #expect(try await fixture.make("{root: ~/Projects, name: x, tree: [c, {e: x}]}").created == true)
        #expect(try fixture.permissions("Projects/x/c") == 0o777 & ~Int(mask))
        #expect(try fixture.permissions("Projects/x") == 0o777 & ~Int(mask))
        #expect(try fixture.permissions("Projects/x/e") == 0o666 & ~Int(mask))
        #expect(try fixture.permissions("Projects") == 0o755 & ~Int(mask))
    }

    private static let obstacles: [(String, String, String)] = [
        ("file", "Projects/Alpha", "not_a_folder"), ("file", "Projects/Alpha/assets", "not_a_folder"),
        ("folder", "Projects/Alpha/README.md", "not_a_file"), ("folder", "Projects/alpha", "collision"),
        ("file", "Projects/ALPHA", "collision"),
        ("folder", "Projects/Alpha/Assets", "collision"), ("file", "Projects/Alpha/readme.md", "collision"),
        ("folder", "Projects/Alpha/assets/Models", "collision"), ("file", "Projects/Alpha/docs/A.TXT", "collision"),
        ("file", "Projects", "not_a_folder"),
        ("link", "Projects/Alpha", "symlink_in_the_way"), ("link", "Projects/Alpha/assets", "symlink_in_the_way"),
        ("link", "Projects/Alpha/README.md", "symlink_in_the_way"), ("link", "Projects/Alpha/docs", "symlink_in_the_way"),
    ]

    @Test(arguments: obstacles) func whatStandsInTheWayIsAFailureForGood(_ kind: String, _ path: String, _ code: String) async throws {
        try fixture.add(folder: "elsewhere")
        try fixture.add(folder: path.split(separator: "/").dropLast().joined(separator: "/"))
        switch kind {
        case "file": try fixture.add(file: path, "mine")
        case "folder": try fixture.add(folder: path)
        default: try fixture.add(link: path, to: fixture.home + "/elsewhere")
        }
        let before = path == "Projects" ? [] : try fixture.listing()
        let outcome = try await fixture.make(Self.alpha)
        #expect(outcome.code == code)
        #expect(outcome.message?.contains("\(fixture.home)/Projects") == true)
        if path != "Projects" { #expect(try fixture.listing() == before) }
        #expect(try fixture.listing("elsewhere").isEmpty)
        #expect(try fixture.openDescriptors() == 0)
    }

    @Test func aNumberIsPutBehindANameThatDiffersOnlyInCase() async throws {
        try fixture.add(folder: "Projects/ALPHA")
        #expect(try await fixture.make(Self.alpha + "\nifExists: suffix") == fixture.result("Alpha_2", created: true))
    }

    @Test func aParentThatDiffersOnlyInNormalFormCollides() async throws {
        try fixture.add(folder: "Projects/e\u{301}")
        let outcome = try await fixture.make("{root: ~/Projects, name: \"é/x\"}")
        #expect(outcome.code == "collision")
        #expect(try fixture.listing() == ["e\u{301}/"])
    }

    @Test func failuresTellNothingOfASecret() async throws {
        try fixture.add(folder: "Projects/p/S3CRET")
        let outcome = try await fixture.make("{root: ~/Projects, name: p, tree: [\"{token}\"]}")
        #expect(outcome.code == "collision")
        #expect(outcome.message?.contains("<secret>") == true)
        #expect(outcome.message?.lowercased().contains("s3cret") == false)
    }

    @Test func aDryRunForeseesTheResultAndChangesNothing() async throws {
        func foresee(_ yaml: String) async throws -> JSONValue? { await fixture.handler.foresee(try fixture.plan(yaml)) }
        func result(_ name: String, _ created: Bool?) -> JSONValue {
            var members: JSONObject = ["path": .string("\(fixture.root)/\(name)"), "name": .string(name)]
            if let created { members["created"] = .bool(created) }
            return .object(members)
        }
        for rule in ["reuse", "fail", "suffix"] {
            #expect(try await foresee(Self.alpha + "\nifExists: \(rule)") == result("Alpha", true))
        }
        #expect(try fixture.listing("").isEmpty)
        try fixture.add(folder: "Projects/Alpha")
        try fixture.add(folder: "Projects/Alpha_2")
        #expect(try await foresee(Self.alpha) == result("Alpha", false))
        #expect(try await foresee(Self.alpha + "\nifExists: fail") == result("Alpha", nil))
        #expect(try await foresee(Self.alpha + "\nifExists: suffix") == result("Alpha_3", true))
        #expect(try await foresee("{root: ~/Projects, name: alpha}") == result("alpha", nil))
        #expect(try await foresee("{root: ~/Projects, name: ALPHA/x}") == result("ALPHA/x", nil))
        #expect(try await foresee("{root: ~/Projects, name: Alpha/x}") == result("Alpha/x", true))
        #expect(try fixture.listing() == ["Alpha/", "Alpha_2/"])
    }
}
