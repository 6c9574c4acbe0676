import DBus
import DeskbridgeCore

/// Makes D-Bus values of JSON values, as a signature asks. Nothing is converted silently: what does not fit is refused with its place.
enum BusEncoding {
    static func values(_ arguments: [JSONValue], as signature: BusSignature) throws(BusArgumentError) -> [BusValue] {
        guard arguments.count == signature.types.count else { throw wrongCount(of: arguments.count, for: signature) }
        var values: [BusValue] = []
        for (position, (argument, type)) in zip(arguments, signature.types).enumerated() {
            values.append(try value(argument, as: type, at: ArgumentPlace.arguments.appending(position)))
        }
        return values
    }

    static func wrongCount(of count: Int, for signature: BusSignature) -> BusArgumentError {
        BusArgumentError(
            .invalidArgument, at: .arguments,
            "the signature \"\(signature)\" takes \(counted(signature.types.count, "argument")), but there \(count == 1 ? "is" : "are") \(count)"
        )
    }

    static func value(_ json: JSONValue, as type: BusType, at place: ArgumentPlace) throws(BusArgumentError) -> BusValue {
        switch type {
        case .byte: .byte(try integer(json, as: type, at: place))
        case .int16: .int16(try integer(json, as: type, at: place))
        case .uint16: .uint16(try integer(json, as: type, at: place))
        case .int32: .int32(try integer(json, as: type, at: place))
        case .uint32: .uint32(try integer(json, as: type, at: place))
        case .int64: .int64(try integer(json, as: type, at: place))
        case .uint64: .uint64(try integer(json, as: type, at: place))
        case .double: .double(try double(json, at: place))
        case .boolean: .boolean(try boolean(json, at: place))
        case .string: .string(try string(json, at: place))
        case .objectPath: .objectPath(try objectPath(json, at: place))
        case .signature: .signature(try signature(json, at: place))
        case .unixFD: throw descriptorRefused(at: place)
        case .variant: .variant(try variantContent(json, at: place))
        case .array(.byte): .bytes(try bytes(json, at: place))
        case .array(.entry(let key, let content)):
            .array(of: .entry(key: key, value: content), try entries(json, key: key, value: content, at: place))
        case .array(let element): .array(of: element, try elements(json, as: element, at: place))
        case .structure(let members): .structure(try structure(json, of: members, at: place))
        // Entries stand only in arrays, which are handled above.
        case .entry: throw BusArgumentError(.invalidArgument, at: place, "\(type.title) stands outside a dictionary")
        }
    }

    static func descriptorRefused(at place: ArgumentPlace) -> BusArgumentError {
        BusArgumentError(
            .invalidArgument, at: place,
            "an open file (h) cannot be passed: an action has none, and a number would name one of the bridge's own")
    }

    static func counted(_ count: Int, _ noun: String) -> String { "\(count == 0 ? "no" : "\(count)") \(noun)\(count == 1 ? "" : "s")" }
}

// MARK: Scalars

extension BusEncoding {
    private static func integer<Integer: FixedWidthInteger>(
        _ json: JSONValue, as type: BusType, at place: ArgumentPlace
    ) throws(BusArgumentError) -> Integer {
        let outOfRange = BusArgumentError(.outOfRange, at: place, "\(type.title) takes \(Integer.min) to \(Integer.max)")
        switch json {
        case .integer(let number):
            guard let integer = Integer(exactly: number) else { throw outOfRange }
            return integer
        case .decimal(let number):
            guard number.exponent >= 0 else {
                throw BusArgumentError(.wrongType, at: place, "\(type.title) takes an integer, not a number with a fraction")
            }
            // No type has more than 20 digits: the check keeps 1e9999 from being written out.
            guard number.digits.utf8.count + number.exponent <= 20, let integer = Integer(number.wholeText) else { throw outOfRange }
            return integer
        default: throw .wrongType(type, takes: "an integer", not: json, at: place)
        }
    }

    private static func double(_ json: JSONValue, at place: ArgumentPlace) throws(BusArgumentError) -> Double {
        guard let number = json.doubleValue else { throw .wrongType(.double, takes: "a number", not: json, at: place) }
        guard number.isFinite else {
            throw BusArgumentError(.outOfRange, at: place, "a double (d) takes numbers up to 1.8e308, of either sign")
        }
        return number
    }

    private static func boolean(_ json: JSONValue, at place: ArgumentPlace) throws(BusArgumentError) -> Bool {
        guard case .bool(let flag) = json else { throw .wrongType(.boolean, takes: "true or false", not: json, at: place) }
        return flag
    }

    static func string(_ json: JSONValue, at place: ArgumentPlace) throws(BusArgumentError) -> String {
        guard case .string(let text) = json else { throw .wrongType(.string, takes: "a string", not: json, at: place) }
        guard !text.utf8.contains(0) else {
            throw BusArgumentError(.invalidArgument, at: place, "a string (s) cannot hold the character U+0000")
        }
        return text
    }

    private static func objectPath(_ json: JSONValue, at place: ArgumentPlace) throws(BusArgumentError) -> ObjectPath {
        guard case .string(let text) = json else { throw .wrongType(.objectPath, takes: "a string", not: json, at: place) }
        do { return try ObjectPath(text) } catch {
            throw BusArgumentError(.invalidArgument, at: place, "this is no object path (o): \(error.reason)")
        }
    }

    private static func signature(_ json: JSONValue, at place: ArgumentPlace) throws(BusArgumentError) -> BusSignature {
        guard case .string(let text) = json else { throw .wrongType(.signature, takes: "a string", not: json, at: place) }
        do { return try BusSignature(text) } catch {
            throw BusArgumentError(.invalidArgument, at: place, "this is no signature (g): at character \(error.position), \(error.reason)")
        }
    }
}

extension JSONDecimal {
    /// The digits of a number without fraction.
    var wholeText: String { (isNegative ? "-" : "") + digits + String(repeating: "0", count: exponent) }
}
