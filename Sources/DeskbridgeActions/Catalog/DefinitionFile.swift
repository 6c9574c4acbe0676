package import DeskbridgeCore

/// One YAML file as it was read.
package struct DefinitionFile: Sendable, Hashable {
    /// As messages name it.
    package let name: String
    package let bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    package func node() throws(DefinitionErrors) -> YAMLNode {
        do throws(DefinitionError) {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw DefinitionError(SourceLocation(file: name, line: 1, column: 1), "the file is not UTF-8 text")
            }
            return try YAMLParser.parse(text, file: name)
        } catch {
            throw DefinitionErrors([error])
        }
    }
}
