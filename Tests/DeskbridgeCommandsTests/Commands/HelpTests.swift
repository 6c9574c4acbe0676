import ArgumentParser
import DeskbridgeCommands
import Testing

@Suite struct HelpTests {
    struct Node: Sendable, CustomTestStringConvertible {
        let path: [String]
        let type: any ParsableCommand.Type
        var testDescription: String { path.joined(separator: " ") }
    }

    static let nodes = tree(Deskbridge.self, ["deskbridge"])

    private static func tree(_ type: any ParsableCommand.Type, _ path: [String]) -> [Node] {
        [Node(path: path, type: type)]
            + type.configuration.subcommands.flatMap { child in
                tree(child, path + [child.configuration.commandName ?? "\(child)".lowercased()])
            }
    }

    @Test func thereIsEveryCommandOfTheseGroups() {
        let paths = Set(Self.nodes.map { $0.path.dropFirst().joined(separator: " ") })
        let wanted: Set = [
            "init", "doctor", "status", "send", "queue list", "queue show", "queue retry", "queue cancel", "queue drop", "queue resolve",
            "queue approve", "queue deny", "queue stats", "events list", "events tail", "events replay", "token create", "token list",
            "token rotate", "token revoke",
        ]
        #expect(wanted.isSubset(of: paths))
    }

    @Test(arguments: nodes) func everyCommandHasAnAbstractAndTwoExamples(node: Node) throws {
        #expect(!node.type.configuration.abstract.isEmpty)
        #expect(node.type.configuration.abstract.hasSuffix("."))
        let examples = Self.examples(node)
        #expect(examples.count >= 2)
        #expect(examples.allSatisfy { $0.count <= 80 }, "an example is wrapped on a terminal of 80 columns")
        #expect(examples.contains { $0.contains(node.path.joined(separator: " ")) })
    }

    @Test(arguments: nodes) func examplesAreCommandsThatParse(node: Node) throws {
        for example in Self.examples(node) {
            guard let start = example.range(of: "deskbridge "), !example.contains("xargs") else { continue }
            var words = example[start.upperBound...].prefix { !"|>)".contains($0) }.split(separator: " ").map(String.init)
            if let end = words.firstIndex(where: { $0 == "||" || $0 == "&&" }) { words.removeSubrange(end...) }
            guard !words.contains(where: { $0.contains("\"") || $0.contains("'") }) else { continue }
            #expect(CommandNameMistake.find(in: words, of: Deskbridge.self) == nil)
            #expect(throws: Never.self, "\(example)") { try Deskbridge.parseAsRoot(words) }
        }
    }

    @Test(arguments: nodes) func everyOptionSaysWhatItIsFor(node: Node) {
        let help = Deskbridge.helpMessage(for: node.type, columns: 400)
        for line in help.split(separator: "\n") where line.hasPrefix("  -") || line.hasPrefix("  <") {
            #expect(line.dropFirst(2).contains("  "), "\(line)")
        }
    }

    private static func examples(_ node: Node) -> [String] {
        let lines = node.type.configuration.discussion.split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(of: "EXAMPLES:") else { return [] }
        return lines[(start + 1)...].filter { !$0.isEmpty }.map(String.init)
    }
}
