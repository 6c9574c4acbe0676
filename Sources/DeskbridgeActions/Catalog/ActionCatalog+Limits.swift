package import DeskbridgeCore

extension ActionCatalog {
    /// How many events of a group may run at once. Nil for an action without a limit.
    package func limit(of group: ConcurrencyGroup) -> Int? {
        actions.first { $0.name == group.action }?.concurrency?.limit
    }
}
