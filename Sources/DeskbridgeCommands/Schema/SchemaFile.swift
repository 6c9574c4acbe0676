internal import DeskbridgeActions
internal import DeskbridgeCore

/// The JSON Schemas of the files a person writes, each in a file of the folder `schemas`.
package enum SchemaFile: String, Sendable, CaseIterable {
    case action, policy, config

    package var name: String { "\(rawValue).json" }

    /// The same for each run of a version.
    package var text: String { schema.prettyText + "\n" }

    private var schema: JSONValue {
        switch self {
        case .action: ActionFile.schema(StandardHandlers(environment: [:], home: "/").table)
        case .policy: PolicyFile.schema
        case .config: BridgeConfiguration.schema
        }
    }
}
