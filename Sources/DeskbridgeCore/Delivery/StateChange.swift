/// An event that went from one state to another, with the confirmation that was stored along with it.
package struct StateChange: Sendable, Hashable {
    package var before: DeliveryState
    /// The event as it stands now.
    package var event: EventRecord
    package var confirmation: Confirmation?

    package init(before: DeliveryState, event: EventRecord, confirmation: Confirmation? = nil) {
        self.before = before
        self.event = event
        self.confirmation = confirmation
    }
}
