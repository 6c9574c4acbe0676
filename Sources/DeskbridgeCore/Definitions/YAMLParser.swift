/// Reads a YAML file into nodes that know their places.
package enum YAMLParser {
    /// - Throws: ``DefinitionError`` for a syntax error, a key that stands twice, an anchor or alias, a tag, more than one document, or values nested deeper than 64 levels.
    package static func parse(_ text: String, file: String) throws(DefinitionError) -> YAMLNode {
        throw DefinitionError(SourceLocation(file: file, line: 1, column: 1), "placeholder")
    }
}
