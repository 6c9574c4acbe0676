/// A place in the chain: a record's number and hash. Written down elsewhere, it vouches for all that came before it.
package struct AuditMark: Sendable, Hashable, CustomStringConvertible {
    package let seq: Int64
    package let hash: [UInt8]

    package init(seq: Int64, hash: [UInt8]) {
        self.seq = seq
        self.hash = hash
    }

    /// Reads what ``description`` writes, such as `41:9f86d0…`.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let seq = Int64(parts[0]), seq > 0, let hash = AuditRecord.bytes(hexadecimal: Array(parts[1].utf8)) else {
            return nil
        }
        self.init(seq: seq, hash: hash)
    }

    package var description: String { "\(seq):\(AuditRecord.hexadecimal(hash))" }
}

/// What is wrong with a chain.
package enum AuditFlaw: Sendable, Hashable, CustomStringConvertible {
    /// The text of this record is not what its hash was made of.
    case changed(Int64)
    /// The record before it is not the one it was written after.
    case detached(Int64)
    case missing(ClosedRange<Int64>)
    /// It stands behind a record with a greater number, or with the same.
    case misplaced(Int64)
    /// The record doesn't say of itself what it is listed as.
    case misnumbered(Int64)
    case unreadable(line: Int)
    /// What was pruned is not what the record of the pruning says.
    case wrongAnchor
    /// The chain never had this record, or had another one in its place.
    case unknownMark(AuditMark)

    package var description: String {
        switch self {
        case .changed(let seq): "record \(seq) was changed: its hash is that of another text"
        case .detached(let seq):
            "record \(seq) was not written after the record that stands before it: one of them was put there or changed"
        case .missing(let range):
            range.count == 1 ? "record \(range.lowerBound) is missing" : "records \(range.lowerBound) to \(range.upperBound) are missing"
        case .misplaced(let seq): "record \(seq) stands in the wrong place, or twice"
        case .misnumbered(let seq): "record \(seq) says that it is another one"
        case .unreadable(let line): "line \(line) is no record"
        case .wrongAnchor: "what the chain begins after is not what was pruned last: older records were removed by other means"
        case .unknownMark(let mark): "record \(mark.seq) is not the one that was noted with the hash \(AuditRecord.hexadecimal(mark.hash))"
        }
    }
}

/// Checks a chain record by record, and goes on after a flaw to find the others.
package struct AuditChain: Sendable {
    /// The verb of the record that says what was pruned.
    package static let pruning = "prune_audit"

    /// What is no audit at all has a flaw in each line.
    private static let mostFlaws = 1000

    private let anchor: AuditMark?
    private var marks: [AuditMark]
    private var last: AuditMark?
    private var pruned: AuditMark?
    package private(set) var count = 0
    /// The first flaws that were found.
    package private(set) var flaws: [AuditFlaw] = []
    /// How many flaws were found after those.
    package private(set) var moreFlaws = 0

    /// - Parameters:
    ///   - anchor: the last record that was pruned, from which the chain goes on. Nil if none ever was.
    ///   - isPart: whether the chain may begin anywhere, as one that was exported from a place on.
    ///   - marks: what was written down elsewhere.
    package init(anchor: AuditMark?, isPart: Bool = false, marks: [AuditMark] = []) {
        self.anchor = anchor
        self.marks = marks
        last = anchor ?? (isPart ? nil : AuditMark(seq: 0, hash: AuditRecord.origin))
    }

    /// The last record that was read.
    package var head: AuditMark? { count == 0 ? nil : last }

    package mutating func read(_ record: AuditRecord) {
        count += 1
        if AuditRecord.hash(of: record.text) != record.hash { add(.changed(record.seq)) }
        let json = try? JSONParser.parse(record.text)
        if json?["seq"]?.integerValue != record.seq { add(.misnumbered(record.seq)) }
        if let last {
            if record.seq <= last.seq {
                add(.misplaced(record.seq))
            } else {
                if record.seq > last.seq + 1 { add(.missing(last.seq + 1...record.seq - 1)) }
                if record.seq == last.seq + 1, json?["previous"]?.stringValue != AuditRecord.hexadecimal(last.hash) {
                    add(.detached(record.seq))
                }
            }
        }
        if json?["verb"]?.stringValue == Self.pruning { pruned = json?["detail"]?.stringValue.flatMap { AuditMark($0) } ?? pruned }
        for mark in marks where mark.seq == record.seq {
            if mark.hash != record.hash { add(.unknownMark(mark)) }
            marks.removeAll { $0 == mark }
        }
        if record.seq > last?.seq ?? 0 { last = AuditMark(seq: record.seq, hash: record.hash) }
    }

    private mutating func add(_ flaw: AuditFlaw) {
        if flaws.count < Self.mostFlaws { flaws.append(flaw) } else { moreFlaws += 1 }
    }

    package mutating func noteUnreadable(line: Int) { add(.unreadable(line: line)) }

    /// Checks what can only be told at the end.
    /// - Parameter lastSeq: the greatest number that was ever given to a record, if that is known.
    package mutating func finish(lastSeq: Int64? = nil) {
        let reached = last?.seq ?? 0
        if let lastSeq, lastSeq > reached { add(.missing(reached + 1...lastSeq)) }
        if let anchor, pruned != anchor { add(.wrongAnchor) }
        // Those that were pruned since they were noted can't be checked any more.
        for mark in marks where mark.seq > anchor?.seq ?? 0 || mark.seq == anchor?.seq && mark != anchor {
            add(.unknownMark(mark))
        }
    }
}
