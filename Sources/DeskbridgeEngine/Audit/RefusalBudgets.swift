import DeskbridgeCore

/// How many refusals the audit writes one by one, as they cost those nothing who are refused.
///
/// Strangers have a budget for all of them together, and each client has its own: whoever floods hides nothing of what others do. The number of
/// clients is bounded; beyond it the busy ones share one budget.
struct RefusalBudgets: Sendable {
    private enum Party: Hashable {
        case strangers, others
        case client(ClientName)
    }

    private struct Budget {
        var window: RateWindow
        /// Refusals that were not written since the last one that was.
        var unwritten = 0
        var lastAt: Duration
    }

    static let strangers = Rate(count: 120, window: .seconds(60))
    static let client = Rate(count: 60, window: .seconds(60))
    static let mostClients = 32

    private var budgets: [Party: Budget] = [:]
    /// What parties that were forgotten still had unwritten.
    private var owed = 0

    /// Counts a refusal.
    /// - Returns: how many were not written before this one; nil if this one isn't either.
    mutating func take(by actor: AuditActor, now: Duration) -> Int? {
        let party = party(of: actor, now)
        let rate = if case .strangers = party { Self.strangers } else { Self.client }
        var budget = budgets[party] ?? Budget(window: RateWindow(rate), lastAt: now)
        budget.lastAt = now
        defer { budgets[party] = budget }
        guard case .allowed = budget.window.take(now: now) else {
            budget.unwritten += 1
            return nil
        }
        defer { (budget.unwritten, owed) = (0, 0) }
        return budget.unwritten + owed
    }

    /// How many refusals of all were not written by now; counted anew from here.
    mutating func settle() -> Int {
        defer {
            owed = 0
            for party in budgets.keys { budgets[party]?.unwritten = 0 }
        }
        return budgets.values.reduce(owed) { $0 + $1.unwritten }
    }

    /// Who has signed in has a budget of its own, if there is room for one or can be made: one that was idle for a window is as good as new.
    private mutating func party(of actor: AuditActor, _ now: Duration) -> Party {
        guard actor.identity != .nobody, let name = actor.client else { return .strangers }
        let party = Party.client(name)
        if budgets[party] != nil || clients < Self.mostClients { return party }
        for (idle, budget) in budgets where idle != .strangers && budget.lastAt + Self.client.window <= now {
            owed += budget.unwritten
            budgets[idle] = nil
        }
        return clients < Self.mostClients ? party : .others
    }

    private var clients: Int {
        budgets.keys.count { if case .client = $0 { true } else { false } }
    }
}
