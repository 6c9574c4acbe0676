import DBus
import DeskbridgeCore

/// `until:` of a `dbus` step: the signal that ends it.
struct BusUntil: Sendable {
    enum Path: Sendable {
        case sameAsCall
        case template(Template)
        case reply(ValuePlace)
    }

    static let shortestTimeout = Duration.seconds(1)
    static let longestTimeout = Duration.seconds(86_400)
    static let defaultTimeout = Duration.seconds(60)

    /// Nil for the destination of the call.
    let sender: Template?
    let path: Path
    let interface: InterfaceName
    let member: MemberName
    let signature: BusSignature
    /// What tells the signal of this call from those of others.
    let conditions: [AwaitedArgument<AwaitedTemplate>]
    let timeout: Duration
    /// What the signal has to say for the step to succeed.
    let expectations: [AwaitedArgument<AwaitedTemplate>]
    /// What a signal that says otherwise means.
    let otherwise: Failure.Kind
    let places: KeyPlaces

    var namesSecret: Bool {
        let path = if case .template(let template) = path { template.namesSecret } else { false }
        return path || sender?.namesSecret == true || (conditions + expectations).contains { $0.values.contains(where: \.namesSecret) }
    }

    /// - Parameters:
    ///   - callDestination: who sends the signal unless `sender` says so, and what may be shown of that.
    ///   - callPath: the same of the object.
    func plan(
        _ fields: FieldValues, destination callDestination: (name: BusName, shown: String), path callPath: (path: ObjectPath, shown: String)
    ) throws(PlanError) -> BusUntilPlan {
        var sender = callDestination
        if let template = self.sender {
            let text = try template.render(fields)
            sender = (try BusStep.checked("until: sender") { () throws(BusNameError) in try BusName(text.value) }, text.shown)
        }
        var path = BusUntilPlan.Path.known(callPath.path)
        var shownPath = callPath.shown
        switch self.path {
        case .sameAsCall: break
        case .reply(let place):
            path = .reply(place)
            shownPath = "{reply.\(place)}"
        case .template(let template):
            let text = try template.render(fields)
            path = .known(try BusStep.checked("until: path") { () throws(BusNameError) in try ObjectPath(text.value) })
            shownPath = text.shown
        }
        return BusUntilPlan(
            sender: sender.name, path: path, interface: interface, member: member, signature: signature,
            conditions: try Self.plan(conditions, fields), timeout: timeout, expectations: try Self.plan(expectations, fields),
            otherwise: otherwise, shownSender: sender.shown, shownPath: shownPath)
    }

    private static func plan(
        _ arguments: [AwaitedArgument<AwaitedTemplate>], _ fields: FieldValues
    ) throws(PlanError) -> [AwaitedArgument<AwaitedValue>] {
        var planned: [AwaitedArgument<AwaitedValue>] = []
        for argument in arguments {
            var values: [AwaitedValue] = []
            for value in argument.values { values.append(try value.plan(fields)) }
            planned.append(AwaitedArgument(place: argument.place, values: values))
        }
        return planned
    }
}

/// Where the keys of a mapping stand, for what is found out about them later.
struct KeyPlaces: Sendable, Hashable {
    private let places: [String: SourceLocation]
    private let whole: SourceLocation

    init(_ mapping: YAMLMapping) {
        whole = mapping.location
        places = Dictionary(mapping.members.map { ($0.name, $0.value.location) }, uniquingKeysWith: { first, _ in first })
    }

    /// Where the value of the key stands; for a key that is left out, where the mapping does.
    subscript(key: String) -> SourceLocation { places[key] ?? whole }
}
