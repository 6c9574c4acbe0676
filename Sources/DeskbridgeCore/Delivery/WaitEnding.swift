/// What becomes of an event that waited as long as it may.
package struct WaitEnding: Sendable, Hashable {
    /// `expired` or `failed`.
    package let state: DeliveryState
    package let failure: Failure
    package let confirmation: JSONValue

    package init(state: DeliveryState, failure: Failure, confirmation: JSONValue) {
        self.state = state
        self.failure = failure
        self.confirmation = confirmation
    }
}
