import DeskbridgeCore
import Testing

@testable import DeskbridgeActions

struct FolderLoadTests {
    private static let mistakes: [(String, Int, Int, String)] = [
        ("[]", 1, 1, "folder must be a mapping, not a list"),
        ("name: x", 1, 1, "folder needs the key \"root\""),
        ("root: ~/P", 1, 1, "folder needs the key \"name\""),
        (
            "root: ~/P\nname: x\nifexists: reuse", 3, 1,
            "folder has no key \"ifexists\". Did you mean \"ifExists\"? Its keys are root, name, tree, ifExists, mode."
        ),
        ("root: [a]\nname: x", 1, 7, "root must be a string, not a list"),
        ("root: P\nname: x", 1, 7, "root: \"P\" must be an absolute path, one that starts with /"),
        ("root: ~john/P\nname: x", 1, 7, "root: \"~john/P\" names the home of another user: write that path in full"),
        ("root: /a/../b\nname: x", 1, 7, "root: \"/a/../b\" holds \"..\": write the path without it"),
        ("root: \"~/{name}\"\nname: x", 1, 7, "root is taken as it is written and has no placeholders: what changes belongs in name"),
        ("root: \"/a\\tb\"\nname: x", 1, 7, "root: the path holds a control character"),
        ("root: /\(String(repeating: "a", count: 2000))\nname: x", 1, 7, "root has more than 2000 bytes"),
        ("root: ~/P\nname: 5", 2, 7, "name must be a string, not an integer"),
        (
            "root: ~/P\nname: \"x/{nme}\"", 2, 10,
            "there is no field \"nme\". Did you mean \"name\"? The fields here are date, name, shots, token, user."
        ),
        (
            "root: ~/P\nname: \"x/{token|slug}\"", 2, 7,
            "name names a secret parameter, and the result shows the folder's path; in tree a secret may stand"
        ),
        ("root: ~/P\nname: \"{a,b}\"", 2, 8, "name is of one folder: choices belong in its tree"),
        ("root: ~/P\nname: ..", 2, 7, "name has a name that ends in \".\": no dot or space may stand there"),
        ("root: ~/P\nname: x\nifExists: replace", 3, 11, "ifExists must be reuse, fail or suffix, not \"replace\""),
        ("root: ~/P\nname: x\nmode: 750", 3, 7, "mode must be octal digits in quotes, such as \"0750\""),
        ("root: ~/P\nname: x\nmode: \"0850\"", 3, 7, "mode must be octal digits in quotes, such as \"0750\""),
        ("root: ~/P\nname: x\nmode: \"4755\"", 3, 7, "mode must be octal digits in quotes, such as \"0750\""),
        ("root: ~/P\nname: x\nmode: \"0550\"", 3, 7, "mode 0550 must let the owner read, write and enter the folder: begin with 07"),
        ("root: ~/P\nname: x\ntree: a", 3, 7, "tree must be a list, not a string"),
        ("root: ~/P\nname: x\ntree: [5]", 3, 8, "an entry of tree must be a string, not an integer"),
        ("root: ~/P\nname: x\ntree:\n  - a\n  - \"b/{c\"", 5, 8, "this { is not closed; a brace that is meant as text is written {{"),
        ("root: ~/P\nname: x\ntree: [{}]", 3, 8, "an entry of tree is empty: it is a path, or a mapping from a path"),
        (
            "root: ~/P\nname: x\ntree: [{a.txt: 5}]", 3, 16,
            "\"a.txt\" must have the text of a file or the list of a folder, not an integer; an empty file has the text \"\""
        ),
        (
            "root: ~/P\nname: x\ntree: [{a.txt: }]", 3, 16,
            "\"a.txt\" must have the text of a file or the list of a folder, not nothing; an empty file has the text \"\""
        ),
        (
            "root: ~/P\nname: x\ntree: [{a: {b: c}}]", 3, 12,
            "\"a\" must have the text of a file or the list of a folder, not a mapping; an empty file has the text \"\""
        ),
        ("root: ~/P\nname: x\ntree: [{\"a:b\": text}]", 3, 9, "an entry of tree holds the character \":\", which a name may not"),
        (
            "root: ~/P\nname: x\ntree: [{a.txt: \"x {nowhere}\"}]", 3, 19,
            "there is no field \"nowhere\". The fields here are date, name, shots, token, user."
        ),
        (
            "root: ~/P\nname: x\ntree:\n  - a:\n      - b\n      - \"c:\"", 6, 10,
            "an entry of tree holds the character \":\", which a name may not"
        ),
        (
            "root: ~/P\nname: x\ntree: [Assets, docs, assets]", 3, 22,
            "\"Assets\" and \"assets\" in one folder differ only in case, and are one name on some disks"
        ),
        ("root: ~/P\nname: x\ntree: [a/b, {a: text}]", 3, 14, "a file and a folder in one folder have the name \"a\""),
        ("root: ~/P\nname: x\ntree: [{a: text}, a/b]", 3, 19, "a file and a folder in one folder have the name \"a\""),
        ("root: ~/P\nname: x\ntree: [{a: text}, {\"{a,b}\": more}]", 3, 20, "two files in one folder have the name \"a\""),
        (
            "root: ~/P\nname: x\ntree: [{a: [b, {B: text}]}]", 3, 17,
            "\"b\" and \"B\" in one folder differ only in case, and are one name on some disks"
        ),
        (
            "root: ~/P\nname: x\ntree: [\"{1..5000}\", \"a/{1..5000}\"]", 3, 21,
            "the tree has more than 10000 folders and files: make its ranges smaller"
        ),
        (
            "root: ~/P\nname: x\ntree: [{\"{1..200}\": [\"{1..200}\"]}]", 3, 22,
            "the tree has more than 10000 folders and files: make its ranges smaller"
        ),
        (
            "root: ~/P\nname: a/b\ntree: [\"\(Array(repeating: "c", count: 31).joined(separator: "/"))\"]", 3, 8,
            "\"\(Array(repeating: "c", count: 31).joined(separator: "/"))\" lies deeper than 32 folders beneath the root"
        ),
    ]

    @Test(arguments: mistakes) func mistakesAreFoundAtTheirPlace(_ yaml: String, _ line: Int, _ column: Int, _ message: String) throws {
        let fixture = try FolderFixture()
        let place = DeskbridgeCore.SourceLocation(file: FolderFixture.file, line: line, column: column)
        #expect(throws: DefinitionError(place, message)) { try fixture.step(yaml) }
    }

    /// Making the names of all entries to check them would take hours.
    @Test(.timeLimit(.minutes(1))) func ofATreeThatIsFarTooLargeOnlyTheBeginningIsLookedAt() throws {
        let fixture = try FolderFixture()
        let tree = Array(repeating: "\"a{1..9999}\"", count: 50_000).joined(separator: ", ")
        let place = DeskbridgeCore.SourceLocation(file: FolderFixture.file, line: 3, column: 22)
        #expect(throws: DefinitionError(place, "the tree has more than 10000 folders and files: make its ranges smaller")) {
            try fixture.step("root: ~/P\nname: x\ntree: [\(tree)]")
        }
    }

    @Test(arguments: [("~", ""), ("~/", ""), ("~/P", "/P"), ("~/P/", "/P"), ("~//P/./Q/.", "/P/Q"), ("~/a b", "/a b"), ("~/~x", "/~x")])
    func theRootIsPutInOrder(_ root: String, _ path: String) throws {
        let fixture = try FolderFixture()
        #expect(try fixture.plan("{root: \"\(root)\", name: x}").root.text == fixture.home + path)
    }

    @Test func aRootThatIsNotGrantedIsFoundWhenFilesLoad() throws {
        let step = try FolderFixture().step("name: x\nroot: /srv/media")
        let place = DeskbridgeCore.SourceLocation(file: FolderFixture.file, line: 2, column: 7)
        let message = "the folder /srv/media is not granted: list it, or a folder above it, under grants: folders: of a policy"
        #expect(step.violations(of: .none) == [DefinitionError(place, message)])
        #expect(step.violations(of: Grants(folders: [try AbsolutePath("/srv/medi")])).count == 1)
        #expect(step.violations(of: Grants(folders: [try AbsolutePath("/srv/media/x")])).count == 1)
        #expect(step.violations(of: Grants(folders: [try AbsolutePath("/srv")])).isEmpty)
        #expect(step.violations(of: Grants(folders: [try AbsolutePath("/srv/media")])).isEmpty)
    }

    @Test func aFolderStepIsSafeToRepeatAndTellsItsResult() throws {
        let step = try FolderFixture().step("{root: ~/P, name: x}")
        #expect(step.isAlwaysSafeToRepeat)
        #expect(
            step.resultType
                == .object(members: [
                    "path": FieldDeclaration(.string), "name": FieldDeclaration(.string), "created": FieldDeclaration(.boolean),
                ]))
    }
}
