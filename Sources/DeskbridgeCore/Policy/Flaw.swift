/// What is wrong with a text a person wrote, in words that say what to write instead.
package struct Flaw: Error, Sendable, Hashable, CustomStringConvertible {
    package let message: String

    package init(_ message: String) { self.message = message }

    package var description: String { message }
}

extension YAMLNode {
    /// Reads a string as something more; its flaw becomes a mistake at this place.
    func parsed<Value>(_ what: String, _ read: (String) throws(Flaw) -> Value) throws(DefinitionError) -> Value {
        if case .scalar(.null, "~") = content { throw error("a lone ~ means nothing in YAML: write \"~\" in quotes") }
        let text = try string(what)
        do throws(Flaw) { return try read(text) } catch { throw self.error(error.message) }
    }

    /// Reads each entry of a list of strings; an entry's flaw is kept with its place, and the next one is read.
    func entries<Value>(
        of what: String, into errors: inout [DefinitionError], _ read: (String) throws(Flaw) -> Value
    ) -> [Value] {
        var values: [Value] = []
        do throws(DefinitionError) {
            for element in try sequence(what) {
                do throws(DefinitionError) {
                    values.append(try element.parsed("each entry of \(what)", read))
                } catch {
                    errors.append(error)
                }
            }
        } catch {
            errors.append(error)
        }
        return values
    }
}
