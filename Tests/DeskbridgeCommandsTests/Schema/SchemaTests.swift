import DeskbridgeActions
import DeskbridgeCore
import DeskbridgeTestSupport
import Foundation
import Testing

@testable import DeskbridgeCommands

/// What editors are told of the keys of files is what the readers of those files know. That whole files are judged alike is tested in
/// `Tests/web/test_schemas.py`, which has a validator.
@Suite(.timeLimit(.minutes(1))) struct SchemaTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: repository.appending(path: path), encoding: .utf8)
    }

    private static func document(_ file: SchemaFile) throws -> JSONValue { try JSONParser.parse(Array(file.text.utf8)) }

    /// A file that has every key there is.
    private static func complete(_ file: SchemaFile) throws -> YAMLNode {
        let name = "\(file.rawValue).yaml"
        return try YAMLParser.parse(text("Tests/Fixtures/schemas/\(name)"), file: name)
    }

    /// The mistakes that the file's reader finds.
    private static func mistakes(_ file: SchemaFile, _ node: YAMLNode) -> [String] {
        do throws(DefinitionErrors) {
            switch file {
            case .action: _ = try ActionFile.parse(node, handlers: StandardHandlers(environment: [:], home: "/home/john").table)
            case .policy: _ = try PolicyFile.parse(node, home: "/home/john")
            case .config: _ = try BridgeConfiguration.parse(node)
            }
            return []
        } catch {
            return error.errors.map(\.message)
        }
    }

    @Test(arguments: SchemaFile.allCases) func theCompleteFileIsSound(file: SchemaFile) throws {
        #expect(Self.mistakes(file, try Self.complete(file)) == [])
    }

    /// So that the other tests miss none. A new key is added to `Tests/Fixtures/schemas`.
    @Test(arguments: SchemaFile.allCases) func theCompleteFileHasEveryKeyOfTheSchema(file: SchemaFile) throws {
        let document = try Self.document(file)
        var seen: [String: Set<String>] = [:]
        for mapping in SchemaWalk(document, try Self.complete(file)).mappings {
            seen[mapping.pointer, default: []].formUnion(mapping.present)
        }
        let all = SchemaWalk.closedMappings(in: document).mapValues { Set($0.keys) }
        #expect(seen == all)
    }

    /// A reader tells its keys when it is given one that it doesn't know.
    @Test(arguments: SchemaFile.allCases) func theKeysOfTheSchemaAreThoseOfTheReader(file: SchemaFile) throws {
        let complete = try Self.complete(file)
        let mappings = SchemaWalk(try Self.document(file), complete).mappings
        #expect(mappings.count > 5)
        for mapping in mappings {
            let told = Self.mistakes(file, complete.adding("zzzz", to: mapping.path))
            let keys = told.compactMap { $0.firstMatch(of: /"zzzz".* (?:Its keys are|there are) (.+)\.$/)?.1 }
            #expect(keys.count == 1, "\(mapping.path): \(told)")
            let known = keys.first.map { Set($0.split(separator: ", ").map(String.init)) }
            #expect(known == Set(mapping.keys), "\(file.rawValue) \(mapping.path)")
        }
    }

    /// A key that a reader knows and doesn't look at would be taken with any value.
    @Test(arguments: SchemaFile.allCases) func everyKeyIsLookedAt(file: SchemaFile) throws {
        let complete = try Self.complete(file)
        let candidates: [JSONValue] = [["zzzz": ["x"]], [["zzzz": [:]]], -1, .null]
        for mapping in SchemaWalk(try Self.document(file), complete).mappings {
            for key in mapping.present where mapping.schemas[key]?.objectValue?.keys.contains(where: { $0 != "description" }) == true {
                let path = mapping.path + [.key(key)]
                let isRefused = candidates.contains { value in
                    !Self.mistakes(file, complete.replacing(path[...]) { $0.with(value) }).isEmpty
                }
                #expect(isRefused, "\(file.rawValue) \(path) may be anything")
            }
        }
    }

    @Test(arguments: SchemaFile.allCases) func theBoundsOfIntegersAreThoseOfTheReader(file: SchemaFile) throws {
        let complete = try Self.complete(file)
        var looked = 0
        for mapping in SchemaWalk(try Self.document(file), complete).mappings {
            for key in mapping.present {
                guard let schema = mapping.schemas[key], schema["type"] == "integer", let least = schema["minimum"]?.integerValue,
                    let most = schema["maximum"]?.integerValue
                else { continue }
                looked += 1
                let path = mapping.path + [.key(key)]
                func told(_ value: Int64) -> [String] {
                    Self.mistakes(file, complete.replacing(path[...]) { $0.with(.integer(value)) })
                        .filter { $0.contains("must be from \(least) to \(most), not \(value)") }
                }
                #expect(told(least - 1).count == 1 && told(most + 1).count == 1, "\(file.rawValue) \(path)")
                #expect(told(least).isEmpty && told(most).isEmpty, "\(file.rawValue) \(path)")
            }
        }
        #expect(looked >= 2)
    }

    @Test(arguments: SchemaFile.allCases) func everyReferenceLeadsSomewhereAndNothingIsDefinedInVain(file: SchemaFile) throws {
        let document = try Self.document(file)
        let references = Set(Self.values(of: "$ref", in: document).compactMap(\.stringValue))
        for reference in references { #expect(SchemaWalk.target(of: reference, in: document) != nil, "\(reference)") }
        #expect(references == Set((document["$defs"]?.objectValue?.keys ?? []).map { "#/$defs/\($0)" }))
    }

    @Test(arguments: SchemaFile.allCases) func everyKeySaysWhatItIsFor(file: SchemaFile) throws {
        for (pointer, properties) in SchemaWalk.closedMappings(in: try Self.document(file)) {
            for (name, schema) in properties {
                let description = try #require(schema["description"]?.stringValue, "\(pointer) \(name)")
                #expect(description.hasSuffix("."), "\(description)")
            }
        }
    }

    private static func values(of key: String, in value: JSONValue) -> [JSONValue] {
        switch value {
        case .array(let elements): elements.flatMap { values(of: key, in: $0) }
        case .object(let members): members.flatMap { name, member in (name == key ? [member] : []) + values(of: key, in: member) }
        default: []
        }
    }

    /// After a change: `deskbridge actions schema > schemas/action.json`, and so with `policy schema` and `config schema`.
    @Test(arguments: SchemaFile.allCases) func theCopyInTheRepositoryIsUpToDate(file: SchemaFile) throws {
        #expect(try Self.text("schemas/\(file.name)") == file.text, "\(file.name)")
    }

    @Test(arguments: [("actions", SchemaFile.action), ("policy", .policy), ("config", .config)])
    func theCommandPrintsTheSchemaWithoutAHome(command: String, file: SchemaFile) async throws {
        let parsed = try Deskbridge.parseAsRoot([command, "schema"])
        let terminal = TestTerminal()
        try await (#require(parsed as? any BridgeCommand)).run(on: terminal.terminal())
        #expect(terminal.output == file.text)
        #expect(terminal.error.isEmpty)
        #expect(try JSONParser.parse(Array(terminal.output.utf8))["$schema"] == "https://json-schema.org/draft/2020-12/schema")
    }

    @Test func aFurtherKindOfStepBringsItsSchemaAlong() {
        let schema = ActionFile.schema(HandlerTable([FolderHandler(home: "/home/john"), ProbeHandler()]))
        let step = schema["properties"]?["steps"]?["items"]
        #expect(step?["properties"]?.objectValue.map { Array($0.keys) } == ["id", "folder", "probe", "safeToRepeat", "optional"])
        #expect(step?["properties"]?["probe"]?["type"] == "string")
        #expect(step?["oneOf"] == [["required": ["folder"]], ["required": ["probe"]]])
        #expect(schema["$defs"]?["tree"] != nil)
    }
}
