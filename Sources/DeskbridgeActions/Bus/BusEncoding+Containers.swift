import DBus
import DeskbridgeCore

extension BusEncoding {
    static func elements(_ json: JSONValue, as element: BusType, at place: ArgumentPlace) throws(BusArgumentError) -> [BusValue] {
        guard case .array(let elements) = json else { throw .wrongType(.array(element), takes: "an array", not: json, at: place) }
        var values: [BusValue] = []
        values.reserveCapacity(elements.count)
        for (position, item) in elements.enumerated() { values.append(try value(item, as: element, at: place.appending(position))) }
        return values
    }

    static func structure(_ json: JSONValue, of types: [BusType], at place: ArgumentPlace) throws(BusArgumentError) -> [BusValue] {
        guard case .array(let members) = json else {
            throw .wrongType(.structure(types), takes: "an array of its members", not: json, at: place)
        }
        guard members.count == types.count else { throw wrongMemberCount(members.count, of: types, at: place) }
        var values: [BusValue] = []
        for (position, (member, type)) in zip(members, types).enumerated() {
            values.append(try value(member, as: type, at: place.appending(position)))
        }
        return values
    }

    static func wrongMemberCount(_ count: Int, of types: [BusType], at place: ArgumentPlace) -> BusArgumentError {
        BusArgumentError(
            .invalidArgument, at: place,
            "\(BusType.structure(types).title) takes \(counted(types.count, "member")), but there \(count == 1 ? "is" : "are") \(count)")
    }

    /// Bytes as an array of integers, or `{"base64": "…"}`.
    static func bytes(_ json: JSONValue, at place: ArgumentPlace) throws(BusArgumentError) -> [UInt8] {
        if case .object(let members) = json {
            guard members.count == 1, let encoded = members["base64"] else {
                throw BusArgumentError(.invalidArgument, at: place, "bytes (ay) as an object have the one member \"base64\"")
            }
            let place = place.appending("base64")
            guard case .string(let text) = encoded else {
                throw BusArgumentError(.wrongType, at: place, "base64 is a string, not \(encoded.typePhrase)")
            }
            guard let bytes = Base64.bytes(text) else {
                throw BusArgumentError(.invalidArgument, at: place, "this is no base64 with its padding (RFC 4648, section 4)")
            }
            return bytes
        }
        guard case .array(let elements) = json else {
            throw .wrongType(.array(.byte), takes: "an array of integers or {\"base64\": \"…\"}", not: json, at: place)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(elements.count)
        for (position, element) in elements.enumerated() {
            if case .byte(let byte) = try value(element, as: .byte, at: place.appending(position)) { bytes.append(byte) }
        }
        return bytes
    }

    /// A dictionary as an object, or as an array of `[key, value]`.
    static func entries(
        _ json: JSONValue, key keyType: BusType, value valueType: BusType, at place: ArgumentPlace
    ) throws(BusArgumentError) -> [BusValue] {
        var entries: [BusValue] = []
        var keys: Set<BusValue> = []
        func add(_ key: BusValue, _ content: BusValue, at place: ArgumentPlace) throws(BusArgumentError) {
            guard keys.insert(key).inserted else {
                throw BusArgumentError(.invalidArgument, at: place, "this key stands twice in the dictionary")
            }
            entries.append(.entry(key: key, value: content))
        }
        switch json {
        case .object(let members):
            for (name, content) in members {
                let place = place.appending(name)
                try add(try self.key(name, as: keyType, at: place), try value(content, as: valueType, at: place), at: place)
            }
        case .array(let pairs):
            for (position, pair) in pairs.enumerated() {
                let place = place.appending(position)
                guard case .array(let pair) = pair, pair.count == 2 else {
                    throw BusArgumentError(.invalidArgument, at: place, "each entry of a dictionary written as an array is [key, value]")
                }
                let key = try value(pair[0], as: keyType, at: place.appending(0))
                try add(key, try value(pair[1], as: valueType, at: place.appending(1)), at: place)
            }
        default:
            throw .wrongType(
                .array(.entry(key: keyType, value: valueType)), takes: "an object or an array of [key, value]", not: json, at: place)
        }
        return entries
    }

    /// A key of the type that stands as the name of a member, where it can only be text.
    static func key(_ name: String, as type: BusType, at place: ArgumentPlace) throws(BusArgumentError) -> BusValue {
        let json: JSONValue
        switch type {
        case .boolean:
            guard let flag = Bool(name) else {
                throw BusArgumentError(.wrongType, at: place, "the keys of this dictionary are booleans: \"true\" or \"false\"")
            }
            json = .bool(flag)
        case _ where type.isNumeric:
            guard let number = JSONValue(number: name) else {
                throw BusArgumentError(.wrongType, at: place, "the keys of this dictionary are numbers: \(type.title) is expected")
            }
            json = number
        default: json = .string(name)
        }
        return try value(json, as: type, at: place)
    }
}
