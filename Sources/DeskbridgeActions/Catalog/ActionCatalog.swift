package import DeskbridgeCore

/// The actions in force, by the event type each serves.
package struct ActionCatalog: Sendable {
    package let actions: [Action]
    private let byType: [EventType: Action]

    package static let empty = ActionCatalog(actions: [])

    private init(actions: [Action]) {
        self.actions = actions.sorted { $0.name < $1.name }
        byType = Dictionary(actions.map { ($0.type, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package func action(for type: EventType) -> Action? { byType[type] }

    package var types: [String] { byType.keys.map(\.text).sorted() }

    /// Loads all the files together, as one unit: any mistake in one leaves none of them in force.
    ///
    /// - Parameter grants: nil leaves out the check against them.
    /// - Throws: ``DefinitionErrors`` with the mistakes of all files: in a file, between two files, and against the grants.
    package static func load(
        _ files: [DefinitionFile], handlers: HandlerTable, grants: Grants?
    ) throws(DefinitionErrors) -> ActionCatalog {
        var errors = DefinitionErrors()
        var actions: [Action] = []
        for file in files {
            do {
                let action = try ActionFile.parse(file.node(), handlers: handlers)
                if let grants {
                    for step in action.steps { step.bound.violations(grants).forEach { errors.add($0) } }
                }
                actions.append(action)
            } catch {
                error.errors.forEach { errors.add($0) }
            }
        }
        for error in conflicts(among: actions) { errors.add(error) }
        guard errors.isEmpty else { throw errors }
        return ActionCatalog(actions: actions)
    }

    private static func conflicts(among actions: [Action]) -> [DefinitionError] {
        var types: [EventType: Action] = [:]
        var names: [String: Action] = [:]
        var errors: [DefinitionError] = []
        for action in actions {
            if let other = types.updateValue(action, forKey: action.type) {
                errors.append(
                    DefinitionError(
                        action.location, "the action at \(other.location) serves \(action.type.text) already: one event type, one action"))
            }
            if let other = names.updateValue(action, forKey: action.name) {
                errors.append(DefinitionError(action.location, "the action at \(other.location) is called \"\(action.name)\" already"))
            }
        }
        return errors
    }
}
