import DBus
import DeskbridgeCore

extension BusEncoding {
    /// The content of a variant: of the type that `{"@": "y", "value": 2}` names, or of the one that the value leaves no doubt about.
    static func variantContent(_ json: JSONValue, at place: ArgumentPlace) throws(BusArgumentError) -> BusValue {
        switch json {
        case .string: return .string(try string(json, at: place))
        case .bool(let flag): return .boolean(flag)
        case .integer(let number): return Int32(exactly: number).map(BusValue.int32) ?? .int64(number)
        case .decimal(let number):
            guard number.exponent < 0 else {
                throw ambiguous(
                    "an integer beyond 64 bits with a sign", write: #"{"@": "t", "value": …} or {"@": "d", "value": …}"#, at: place)
            }
            return try value(json, as: .double, at: place)
        case .array(let elements):
            if elements.isEmpty { throw ambiguous("an empty array", write: #"{"@": "as", "value": []}"#, at: place) }
            guard elements.allSatisfy({ $0.stringValue != nil }) else {
                throw ambiguous(
                    "an array of anything but strings", write: #"{"@": "ai", "value": […]} or {"@": "av", "value": […]}"#, at: place)
            }
            return .array(of: .string, try self.elements(json, as: .string, at: place))
        case .object(let members) where members["@"] != nil:
            let type = try explicitType(members["@"], memberNames: Array(members.keys), at: place)
            return try value(members["value"] ?? .null, as: type, at: place.appending("value"))
        case .object: return try value(json, as: .dictionary, at: place)
        case .null:
            throw BusArgumentError(
                .invalidArgument, at: place, #"D-Bus has no null: leave the entry out, or write a value such as {"@": "s", "value": ""}"#)
        }
    }

    /// The type that the member `@` names.
    static func explicitType(_ name: JSONValue?, memberNames: [String], at place: ArgumentPlace) throws(BusArgumentError) -> BusType {
        guard memberNames.count == 2, memberNames.contains("value") else {
            throw BusArgumentError(.invalidArgument, at: place, "an object with the member \"@\" has one other member, \"value\"")
        }
        let place = place.appending("@")
        guard case .string(let text)? = name else {
            throw BusArgumentError(.wrongType, at: place, "\"@\" is the signature of one type, as a string")
        }
        let signature: BusSignature
        do { signature = try BusSignature(text) } catch {
            throw BusArgumentError(.invalidArgument, at: place, "\"@\" is no signature: at character \(error.position), \(error.reason)")
        }
        guard let type = signature.types.first, signature.types.count == 1 else {
            throw BusArgumentError(
                .invalidArgument, at: place, "\"@\" names \(counted(signature.types.count, "type")); it must name one complete type")
        }
        if type.holdsDescriptor { throw descriptorRefused(at: place) }
        return type
    }

    private static func ambiguous(_ what: String, write: String, at place: ArgumentPlace) -> BusArgumentError {
        BusArgumentError(.invalidArgument, at: place, "\(what) does not tell its D-Bus type: write \(write)")
    }
}

extension BusType {
    /// What an object in a variant becomes: `a{sv}`.
    static let dictionary = BusType.array(.entry(key: .string, value: .variant))
}
