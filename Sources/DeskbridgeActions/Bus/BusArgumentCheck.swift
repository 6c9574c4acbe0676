import DBus
import DeskbridgeCore

/// Finds, when an action is loaded, what no event could make right: literal values that don't fit the signature, and placeholders whose
/// type never does.
struct BusArgumentCheck {
    let signature: BusSignature
    let arguments: [ValueTemplate]
    /// Where the list of arguments stands.
    let location: SourceLocation

    func run() throws(DefinitionError) {
        guard arguments.count == signature.types.count else {
            throw DefinitionError(location, BusEncoding.wrongCount(of: arguments.count, for: signature).message)
        }
        for (position, (argument, type)) in zip(arguments, signature.types).enumerated() {
            try check(argument, as: type, at: ArgumentPlace.arguments.appending(position))
        }
    }

    private func check(_ template: ValueTemplate, as type: BusType, at place: ArgumentPlace) throws(DefinitionError) {
        if let literal = template.literalValue {
            try located { () throws(BusArgumentError) in _ = try BusEncoding.value(literal, as: type, at: place) }
            return
        }
        switch template.content {
        case .literal: break
        case .placeholder(let placeholder):
            guard !placeholder.type.canFill(type) else { return }
            throw DefinitionError(
                template.location,
                "\(place): \(type.title) cannot be filled from \(placeholder.description), which is \(placeholder.type.phrase)"
            )
        case .text:
            guard !FieldType.string.canFill(type) else { return }
            throw DefinitionError(template.location, "\(place): \(type.title) cannot be filled from a text with placeholders in it")
        case .array(let elements): try check(elements, as: type, at: place, template.location)
        case .object(let members): try check(Array(members), as: type, at: place, template.location)
        }
    }

    private func check(
        _ elements: [ValueTemplate], as type: BusType, at place: ArgumentPlace, _ location: SourceLocation
    ) throws(DefinitionError) {
        let types: [BusType]
        switch type {
        case .array(.entry(let key, let value)):
            for (position, element) in elements.enumerated() {
                try checkPair(element, key: key, value: value, at: place.appending(position))
            }
            return
        case .array(let element): types = Array(repeating: element, count: elements.count)
        // Only an array of strings tells its type.
        case .variant: types = Array(repeating: .string, count: elements.count)
        case .structure(let members) where members.count == elements.count: types = members
        case .structure(let members):
            throw DefinitionError(location, BusEncoding.wrongMemberCount(elements.count, of: members, at: place).message)
        default: throw DefinitionError(location, "\(place): \(type.title) cannot be filled from an array")
        }
        for (position, (element, type)) in zip(elements, types).enumerated() {
            try check(element, as: type, at: place.appending(position))
        }
    }

    private func checkPair(_ pair: ValueTemplate, key: BusType, value: BusType, at place: ArgumentPlace) throws(DefinitionError) {
        switch pair.content {
        case .array(let pair) where pair.count == 2:
            try check(pair[0], as: key, at: place.appending(0))
            try check(pair[1], as: value, at: place.appending(1))
        case .placeholder: break
        default:
            throw DefinitionError(pair.location, "\(place): each entry of a dictionary written as an array is [key, value]")
        }
    }

    private func check(
        _ members: [(key: String, value: ValueTemplate)], as type: BusType, at place: ArgumentPlace, _ location: SourceLocation
    ) throws(DefinitionError) {
        let named = { (name: String) in members.first { $0.key == name }?.value }
        switch type {
        case .variant where named("@") != nil:
            guard let name = named("@"), case .string(let code)? = name.literalValue else {
                throw DefinitionError(location, "\(place)/@: the signature of a variant must be written out, without placeholders")
            }
            var content = BusType.variant
            try located { () throws(BusArgumentError) in
                content = try BusEncoding.explicitType(.string(code), memberNames: members.map(\.key), at: place)
            }
            if let value = named("value") { try check(value, as: content, at: place.appending("value")) }
        case .variant: try check(members, as: .dictionary, at: place, location)
        case .array(.entry(let key, let value)):
            for (name, member) in members {
                let place = place.appending(name)
                try located { () throws(BusArgumentError) in _ = try BusEncoding.key(name, as: key, at: place) }
                try check(member, as: value, at: place)
            }
        case .array(.byte) where members.count == 1 && named("base64") != nil:
            if let encoded = named("base64") { try check(encoded, as: .string, at: place.appending("base64")) }
        default: throw DefinitionError(location, "\(place): \(type.title) cannot be filled from an object")
        }
    }

    /// Places an error at the part of the file that it is about.
    private func located(_ encode: () throws(BusArgumentError) -> Void) throws(DefinitionError) {
        do { try encode() } catch {
            throw DefinitionError(location(of: error.place), error.message)
        }
    }

    private func location(of place: ArgumentPlace) -> SourceLocation {
        guard let first = place.steps.first.flatMap({ Int($0) }), arguments.indices.contains(first) else { return location }
        var template = arguments[first]
        for step in place.steps.dropFirst() {
            switch template.content {
            case .array(let elements):
                guard let position = Int(step), elements.indices.contains(position) else { return template.location }
                template = elements[position]
            case .object(let members):
                guard let member = members[step] else { return template.location }
                template = member
            case .literal, .placeholder, .text: return template.location
            }
        }
        return template.location
    }
}

extension FieldType {
    /// Whether some value of a field of this type fits the D-Bus type.
    func canFill(_ type: BusType) -> Bool {
        switch (self, type) {
        case (.any, _): true
        case (.array(let element), .variant): element.canFill(.string)
        case (_, .variant): true
        case (.string, .string), (.string, .objectPath), (.string, .signature): true
        case (.timestamp, .string): true
        case (.integer, _), (.number, _): type.isNumeric
        case (.boolean, .boolean): true
        case (.array(let element), .array(.entry)): element.canFill(.structure([]))
        case (.array(let element), .array(let expected)): element.canFill(expected)
        case (.array(let element), .structure(let members)): members.allSatisfy(element.canFill)
        case (.object, .array(.entry)), (.object, .array(.byte)): true
        default: false
        }
    }
}
