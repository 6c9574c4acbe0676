import DeskbridgeCore

/// Tells the folder that a step of an event made from one that was there: a repeat after a crash finds it again.
///
/// It is put there before the folder appears.
struct EventMarker: Sendable {
    private let mark: FolderMark

    init(event: EventID, step: String) {
        mark = FolderMark(attribute: "user.deskbridge.event", file: ".deskbridge-event", text: "\(event)/\(step)")
    }

    func put(on folder: borrowing Directory) throws(FolderProblem) { try mark.put(on: folder) }

    func stands(on folder: borrowing Directory) -> Bool { mark.stands(on: folder) }
}
