/// The events of one action that share a concurrency key; those without a key form one group.
package struct ConcurrencyGroup: Sendable, Hashable {
    package let action: String
    package let key: String?

    package init(action: String, key: String?) {
        self.action = action
        self.key = key
    }
}
