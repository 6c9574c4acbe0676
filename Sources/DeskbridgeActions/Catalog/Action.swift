package import DeskbridgeCore

/// What is done for one type of event.
package struct Action: Sendable {
    package let name: String
    package let type: EventType
    /// The type of the confirmation that success sends back.
    package let confirm: EventType
    package let description: String?
    package let parameters: ParameterSet
    package let steps: [ActionStep]
    /// The payload of the confirmation; without one, the event's own parameters less the secret ones.
    package let result: ValueTemplate?
    package let retry: RetryPolicy
    package let concurrency: ConcurrencyLimit?
    /// How long an event may wait for its first attempt.
    package let expires: Duration?
    package let location: SourceLocation
}

/// One unit of an action.
package struct ActionStep: Sendable {
    package let id: String
    /// The YAML key of its handler.
    package let kind: String
    /// Whether the event goes on when this step fails for good.
    package let isOptional: Bool
    /// Whether it may run again when nobody can tell if it took effect.
    package let isSafeToRepeat: Bool
    package let bound: BoundStep
}

/// How many events of an action may run at once.
package struct ConcurrencyLimit: Sendable {
    package let limit: Int
    /// Counts separately for each text this renders to; without it, for the whole action.
    package let key: Template?
}
