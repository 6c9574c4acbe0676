import DeskbridgeCore

/// Where in the arguments of a call a value stands, spelled like a JSON pointer (RFC 6901) without its first slash: `arguments/6/urgency`.
struct ArgumentPlace: Sendable, Hashable, CustomStringConvertible {
    static let arguments = ArgumentPlace(steps: [])

    /// The positions (from 0) and member names that lead there from the list of arguments.
    let steps: [String]

    func appending(_ step: String) -> ArgumentPlace { ArgumentPlace(steps: steps + [step]) }

    func appending(_ position: Int) -> ArgumentPlace { appending(String(position)) }

    var description: String { steps.reduce("arguments") { $0 + "/" + JSONPointer.escaped($1) } }
}
