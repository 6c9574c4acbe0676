import DeskbridgeCore

/// The absolute path of the folder a step stays in: without `.`, `..`, empty names, or a slash at its end.
package struct RootPath: Sendable, Equatable {
    package let text: String

    /// The longest root, in bytes, so that there is room for what lies beneath.
    private static let longest = FolderTreeTemplate.longestPath / 2

    /// Reads a literal path; `~` alone or before the first slash is the home folder.
    init(parsing node: YAMLNode, home: String) throws(DefinitionError) {
        let written = try node.string("root")
        guard !written.utf8.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }) else {
            throw node.error("root is taken as it is written and has no placeholders: what changes belongs in name")
        }
        do throws(Flaw) { text = try AbsolutePath(written, home: home).description } catch {
            throw node.error("root: \(error.message)")
        }
        guard text.utf8.count <= Self.longest else { throw node.error("root has more than \(Self.longest) bytes") }
    }

    /// A path beneath it.
    func appending(_ names: [String]) -> String { ([text == "/" ? "" : text] + names).joined(separator: "/") }
}
