/// Decides which confirmations a live connection is sent, so that each comes once and in the order of `seq`.
///
/// A connection first catches up from the ledger. What is committed meanwhile is not sent when it is told, but read
/// from the ledger in its turn; only a connection that has caught up is sent confirmations as they are told.
struct ConfirmationCursor: Sendable {
    private var sent: Int64
    private var newestTold: Int64 = 0
    private(set) var isCatchingUp = true

    init(after seq: Int64) { sent = seq }

    /// What the next page of the ledger begins after.
    var position: Int64 { sent }

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
    mutating func read(_ seq: Int64) -> Bool {
        guard seq > sent else { return false }
        sent = seq
        return true
    }

    /// A page was empty: the ledger has no more.
    /// - Parameter told: ``told`` as it was before the page was read. Anything told since may be missing from the page.
    mutating func reachedEnd(told: Int64) {
        if newestTold == told { isCatchingUp = false }
    }

    /// The newest confirmation that was told so far; take it before a page is read.
    var told: Int64 { newestTold }

    /// Goes back, or on, to another place.
    mutating func rewind(to seq: Int64) {
        sent = seq
        isCatchingUp = true
    }
}
