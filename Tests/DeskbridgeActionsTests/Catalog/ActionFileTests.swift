import DeskbridgeCore
import Testing

@testable import DeskbridgeActions

struct ActionFileTests {
    private static let steps = "steps:\n  - id: s\n    process: {argv: [/bin/true]}\n"

    private static let mistakes: [(String, Int, Int, String)] = [
        ("", 1, 1, "an action must be a mapping, not nothing"),
        ("action: a\non: A\n" + steps, 1, 1, "an action needs the key \"confirm\""),
        (
            "action: a\non: A\nconfirm: A_FAILED\n" + steps, 3, 10,
            "confirm must not be A_FAILED, which tells of a failure: name the success, such as RESOURCE_CREATED"
        ),
        ("action: a\non: A\nconfirm: B\nsteps: []\n", 4, 8, "steps must hold from 1 to 64 steps, not 0"),
        (
            "action: a\non: A\nconfirm: B\n" + steps + "  - id: s\n    process: {argv: [/bin/true]}\n", 7, 9,
            "another step has the id \"s\" already"
        ),
        (
            "action: a\non: A\nconfirm: B\nparameters: {pin: {type: string, secret: true}}\n" + steps + "result: {pin: \"{pin}\"}\n", 8, 9,
            "result names a secret parameter, which must not go back to the web page"
        ),
        (
            "action: a\non: A\nconfirm: B\nparameters: {pin: {type: string, secret: true}}\n" + steps
                + "concurrency: {limit: 1, key: \"{pin}\"}\n", 8, 30,
            "key names a secret parameter, which must not be shown in the queue"
        ),
    ]

    @Test(arguments: mistakes) func mistakesAreFoundAtTheirPlace(_ yaml: String, _ line: Int, _ column: Int, _ message: String) throws {
        #expect(Self.errors(yaml) == [DefinitionError(DeskbridgeCore.SourceLocation(file: "a.yaml", line: line, column: column), message)])
    }

    @Test func aFailureOfAnotherEventMayBeASuccess() {
        #expect(Self.errors("action: a\non: A\nconfirm: B_FAILED\n" + Self.steps).isEmpty)
    }

    private static func errors(_ yaml: String) -> [DefinitionError] {
        let handlers = StandardHandlers(environment: [:], home: "/home/john").table
        do {
            _ = try ActionFile.parse(YAMLParser.parse(yaml, file: "a.yaml"), handlers: handlers)
            return []
        } catch let errors as DefinitionErrors {
            return errors.errors
        } catch {
            return [DefinitionError(DeskbridgeCore.SourceLocation(file: "a.yaml", line: 0, column: 0), "\(error)")]
        }
    }
}
