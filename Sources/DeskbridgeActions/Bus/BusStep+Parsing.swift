import DBus
import DeskbridgeCore

extension BusStep {
    init(parsing node: YAMLNode, in scope: TemplateScope) throws(DefinitionError) {
        let mapping = try node.mapping("a dbus step", keys: Self.schema.names)
        location = node.location
        places = KeyPlaces(mapping)
        bus = try mapping["bus"].map { node throws(DefinitionError) in try Self.bus(node) } ?? .session
        destination = try Self.template(mapping.required("destination"), "destination", in: scope) { text throws(BusNameError) in
            _ = try BusName(text)
        }
        path = try Self.template(mapping.required("path"), "path", in: scope) { text throws(BusNameError) in _ = try ObjectPath(text) }
        interface = try Self.literal(mapping.required("interface"), "interface") { text throws(BusNameError) in try InterfaceName(text) }
        member = try Self.literal(mapping.required("member"), "member") { text throws(BusNameError) in try MemberName(text) }
        signature = try mapping["signature"].map { node throws(DefinitionError) in try Self.signature(node) } ?? .empty

        var arguments: [ValueTemplate] = []
        for argument in try mapping["arguments"]?.sequence("arguments") ?? [] {
            arguments.append(try ValueTemplate(parsing: argument, in: scope))
        }
        self.arguments = arguments
        timeout =
            try mapping["timeout"].map { node throws(DefinitionError) in
                try node.duration("timeout", in: Self.shortestTimeout...Self.longestTimeout)
            } ?? Self.defaultTimeout
        startsService = try mapping["start"].map { node throws(DefinitionError) in try Self.start(node) } ?? true
        waitsForName = try mapping["waitFor"].map { node throws(DefinitionError) in try Self.waitFor(node) } ?? false
        let interface = interface
        until = try mapping["until"].map { node throws(DefinitionError) in
            try BusUntil(parsing: node, callInterface: interface, in: scope)
        }
        errors = try mapping["errors"].map { node throws(DefinitionError) in try Self.errors(node) } ?? [:]

        if interface.text == "org.freedesktop.DBus.Local" {
            throw try mapping.required("interface").error("org.freedesktop.DBus.Local is reserved and must not be called")
        }
        if waitsForName, destination.namesSecret {
            throw try mapping.required("destination").error(
                "destination names a secret parameter, and the queue shows what an event waits for: leave waitFor out")
        }
        if waitsForName, let text = destination.literalText, text.hasPrefix(":") {
            throw try mapping.required("destination").error(
                "destination: \(text) names one connection and never comes back: \(Self.waitsInVain)")
        }
        try BusArgumentCheck(
            signature: signature, arguments: arguments, location: (mapping["arguments"] ?? mapping["signature"] ?? node).location
        ).run()
    }

    static let waitsInVain = "waitFor needs a well-known name such as org.example.Player"

    private static func bus(_ node: YAMLNode) throws(DefinitionError) -> BusAddress {
        let text = try node.string("bus")
        do { return try BusAddress(text) } catch { throw node.error("bus: \(error.message)") }
    }

    static func template(
        _ node: YAMLNode, _ key: String, in scope: TemplateScope, check: (String) throws(BusNameError) -> Void
    ) throws(DefinitionError) -> Template {
        let template = try Template(parsing: node, key, in: scope)
        guard let text = template.literalText else { return template }
        do { try check(text) } catch { throw node.error("\(key): \(error)") }
        return template
    }

    static func literal<Name>(
        _ node: YAMLNode, _ key: String, _ make: (String) throws(BusNameError) -> Name
    ) throws(DefinitionError) -> Name {
        let text = try node.string(key)
        do { return try make(text) } catch {
            let hint = text.contains("{") ? "; it cannot be filled from the event" : ""
            throw node.error("\(key): \(error)\(hint)")
        }
    }

    /// - Parameter mayHoldDescriptors: whether it is of values that come in.
    static func signature(_ node: YAMLNode, mayHoldDescriptors: Bool = false) throws(DefinitionError) -> BusSignature {
        let text = try node.string("signature")
        let signature: BusSignature
        do { signature = try BusSignature(text) } catch { throw node.error("signature: \(error)") }
        if !mayHoldDescriptors, let position = signature.descriptorPosition {
            throw node.error(
                "signature: \"\(text)\" asks for an open file (h) at character \(position), which an action cannot pass")
        }
        return signature
    }

    private static func start(_ node: YAMLNode) throws(DefinitionError) -> Bool {
        switch try node.string("start") {
        case "auto": return true
        case "never": return false
        case let other:
            throw node.error("start must be auto (the bus may start the destination) or never, not \"\(other)\"")
        }
    }

    private static func waitFor(_ node: YAMLNode) throws(DefinitionError) -> Bool {
        let word = try node.string("waitFor")
        guard word == "name" else { throw node.error("waitFor must be name (the event waits until the destination runs), not \"\(word)\"") }
        return true
    }

    private static func errors(_ node: YAMLNode) throws(DefinitionError) -> [ErrorName: Failure.Kind] {
        var errors: [ErrorName: Failure.Kind] = [:]
        for entry in try node.openMapping("errors").members {
            let name: ErrorName
            do { name = try ErrorName(entry.name) } catch { throw DefinitionError(entry.nameLocation, "errors: \(error)") }
            switch try entry.value.string("each value of errors") {
            case "retryable": errors[name] = .retryable
            case "permanent": errors[name] = .permanent
            case let other: throw entry.value.error("errors: \(name) must be retryable or permanent, not \"\(other)\"")
            }
        }
        return errors
    }
}
