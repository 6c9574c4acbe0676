package import ArgumentParser
internal import DeskbridgeCore

/// A word on the command line where the name of a command belongs, but none of that name is there.
package struct CommandNameMistake: Sendable, Equatable {
    /// The command it stands after, such as `deskbridge queue`.
    package let parent: String
    package let word: String
    package let nearest: String?
    package let names: [String]

    package var message: String {
        let question = nearest.map { " Did you mean \"\(parent) \($0)\"?" } ?? ""
        return "\"\(parent)\" has no command \"\(word.printable())\".\(question) Its commands are \(names.joined(separator: ", "))."
    }

    /// Follows the words down the tree of commands. Nil if they end at a command that has none below it, or at an option.
    package static func find(in arguments: [String], of root: any ParsableCommand.Type) -> CommandNameMistake? {
        var command = root
        var path = name(of: root)
        // `deskbridge help queue list` names a command too.
        for word in arguments.first == "help" ? arguments.dropFirst() : arguments[...] {
            let children = command.configuration.subcommands
            guard !children.isEmpty, !word.hasPrefix("-"), word != "help" else { return nil }
            let names = children.map(name(of:))
            guard let position = names.firstIndex(of: word) else {
                return CommandNameMistake(parent: path, word: word, nearest: NearestName.of(word, in: names), names: names)
            }
            command = children[position]
            path += " \(word)"
        }
        return nil
    }

    private static func name(of command: any ParsableCommand.Type) -> String {
        command.configuration.commandName ?? "\(command)".lowercased()
    }
}
