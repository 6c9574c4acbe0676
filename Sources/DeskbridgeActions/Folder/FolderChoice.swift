import DeskbridgeCore

/// What becomes of a folder's name, given the names that stand in its parent.
enum FolderChoice: Equatable {
    /// This event made the folder of this name before.
    case alreadyMade(String)
    case make(String)
    /// Somebody else made it: add what it lacks.
    case reuse
    case exists
    /// A name stands there that differs only in case or normal form.
    case collides(with: String)
    /// All numbers are taken.
    case usedUp

    /// The last number that `suffix` puts behind a name; the first is 2.
    static let highestNumber = 999

    /// - Parameter isOurs: whether this event made the folder of that name.
    init<Failure: Error>(
        _ name: SegmentName, among siblings: [String], _ rule: ExistingFolderRule, isOurs: (String) throws(Failure) -> Bool
    ) throws(Failure) {
        let taken = Dictionary(grouping: siblings, by: SegmentName.collisionKey)
        func isThere(_ name: SegmentName) -> Bool {
            taken[name.collisionKey]?.contains { $0.utf8.elementsEqual(name.text.utf8) } ?? false
        }
        let candidates = rule == .suffix ? [name] + (2...Self.highestNumber).map(name.numbered) : [name]
        // Before any free name: one in between may have become free since this event took a later one.
        for candidate in candidates where isThere(candidate) {
            if try isOurs(candidate.text) {
                self = .alreadyMade(candidate.text)
                return
            }
        }
        if let free = candidates.first(where: { taken[$0.collisionKey] == nil }) {
            self = .make(free.text)
            return
        }
        guard isThere(name) || rule == .suffix else {
            self = .collides(with: taken[name.collisionKey]?.first ?? name.text)
            return
        }
        self =
            switch rule {
            case .reuse: .reuse
            case .fail: .exists
            case .suffix: .usedUp
            }
    }
}
