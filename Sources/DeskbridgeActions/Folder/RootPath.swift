import DeskbridgeCore

/// The absolute path of the folder a step stays in: without `.`, `..`, empty names, or a slash at its end.
package struct RootPath: Sendable, Equatable {
    package let text: String

    /// Reads a literal path; `~` alone or before the first slash is the home folder.
    init(parsing node: YAMLNode, home: String) throws(DefinitionError) {
        let written = try node.string("root")
        let path: String
        if written == "~" || written.hasPrefix("~/") { path = home + written.dropFirst() } else { path = written }
        guard path.utf8.first == UInt8(ascii: "/") else {
            throw node.error("root must be an absolute path, or begin with ~/, not \"\(written)\"")
        }
        guard !path.utf8.contains(0) else { throw node.error("root holds a NUL character") }
        guard !path.contains(where: { $0 == "{" || $0 == "}" }) else {
            throw node.error("root is taken as it is written and has no placeholders: what changes belongs in name")
        }
        let names = path.split(separator: "/").filter { $0 != "." }
        guard !names.contains("..") else { throw node.error("root must not hold \"..\": write the path it means") }
        text = "/" + names.joined(separator: "/")
        guard text.utf8.count <= FolderTreeTemplate.longestPath / 2 else {
            throw node.error("root has more than \(FolderTreeTemplate.longestPath / 2) bytes")
        }
    }

    /// A path beneath it.
    func appending(_ names: [String]) -> String { ([text == "/" ? "" : text] + names).joined(separator: "/") }
}
