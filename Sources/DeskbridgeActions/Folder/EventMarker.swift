import CLinux
import DeskbridgeCore
import Glibc

/// Tells the folder that a step of an event made from one that was there: a repeat after a crash finds it again.
///
/// It is an extended attribute of the folder (xattr(7)), put there before the folder appears; on disks that have none, a hidden file in it.
struct EventMarker: Sendable {
    static let attribute = "user.deskbridge.event"
    static let file = ".deskbridge-event"

    private let text: String

    init(event: EventID, step: String) { text = "\(event)/\(step)" }

    func put(on folder: borrowing Directory) throws(FolderProblem) {
        let bytes = Array(text.utf8)
        if fsetxattr(folder.descriptor, Self.attribute, bytes, bytes.count, 0) == 0 { return }
        guard errno == EOPNOTSUPP else { throw .last("mark the folder \(folder.path)") }
        try folder.makeFile(Self.file, bytes)
        try folder.syncFile(Self.file)
    }

    func stands(on folder: borrowing Directory) -> Bool {
        let expected = Array(text.utf8)
        var bytes = [UInt8](repeating: 0, count: expected.count + 1)
        let length = fgetxattr(folder.descriptor, Self.attribute, &bytes, bytes.count)
        if length >= 0 { return Array(bytes.prefix(length)) == expected }
        return folder.beginning(of: Self.file, count: bytes.count) == expected
    }
}
