package import ArgumentParser
package import DeskbridgeCore

extension DeliveryState: ExpressibleByArgument {}

/// Which events to list, and how many at once.
package struct EventFilterOptions: ParsableArguments {
    @Option(name: .customLong("state"), help: ArgumentHelp("Only events in this state. May be given more than once.", valueName: "state"))
    package var states: [DeliveryState] = []

    @Option(help: "Only events of this type.")
    package var type: String?

    @Option(help: "Only events of this client.")
    package var client: String?

    @Option(help: ArgumentHelp("Only events that hold this text.", valueName: "text"))
    package var search: String?

    @Option(help: ArgumentHelp("How many events to list, from 1 to 500.", valueName: "count"))
    package var limit: Int = 50

    @Option(help: ArgumentHelp("Go on where an earlier list ended.", valueName: "cursor"))
    package var after: String?

    package init() {}

    package func validate() throws {
        guard (1...500).contains(limit) else { throw ValidationError("--limit must be from 1 to 500.") }
    }

    /// - Parameter states: the states to list when none is asked for; none at all means every state.
    func page(from client: ControlClient, defaultStates: [DeliveryState]) async throws -> RemoteEventPage {
        let states = self.states.isEmpty ? defaultStates : self.states
        let filter = EventQuery(states: states, type: type, client: self.client, search: search)
        return try await client.events(filter, after: after, limit: limit)
    }
}
