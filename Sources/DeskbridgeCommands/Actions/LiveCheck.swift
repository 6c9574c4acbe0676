internal import DeskbridgeActions
internal import DeskbridgeCore

/// Compares all steps of all actions with the real things that they are about.
enum LiveCheck {
    /// In the order of the files and their lines.
    static func findings(_ catalog: ActionCatalog, activating: Bool) async -> [StepFinding] {
        let steps = catalog.actions.flatMap(\.steps)
        let findings = await withTaskGroup(of: [StepFinding].self) { group in
            for step in steps { group.addTask { await step.bound.inspect(activating) } }
            return await group.reduce(into: []) { $0 += $1 }
        }
        return findings.sorted { first, second in
            let (one, other) = (first.location, second.location)
            return (one.file, one.line, one.column, first.message) < (other.file, other.line, other.column, second.message)
        }
    }

    static func summary(_ findings: [StepFinding]) -> String {
        let agreed = findings.count { $0.kind == .agreement }
        let notes = findings.count { $0.kind == .note }
        guard agreed + notes > 0 else { return "There is no D-Bus step to compare with its peer." }
        guard agreed > 0 else {
            return "No peer of the D-Bus steps could be asked, so nothing was compared: \(Count.text(notes, "note")) above."
        }
        let unchecked = notes == 0 ? "" : " \(Count.text(notes, "note")) on what could not be checked."
        return "\(Count.text(agreed, "D-Bus step")) compared with what runs: all as the peers describe it.\(unchecked)"
    }
}

extension StepFinding {
    var text: String { "\(location): \(message.printable())" }
}
