internal import DeskbridgeCore
internal import GRDB

/// How values are spelled in the ledger's columns.
extension Row {
    func timestamp(_ column: Int) -> Timestamp? {
        let milliseconds: Int64? = self[column]
        return milliseconds.map(Timestamp.init(milliseconds:))
    }

    func timestamp(required column: Int) -> Timestamp { Timestamp(milliseconds: self[column]) }

    func json(_ column: Int) throws -> JSONValue? {
        guard let text: String = self[column] else { return nil }
        return try StoredJSON.value(text)
    }

    func json(required column: Int) throws -> JSONValue { try StoredJSON.value(self[column]) }

    /// - Parameter column: the first of the three that hold a failure: code, message, kind.
    func failure(_ column: Int) throws -> Failure? {
        guard let code: String = self[column] else { return nil }
        let kind: String = self[column + 2] ?? ""
        return Failure(code, self[column + 1] ?? "", try StoredText.read(kind, Failure.Kind.init(rawValue:)))
    }
}

/// JSON as the ledger keeps it.
enum StoredJSON {
    /// Values from outside stand in results and confirmations of ours, so they lie deeper here than a sender may nest them.
    private static let deepest = 256

    static func value(_ text: String) throws(StoreError) -> JSONValue {
        do { return try JSONParser.parse(text, deepest: deepest) } catch {
            throw StoreError(.corrupt, "The ledger holds a value that is no JSON: \(error)")
        }
    }
}

/// Text that has a form of its own, such as an id.
enum StoredText {
    static func read<Value>(_ text: String, _ parse: (String) -> Value?) throws(StoreError) -> Value {
        guard let value = parse(text) else {
            throw StoreError(.corrupt, "The ledger holds \(text.prefix(80).debugDescription) where it cannot stand")
        }
        return value
    }
}
