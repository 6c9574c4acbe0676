import CLinux
import Glibc

/// A mark that only the bridge puts on a folder.
///
/// It is an extended attribute (xattr(7)); on disks that have none, a hidden file in the folder.
struct FolderMark: Sendable {
    let attribute: String
    let file: String
    let text: String

    func put(on folder: borrowing Directory) throws(FolderProblem) {
        let bytes = Array(text.utf8)
        if fsetxattr(folder.descriptor, attribute, bytes, bytes.count, 0) == 0 { return }
        guard errno == EOPNOTSUPP else { throw .last("mark the folder \(folder.path)") }
        try folder.makeFile(file, bytes)
        try folder.syncFile(file)
    }

    func stands(on folder: borrowing Directory) -> Bool {
        let expected = Array(text.utf8)
        var bytes = [UInt8](repeating: 0, count: expected.count + 1)
        let length = fgetxattr(folder.descriptor, attribute, &bytes, bytes.count)
        if length >= 0 { return Array(bytes.prefix(length)) == expected }
        return folder.beginning(of: file, count: bytes.count) == expected
    }
}
