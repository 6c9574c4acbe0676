import DBus
import DeskbridgeCore

extension BusUntil {
    /// - Parameter callInterface: what the signal's interface is, unless it says so itself.
    init(parsing node: YAMLNode, callInterface: InterfaceName, in scope: TemplateScope) throws(DefinitionError) {
        let mapping = try node.mapping("until", keys: Self.schema.names)
        places = KeyPlaces(mapping)
        interface =
            try mapping["interface"].map { node throws(DefinitionError) in
                try BusStep.literal(node, "interface") { text throws(BusNameError) in try InterfaceName(text) }
            } ?? callInterface
        member = try BusStep.literal(mapping.required("member"), "member") { text throws(BusNameError) in try MemberName(text) }
        sender = try mapping["sender"].map { node throws(DefinitionError) in
            try BusStep.template(node, "sender", in: scope) { text throws(BusNameError) in _ = try BusName(text) }
        }
        path = try mapping["path"].map { node throws(DefinitionError) in try Self.path(node, in: scope) } ?? .sameAsCall
        signature = try BusStep.signature(mapping.required("signature"), mayHoldDescriptors: true)
        let signature = signature
        conditions =
            try mapping["where"].map { node throws(DefinitionError) in
                try Self.arguments(node, "where", of: signature, in: scope)
            } ?? []
        expectations =
            try mapping["expect"].map { node throws(DefinitionError) in
                try Self.arguments(node, "expect", of: signature, in: scope)
            } ?? []
        timeout =
            try mapping["timeout"].map { node throws(DefinitionError) in
                try node.duration("timeout", in: Self.shortestTimeout...Self.longestTimeout)
            } ?? Self.defaultTimeout
        otherwise = try mapping["otherwise"].map { node throws(DefinitionError) in try Self.otherwise(node) } ?? .permanent
        if let node = mapping["otherwise"], expectations.isEmpty {
            throw node.error("otherwise says what it means when expect is not met: add expect, or leave it out")
        }
    }

    private static func otherwise(_ node: YAMLNode) throws(DefinitionError) -> Failure.Kind {
        switch try node.string("otherwise") {
        case "permanent": return .permanent
        case "retryable": return .retryable
        case let other: throw node.error("otherwise must be retryable or permanent, not \"\(other)\"")
        }
    }

    private static func path(_ node: YAMLNode, in scope: TemplateScope) throws(DefinitionError) -> Path {
        if let place = try replyPlace(node) { return .reply(place) }
        return .template(
            try BusStep.template(node, "path", in: scope) { text throws(BusNameError) in _ = try ObjectPath(text) })
    }

    /// The part of the reply that `{reply.0}` names; nil for any other value.
    private static func replyPlace(_ node: YAMLNode) throws(DefinitionError) -> ValuePlace? {
        guard case .scalar(.string(let text), _) = node.content, text.contains("{reply.") else { return nil }
        guard text.hasPrefix("{reply."), text.hasSuffix("}"), let place = ValuePlace(text.dropFirst("{reply.".count).dropLast()) else {
            throw node.error(
                "a part of the reply stands alone and is named by position, such as \"{reply.0}\"; it takes no format or filter")
        }
        return place
    }

    private static func arguments(
        _ node: YAMLNode, _ what: String, of signature: BusSignature, in scope: TemplateScope
    ) throws(DefinitionError) -> [AwaitedArgument<AwaitedTemplate>] {
        var arguments: [AwaitedArgument<AwaitedTemplate>] = []
        for entry in try node.openMapping(what).members {
            guard let place = ValuePlace(entry.name) else {
                throw DefinitionError(
                    entry.nameLocation,
                    "\(what): \"\(entry.name)\" names no argument of the signal: write its position from 0, such as 1, or a part of it, such as 1.Status"
                )
            }
            let type: BusType
            do { type = try place.type(in: signature) } catch { throw DefinitionError(entry.nameLocation, "\(what): \(error.message)") }
            arguments.append(AwaitedArgument(place: place, values: try values(entry.value, at: place, as: type, what, in: scope)))
        }
        return arguments
    }

    /// One value, or a list of those of which any will do.
    private static func values(
        _ node: YAMLNode, at place: ValuePlace, as type: BusType, _ what: String, in scope: TemplateScope
    ) throws(DefinitionError) -> [AwaitedTemplate] {
        guard case .sequence(let elements) = node.content else { return [try value(node, at: place, as: type, what, in: scope)] }
        guard !elements.isEmpty else { throw node.error("\(what): an empty list for the argument \(place) lets nothing pass") }
        var values: [AwaitedTemplate] = []
        for element in elements { values.append(try value(element, at: place, as: type, what, in: scope)) }
        return values
    }

    private static func value(
        _ node: YAMLNode, at place: ValuePlace, as type: BusType, _ what: String, in scope: TemplateScope
    ) throws(DefinitionError) -> AwaitedTemplate {
        if let place = try replyPlace(node) { return .reply(place) }
        guard case .scalar(let scalar, _) = node.content, scalar != .null else {
            throw node.error(
                "\(what): the argument \(place) is compared with a text, a number, true or false, or a list of those, not \(node.kind)")
        }
        let template = try ValueTemplate(parsing: node, in: scope)
        if let literal = template.literalValue {
            do { _ = try BusEncoding.value(literal, as: type, at: .arguments) } catch {
                throw node.error("\(what): the argument \(place) can never be that: \(error.reason)")
            }
        } else if let fieldType = template.fieldType, !fieldType.canFill(type) {
            throw node.error("\(what): the argument \(place) is \(type.title), and what is filled in is \(fieldType.phrase)")
        }
        return .value(template)
    }
}

extension ValueTemplate {
    /// The type of what is filled in; nil for a literal.
    fileprivate var fieldType: FieldType? {
        switch content {
        case .placeholder(let placeholder): placeholder.type
        case .text: .string
        case .literal, .array, .object: nil
        }
    }
}

extension ValuePlace {
    struct Refusal: Error {
        let message: String
    }

    /// The type of what stands there; `variant` for what only the message itself can tell.
    /// - Throws: ``Refusal`` if nothing can stand there, or nothing that can be compared.
    fileprivate func type(in signature: BusSignature) throws(Refusal) -> BusType {
        let types = signature.types
        guard types.indices.contains(position) else {
            throw Refusal(
                message: "there is no argument \(position): the signature \"\(signature)\" has "
                    + "\(BusEncoding.counted(types.count, "argument")), counted from 0")
        }
        var type = types[position]
        var passed = "\(position)"
        for step in rest {
            switch type {
            case .variant: return .variant
            case .structure(let members):
                guard let index = Int(step), members.indices.contains(index) else {
                    throw Refusal(
                        message:
                            "\(passed) is \(type.title) with \(BusEncoding.counted(members.count, "member")), and \"\(step)\" is none of them"
                    )
                }
                type = members[index]
            case .array(.entry(_, let value)): type = value
            case .array(let element):
                guard let index = Int(step), index >= 0 else {
                    throw Refusal(message: "\(passed) is \(type.title), whose elements are named by position, not \"\(step)\"")
                }
                type = element
            default: throw Refusal(message: "\(passed) is \(type.title) and has no parts")
            }
            passed += ".\(step)"
        }
        switch type {
        case .array, .structure, .entry: throw Refusal(message: "\(self) is \(type.title): name a part of it, such as \(self).0")
        case .unixFD: throw Refusal(message: "\(self) is an open file (h), which cannot be compared")
        default: return type
        }
    }
}
