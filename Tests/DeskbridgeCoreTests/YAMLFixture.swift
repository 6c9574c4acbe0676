import DeskbridgeCore

/// The node of a file with this text.
func yamlNode(_ text: String, file: String = "test.yaml") throws(DefinitionError) -> YAMLNode {
    try YAMLParser.parse(text, file: file)
}

/// The mistakes of a load, one string each.
func mistakes<Value>(_ load: () throws -> Value) -> [String] {
    do {
        _ = try load()
        return []
    } catch let errors as DefinitionErrors {
        return errors.errors.map(\.description)
    } catch {
        return ["\(error)"]
    }
}
