import DeskbridgeActions
import DeskbridgeCore
import DeskbridgeTestSupport
import Foundation
import Glibc
import Testing

@testable import DeskbridgeEngine

struct ExecutableReviewTests {
    private let home: TestHome

    init() throws {
        home = try TestHome()
        for folder in ["a", "a/b"] { #expect(mkdir("\(home.root)/\(folder)", 0o755) == 0) }
        try home.write("a/b/tool", "#!/bin/sh\n", mode: 0o755)
    }

    /// What is found about `$ROOT/PATH`, without the path.
    private func findings(_ path: String) throws -> [String] {
        let full = "\(home.root)/\(path)"
        let file = try PolicyFile.parse(YAMLParser.parse("grants: {executables: [\(full)]}", file: "policies/p.yaml"), home: "/")
        return file.grantPlaces.flatMap(ExecutableReview.findings).map {
            "\($0)".replacing(home.root, with: "$ROOT").replacing("policies/p.yaml:1:24: ", with: "")
                .replacing("the executable $ROOT/\(path): ", with: "")
        }
    }

    @Test func aProgramThatOnlyItsOwnerCanChangeIsFine() throws { #expect(try findings("a/b/tool") == []) }

    @Test(arguments: [
        ("a/b/tool", 0o757, "error: every user may write $ROOT/a/b/tool: chmod o-w $ROOT/a/b/tool"),
        ("a/b/tool", 0o775, "warning: the group \(getgid()) may write $ROOT/a/b/tool: chmod g-w $ROOT/a/b/tool"),
        ("a/b", 0o777, "error: every user may write $ROOT/a/b: chmod o-w $ROOT/a/b"),
        ("a", 0o777, "error: every user may write $ROOT/a: chmod o-w $ROOT/a"),
        ("a", 0o775, "warning: the group \(getgid()) may write $ROOT/a: chmod g-w $ROOT/a"),
        ("a", 0o1777, nil),
        ("a/b/tool", 0o644, getuid() == 0 ? "warning: it may not be executed by the user of the bridge" : nil),
    ] as [(String, mode_t, String?)])
    func whoeverElseCouldReplaceAProgramIsNamed(changed: String, mode: mode_t, finding: String?) throws {
        #expect(chmod("\(home.root)/\(changed)", mode) == 0)
        if let finding { #expect(try findings("a/b/tool") == [finding]) } else if mode != 0o644 { #expect(try findings("a/b/tool") == []) }
    }

    @Test(.enabled(if: getuid() == 0), arguments: ["a", "a/b", "a/b/tool"])
    func whatBelongsToAnotherUserIsAnError(path: String) throws {
        #expect(chown("\(home.root)/\(path)", 12_345, 0) == 0)
        #expect(
            try findings("a/b/tool") == ["error: $ROOT/\(path) belongs to the user 12345, who could put another program there"])
    }

    @Test func linksAreFollowedAndWhatTheyLeadThroughIsLookedAt() throws {
        #expect(mkdir("\(home.root)/open", 0o755) == 0 && chmod("\(home.root)/open", 0o777) == 0)
        try home.write("open/tool", "#!/bin/sh\n", mode: 0o755)
        #expect(symlink("../open/tool", "\(home.root)/a/relative") == 0)
        #expect(symlink("\(home.root)/open/tool", "\(home.root)/a/absolute") == 0)
        #expect(symlink("relative", "\(home.root)/a/twice") == 0)
        for link in ["relative", "absolute", "twice"] {
            #expect(try findings("a/\(link)") == ["error: every user may write $ROOT/open: chmod o-w $ROOT/open"])
        }
        #expect(symlink("b/tool", "\(home.root)/a/good") == 0)
        #expect(try findings("a/good") == [])
    }

    @Test func whatIsNotThereIsAWarning() throws {
        #expect(symlink("loop", "\(home.root)/a/loop") == 0)
        #expect(try findings("a/none") == ["warning: $ROOT/a/none cannot be found (No such file or directory)"])
        #expect(try findings("a/loop") == ["warning: the links on its way lead nowhere"])
        #expect(try findings("a/b") == ["warning: it is a folder"])
        #expect(try findings("a/b/tool/more") == ["warning: $ROOT/a/b/tool is no folder"])
    }

    @Test func aFileThatGrantsAnUnsafeProgramIsNotTaken() throws {
        #expect(chmod("\(home.root)/a/b", 0o777) == 0)
        try home.write("bridge/policies/p.yaml", "grants:\n  executables: [$ROOT/a/b/tool]")
        let (actions, policies) = (home.bridge + "/actions", home.bridge + "/policies")
        do throws(DefinitionErrors) {
            _ = try Definitions(
                actions: DefinitionFolder(path: actions, name: "actions"), policies: DefinitionFolder(path: policies, name: "policies"),
                handlers: HandlerTable([ProbeHandler()]), home: home.user)
            Issue.record("it was taken")
        } catch {
            #expect(error.errors.map(\.location.description) == ["policies/p.yaml:2:17"])
        }
        // What was in force before stays, and a file that is mended is taken.
        #expect(chmod("\(home.root)/a/b", 0o755) == 0)
        let definitions = try Definitions(
            actions: DefinitionFolder(path: actions, name: "actions"), policies: DefinitionFolder(path: policies, name: "policies"),
            handlers: HandlerTable([ProbeHandler()]), home: home.user)
        #expect(chmod("\(home.root)/a/b", 0o777) == 0)
        try home.write("bridge/policies/p.yaml", "grants:\n  executables: [$ROOT/a/b/tool, /bin/true]")
        let snapshot = try #require(definitions.reload())
        #expect(snapshot.errors.errors.count == 1)
        #expect(snapshot.policy.grants.executables.count == 1)
    }
}
