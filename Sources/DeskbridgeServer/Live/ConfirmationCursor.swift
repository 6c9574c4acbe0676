/// Decides which confirmations a live connection is sent, so that each comes once and in the order of `seq`.
///
/// A connection first catches up from the ledger. What is committed meanwhile is not sent when it is told, but read
/// from the ledger in its turn; only a connection that has caught up is sent confirmations as they are told.
struct ConfirmationCursor: Sendable {
    /// A page of the ledger that is being read.
    struct Page: Sendable {
        /// The page holds what comes after this `seq`.
        let after: Int64
        /// The newest confirmation that was told before the page was read. Anything told since may be missing from it.
        fileprivate let told: Int64
        fileprivate let turn: UInt64
    }

    private var sent: Int64
    private var newestTold: Int64 = 0
    /// Counts the rewinds: a page that was begun before one is of no use after it.
    private var turn: UInt64 = 0
    private var isCatchingUp = true

    init(after seq: Int64) { sent = seq }

    /// The page to read next; nil for a connection that has caught up.
    var nextPage: Page? { isCatchingUp ? Page(after: sent, told: newestTold, turn: turn) : nil }

    /// Whether a confirmation lies behind: the connection was told it, or began after it.
    func hasPassed(_ seq: Int64) -> Bool { seq <= sent }

    /// A confirmation was committed.
    /// - Returns: whether to send it now.
    mutating func tell(_ seq: Int64) -> Bool {
        newestTold = max(newestTold, seq)
        guard !isCatchingUp, seq > sent else { return false }
        sent = seq
        return true
    }

    /// A confirmation was read from the ledger.
    /// - Returns: whether to send it.
    mutating func read(_ seq: Int64, of page: Page) -> Bool {
        guard page.turn == turn, seq > sent else { return false }
        sent = seq
        return true
    }

    /// The page was empty: the ledger has no more.
    mutating func reachedEnd(of page: Page) {
        if page.turn == turn, newestTold == page.told { isCatchingUp = false }
    }

    /// Goes back, or on, to another place.
    mutating func rewind(to seq: Int64) {
        sent = seq
        turn += 1
        isCatchingUp = true
    }
}
