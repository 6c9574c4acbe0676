import DeskbridgeCore

/// A folder as it is reached: by the path of a granted one, and from there by single names.
///
/// The granted folder is the person's own word, so links on the way to it are followed. What lies beneath may have been put there by
/// the programs that may write there, so no link beneath is.
package struct GrantedPlace: Sendable, Equatable {
    let granted: String
    /// None if it is the granted folder itself.
    let names: [String]

    var path: String { granted + names.map { "/" + $0 }.joined() }
}

extension Grants {
    /// The place of an absolute path; nil if it lies in no granted folder.
    ///
    /// Where one granted folder lies in another the outer one counts: programs that may write there could put a link in place of the inner.
    func place(of path: String) -> GrantedPlace? {
        guard let path = try? AbsolutePath(path) else { return nil }
        let containing = folders.filter { $0.contains(path) }.map(\.description)
        guard let granted = containing.min(by: { $0.utf8.count < $1.utf8.count }) else { return nil }
        let beneath = path.description.utf8.dropFirst(granted.utf8.count)
        return GrantedPlace(granted: granted, names: beneath.split(separator: UInt8(ascii: "/")).compactMap { String($0) })
    }
}
