/// What can be told of rules without an event: which never match, and which types no rule lets anybody cause.
///
/// A rule is taken apart into one part for each of its types, clients and origins. It never matches if each part is covered by one
/// earlier rule. That is sound but not complete: what it names never matches, but not all that never matches is named.
package struct PolicyReview: Sendable {
    private struct Part {
        let type: NamePattern
        let client: NamePattern
        /// Nil for any origin, and none.
        let origin: AllowedOrigin?
    }

    private let rules: [PolicyRule]

    package init(_ policy: Policy) { rules = policy.rules }

    /// Rules that earlier ones leave nothing to decide.
    package func shadowed() -> [PolicyFinding] {
        rules.enumerated().compactMap { index, rule in
            let parts = parts(of: rule, types: rule.types)
            let coverers = parts.map { part in rules[..<index].first { covers($0, part, of: rule) } }
            guard coverers.allSatisfy({ $0 != nil }) else { return nil }
            var places: [String] = []
            for case let earlier? in coverers where !places.contains(earlier.id.description) { places.append(earlier.id.description) }
            let decides = places.count == 1 ? "decides" : "decide"
            return PolicyFinding(
                .warning, .shadowedRule, rule.id.location,
                "this rule never matches: \(places.joined(separator: " and ")) \(decides) all it is about before it")
        }
    }

    /// Types in rules that none of these types, which the actions serve, fits.
    package func unserved(_ served: [String]) -> [PolicyFinding] {
        rules.flatMap { rule -> [PolicyFinding] in
            let idle = rule.types.filter { pattern in !served.contains { pattern.matches($0) } }
            guard !idle.isEmpty else { return [] }
            let names = idle.map(\.description).joined(separator: ", ")
            let isWhole = idle.count == rule.types.count
            let level: PolicyFinding.Level = isWhole && rule.effect != .deny ? .warning : .note
            let sofar = isWhole ? "this rule cannot match: " : ""
            let near = idle.count == 1 ? NearestName.of(names, in: served).map { ": did you mean \($0)?" } ?? "" : ""
            return [PolicyFinding(level, .unservedType, rule.id.location, "\(sofar)no action serves \(names)\(near)")]
        }
    }

    /// Clients in rules that none of these clients fits.
    package func unknown(clients: [String]) -> [PolicyFinding] {
        rules.flatMap { rule -> [PolicyFinding] in
            // Programs on the bus and the console need no token that was made for them.
            let idle = rule.clients.filter { pattern in
                !pattern.description.hasPrefix("dbus:") && !pattern.matches(ClientName.console.text)
                    && !clients.contains { pattern.matches($0) }
            }
            guard !idle.isEmpty else { return [] }
            return [
                PolicyFinding(
                    .note, .unknownClient, rule.id.location, "no token is for the client \(idle.map(\.description).joined(separator: ", "))"
                )
            ]
        }
    }

    /// Whether some client may, at some time and with some payload, cause events of this type, or the person at the desk is asked.
    package func canBeCaused(_ type: String) -> Bool {
        guard let exactly = try? NamePattern(type) else { return false }
        return rules.enumerated().contains { index, rule in
            guard rule.effect != .deny, rule.types.contains(where: { $0.matches(type) }) else { return false }
            return parts(of: rule, types: [exactly]).contains { part in !rules[..<index].contains { covers($0, part, of: rule) } }
        }
    }

    private func parts(of rule: PolicyRule, types: [NamePattern]) -> [Part] {
        let origins: [AllowedOrigin?] = rule.origins ?? [nil]
        return types.flatMap { type in
            rule.clients.flatMap { client in origins.map { Part(type: type, client: client, origin: $0) } }
        }
    }

    private func covers(_ earlier: PolicyRule, _ part: Part, of rule: PolicyRule) -> Bool {
        guard earlier.types.contains(where: { $0.covers(part.type) }), earlier.clients.contains(where: { $0.covers(part.client) }) else {
            return false
        }
        if let origins = earlier.origins {
            guard let origin = part.origin, origins.contains(origin) else { return false }
        }
        if let payload = earlier.payload {
            guard let narrower = rule.payload, payload.covers(narrower) else { return false }
        }
        if let time = earlier.time {
            guard let narrower = rule.time, time.covers(narrower) else { return false }
        }
        return true
    }
}
