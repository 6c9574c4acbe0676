package import DeskbridgeCore

extension Definitions.Snapshot {
    /// What can be told of policies and actions together: what can never happen, and what is written for nothing.
    ///
    /// - Parameter clients: the names that tokens are made for. Nil if they are not known.
    /// - Returns: in the order of the files and lines.
    package func review(clients: [String]?) -> [PolicyFinding] {
        let review = PolicyReview(policy.policy)
        var findings = errors.errors.map { PolicyFinding(.error, .mistake, $0.location, $0.message) } + warnings
        findings += review.shadowed() + review.unserved(catalog.types) + neverAllowed(review) + unusedGrants()
        if let clients { findings += review.unknown(clients: clients + [ClientName.local.text]) }
        return findings.sorted { left, right in
            (left.location.file, left.location.line, left.location.column) < (right.location.file, right.location.line, right.location.column)
        }
    }

    private func neverAllowed(_ review: PolicyReview) -> [PolicyFinding] {
        catalog.actions.filter { !review.canBeCaused($0.type.text) }.map { action in
            PolicyFinding(
                .warning, .neverAllowed, action.location,
                "the action \(action.name) never runs: no rule lets anybody cause \(action.type.text)")
        }
    }

    /// Grants that no step needs. A D-Bus step whose destination an event decides may need any.
    private func unusedGrants() -> [PolicyFinding] {
        let steps = catalog.actions.flatMap(\.steps)
        let mayNeedAnyMethod = steps.contains { $0.kind == GrantPlace.Kind.dbus.rawValue && $0.bound.violations(.none).isEmpty }
        return policy.grantPlaces.filter { place in
            if place.kind == .dbus, mayNeedAnyMethod { return false }
            return !steps.contains { $0.bound.violations(place.grants).count < $0.bound.violations(.none).count }
        }.map { PolicyFinding(.note, .unusedGrant, $0.location, "no action needs what is granted here: \($0.text)") }
    }
}
