internal import ArgumentParser
internal import DeskbridgeCore

/// An event on the command line: its id, or `last` for the newest there is.
package enum EventReference: Sendable, Equatable, ExpressibleByArgument {
    case last
    case id(String)

    package init?(argument: String) {
        if argument == "last" {
            self = .last
        } else if let id = EventID(argument.lowercased()) {
            self = .id(id.text)
        } else {
            return nil
        }
    }

    package static let help = "The event's id, or \"last\" for the newest event."

    /// The id this stands for.
    /// - Throws: ``CommandFailure`` if there is no event yet.
    package func id(from client: ControlClient) async throws -> String {
        switch self {
        case .id(let id): return id
        case .last:
            guard let newest = try await client.events(EventQuery(), limit: 1).events.first else {
                throw CommandFailure("There is no event yet. `deskbridge send` sends one.", .failed)
            }
            return newest.id
        }
    }
}
