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
        let (catalog, errors) = load(files, over: .empty, unchanged: [], handlers: handlers, grants: grants)
        guard errors.isEmpty else { throw errors }
        return catalog
    }

    /// Loads files over a catalog that is in force. A file with a mistake keeps its older contents; a new one is left out.
    ///
    /// An action that did not change stays even if the grants forbid it now: then its steps are refused when they are planned.
    ///
    /// - Parameters:
    ///   - unchanged: the names of the files that are the same as when `older` was loaded.
    ///   - grants: nil leaves out the check against them.
    package static func load(
        _ files: [DefinitionFile], over older: ActionCatalog, unchanged: Set<String>, handlers: HandlerTable, grants: Grants?
    ) -> (catalog: ActionCatalog, errors: DefinitionErrors) {
        var errors = DefinitionErrors()
        var standing: [Action] = []
        var changed: [Change] = []
        for file in files {
            let former = older.actions.first { $0.location.file == file.name }
            do throws(DefinitionErrors) {
                let action = try ActionFile.parse(file.node(), handlers: handlers)
                let violations = grants.map { grants in action.steps.flatMap { $0.bound.violations(grants) } } ?? []
                errors.add(DefinitionErrors(violations))
                if former != nil, unchanged.contains(file.name) {
                    standing.append(action)
                } else if violations.isEmpty {
                    changed.append(Change(action: action, former: former))
                } else if let former {
                    standing.append(former)
                }
            } catch {
                errors.add(error)
                if let former { standing.append(former) }
            }
        }
        var actions: [Action] = []
        // Those that stand come first: a file that changed cannot push another one out.
        for change in standing.map({ Change(action: $0, former: nil) }) + changed {
            let found = conflicts(of: change.action, with: actions)
            errors.add(DefinitionErrors(found))
            if found.isEmpty {
                actions.append(change.action)
            } else if let former = change.former, conflicts(of: former, with: actions).isEmpty {
                actions.append(former)
            }
        }
        return (ActionCatalog(actions: actions), errors)
    }

    /// A file with new contents, and the action that its older ones made.
    private struct Change {
        let action: Action
        let former: Action?
    }

    private static func conflicts(of action: Action, with others: [Action]) -> [DefinitionError] {
        var errors: [DefinitionError] = []
        if let other = others.first(where: { $0.type == action.type }) {
            errors.append(
                DefinitionError(
                    action.location, "the action at \(other.location) serves \(action.type.text) already: one event type, one action"))
        }
        if let other = others.first(where: { $0.name == action.name }) {
            errors.append(DefinitionError(action.location, "the action at \(other.location) is called \"\(action.name)\" already"))
        }
        return errors
    }
}
