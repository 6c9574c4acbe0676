import DeskbridgeCore

/// The permissions of the folders a step makes, as chmod(2) takes them, set whatever the umask is.
package struct FolderMode: Sendable, Equatable {
    package let bits: UInt32
    /// As the action file spells it.
    package let text: String

    /// Three or four octal digits. The owner may do all, or the step could not fill the folder; set-user-ID has no meaning for folders.
    init(parsing node: YAMLNode) throws(DefinitionError) {
        guard case .scalar(.string(let text), _) = node.content, (3...4).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x30...0x37).contains($0) }), let bits = UInt32(text, radix: 8), bits <= 0o3777
        else { throw node.error("mode must be octal digits in quotes, such as \"0750\"") }
        guard bits & 0o700 == 0o700 else {
            throw node.error("mode \(text) must let the owner read, write and enter the folder: begin with 07")
        }
        self.bits = bits
        self.text = text
    }
}
