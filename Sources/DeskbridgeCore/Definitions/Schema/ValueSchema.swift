import OrderedCollections

/// What a value of a file may be, in the words of JSON Schema (draft 2020-12), so that editors can complete and check it.
///
/// It never refuses what a reader takes. What it cannot say, such as the range of a duration, only the reader refuses.
package struct ValueSchema: Sendable, Hashable {
    /// The schema itself.
    package let members: JSONObject
    /// The schemas it refers to as `#/$defs/NAME`, by their names.
    package let definitions: JSONObject
    /// What the keywords have no word for, in a sentence for people.
    package let remark: String?

    package init(_ members: JSONObject, definitions: JSONObject = [:], remark: String? = nil) {
        self.members = members
        self.definitions = definitions
        self.remark = remark
    }

    /// The same with a text that editors show.
    package func described(_ description: String) -> ValueSchema { with(["description": .string(sentences(description))]) }

    /// The same, for a key that may also stand there without a value.
    package var orNothing: ValueSchema {
        guard let type = members["type"] else { return self }
        return with(["type": [type, "null"]])
    }

    /// The same with further keywords, which are put first and replace those of the same name.
    package func with(_ keywords: JSONObject) -> ValueSchema {
        ValueSchema(keywords.merging(members) { added, _ in added }, definitions: definitions, remark: remark)
    }

    func sentences(_ description: String) -> String { [description, remark].compactMap { $0 }.joined(separator: " ") }

    /// The schema of a whole file.
    ///
    /// - Parameter definitions: what it refers to beside its own.
    package func document(title: String, description: String, definitions: JSONObject = [:]) -> JSONValue {
        var document: JSONObject = [
            "$schema": "https://json-schema.org/draft/2020-12/schema", "title": .string(title), "description": .string(description),
        ]
        document.merge(members) { first, _ in first }
        let all = self.definitions.merging(definitions) { first, _ in first }
        if !all.isEmpty { document["$defs"] = .object(all) }
        return .object(document)
    }
}
