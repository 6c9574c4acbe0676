package import ArgumentParser
package import DeskbridgeCore

/// One field of a payload: `name=value`.
package struct Assignment: Sendable, Equatable, ExpressibleByArgument {
    package let name: String
    package let value: JSONValue

    /// The value is JSON if it reads as JSON (`3`, `true`, `["a"]`, `"3"`), otherwise the string as it stands.
    package init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else { return nil }
        let text = String(argument[argument.index(after: equals)...])
        name = String(argument[..<equals])
        value = (try? JSONParser.parse(text)) ?? .string(text)
    }
}

/// Where a payload comes from.
package struct PayloadOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The payload, a JSON object; - reads it from standard input.", valueName: "json"))
    package var payload: String?

    @Option(
        name: .customLong("payload-file"),
        help: ArgumentHelp("A file that holds the payload; - reads it from standard input.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    package var file: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "One field of the payload. The value is JSON if it reads as JSON (shots=3), else a string. May be given more than once.",
            valueName: "name=value"))
    package var assignments: [Assignment] = []

    package init() {}

    package func validate() throws {
        guard payload == nil || file == nil else { throw ValidationError("Give --payload or --payload-file, not both.") }
    }

    /// The whole payload: the object of `--payload` or `--payload-file`, and the fields of `--set` in it.
    /// - Throws: ``CommandFailure`` if a file cannot be read or what is read is no JSON object.
    package func object(
        reading read: (String) throws(CommandFailure) -> [UInt8] = PayloadSource.read
    ) throws(CommandFailure) -> JSONObject {
        var object: JSONObject = [:]
        if let payload, payload != "-" {
            object = try Self.object(Array(payload.utf8), from: "--payload")
        } else if let path = payload ?? file {
            object = try Self.object(try read(path), from: path == "-" ? "standard input" : path)
        }
        for assignment in assignments { object[assignment.name] = assignment.value }
        return object
    }

    private static func object(_ bytes: [UInt8], from source: String) throws(CommandFailure) -> JSONObject {
        let json: JSONValue
        do { json = try JSONParser.parse(bytes) } catch {
            throw CommandFailure("The payload from \(source) is no JSON: \(error).", .dataError)
        }
        guard case .object(let object) = json else {
            throw CommandFailure(
                "The payload from \(source) must be a JSON object such as {\"name\":\"Project_001\"}, not \(json.typeName).", .dataError)
        }
        return object
    }
}
