package import DeskbridgeCore

/// Events that count against the same concurrency limit.
package struct ConcurrencyGroup: Sendable, Hashable {
    package let action: String
    package let key: String?

    package init(of event: AcceptedEvent) {
        action = event.action
        key = event.concurrencyKey
    }
}
