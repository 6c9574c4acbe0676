import DeskbridgeCore

/// How many events may run at once: in all, and in each concurrency group.
struct Slots: Sendable {
    let total: Int
    private(set) var running = 0
    private var perGroup: [ConcurrencyGroup: Int] = [:]

    init(total: Int) { self.total = total }

    var free: Int { max(0, total - running) }

    /// The groups that are at their limits now.
    func saturated(limit: (ConcurrencyGroup) -> Int?) -> [ConcurrencyGroup] {
        perGroup.compactMap { group, count in limit(group).flatMap { count >= $0 ? group : nil } }
    }

    /// How many more of a group may start.
    func room(in group: ConcurrencyGroup, limit: Int?) -> Int {
        limit.map { max(0, $0 - perGroup[group, default: 0]) } ?? .max
    }

    /// Takes a slot if there is one in all and one below the group's limit.
    mutating func take(_ group: ConcurrencyGroup, limit: Int?) -> Bool {
        guard running < total else { return false }
        guard room(in: group, limit: limit) > 0 else { return false }
        occupy(group)
        return true
    }

    /// Takes a slot that is known to be there.
    mutating func occupy(_ group: ConcurrencyGroup) {
        running += 1
        perGroup[group, default: 0] += 1
    }

    mutating func release(_ group: ConcurrencyGroup) {
        running -= 1
        guard let count = perGroup[group] else { return }
        perGroup[group] = count > 1 ? count - 1 : nil
    }
}
