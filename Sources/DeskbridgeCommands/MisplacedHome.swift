/// `--home` before the name of a command, as other programs take such options. Only the commands here take it.
package struct MisplacedHome: Sendable, Equatable {
    /// The same words in the order that is understood.
    package let arguments: [String]

    package var message: String {
        "--home comes after the command: deskbridge \(arguments.map(\.quotedForShell).joined(separator: " "))"
    }

    /// Nil unless the arguments begin with it. Without any command, `init` is what a new home needs.
    package static func find(in arguments: [String]) -> MisplacedHome? {
        guard let first = arguments.first, first == "--home" || first.hasPrefix("--home=") else { return nil }
        let count = first == "--home" ? min(2, arguments.count) : 1
        let home = Array(arguments.prefix(count)) + (first == "--home" && count == 1 ? ["DIR"] : [])
        let rest = Array(arguments.dropFirst(count))
        return MisplacedHome(arguments: (rest.isEmpty ? ["init"] : rest) + home)
    }
}
