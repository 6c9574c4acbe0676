/// Adds up what values take on the wire, and checks every rule for which libdbus would abort the process or drop the connection.
///
/// D-Bus Specification, "Marshaling (Wire Format)" and "Message Protocol".
struct MarshalledSize {
    static let longestArray = 64 << 20
    static let longestMessage = 128 << 20
    static let deepestNesting = 64

    /// Bytes so far, counted from a boundary of eight.
    private(set) var bytes = 0

    /// Checks all arguments of one message.
    /// - Parameter header: the texts in its header other than the signature.
    /// - Returns: their signature.
    /// - Throws: ``BusError`` of kind `invalid`.
    static func check(_ arguments: [BusValue], header: [String]) throws(BusError) -> BusSignature {
        let signature: BusSignature
        do { signature = try BusSignature(arguments.map(\.type)) } catch {
            throw .invalid("the arguments cannot be sent together: \(error)")
        }
        var size = MarshalledSize()
        for (argument, type) in zip(arguments, signature.types) { try size.add(argument, as: type) }
        try size.addHeader(header + [signature.text])
        return signature
    }

    /// - Parameter depth: how many containers stand around the value.
    /// - Throws: ``BusError`` of kind `invalid`.
    mutating func add(_ value: BusValue, as type: BusType, depth: Int = 0) throws(BusError) {
        if depth > Self.deepestNesting { throw .invalid("values are nested more than \(Self.deepestNesting) containers deep") }
        align(to: type.alignment)
        switch (value, type) {
        case (.byte, .byte): bytes += 1
        case (.int16, .int16), (.uint16, .uint16): bytes += 2
        case (.boolean, .boolean), (.int32, .int32), (.uint32, .uint32): bytes += 4
        case (.int64, .int64), (.uint64, .uint64), (.double, .double): bytes += 8
        case (.string(let text), .string):
            if text.utf8.contains(0) { throw .invalid("a string holds a NUL character") }
            addText(text)
        case (.objectPath(let path), .objectPath): addText(path.text)
        case (.signature(let signature), .signature): addSignature(signature)
        case (.unixFD, _): throw .invalid("an open file (h) cannot be sent")
        case (.bytes(let content), .array(.byte)): try addArray(of: .byte) { size throws(BusError) in size.bytes += content.count }
        case (.array(of: let element, let elements), .array(let expected)) where element == expected && element != .byte:
            try addArray(of: element) { size throws(BusError) in
                for value in elements { try size.add(value, as: element, depth: depth + 1) }
            }
        case (.structure(let members), .structure(let types)) where members.count == types.count:
            for (member, type) in zip(members, types) { try add(member, as: type, depth: depth + 1) }
        case (.entry(let key, let value), .entry(let keyType, let valueType)):
            try add(key, as: keyType, depth: depth + 1)
            try add(value, as: valueType, depth: depth + 1)
        case (.variant(let content), .variant):
            let type = content.type
            addSignature(try signature(of: type))
            try add(content, as: type, depth: depth + 1)
        default: throw .invalid("a value of type \(value.type.code) stands where \(type.code) is expected")
        }
        if bytes > Self.longestMessage { throw .invalid("the message is longer than 128 MiB") }
    }

    /// The header fields of a call take at most this much beside their texts: 16 bytes each, and the fixed part.
    mutating func addHeader(_ texts: [String]) throws(BusError) {
        bytes += 32 + texts.reduce(0) { $0 + 16 + $1.utf8.count }
        if bytes > Self.longestMessage { throw .invalid("the message is longer than 128 MiB") }
    }

    private mutating func align(to boundary: Int) { bytes = (bytes + boundary - 1) & ~(boundary - 1) }

    private mutating func addText(_ text: String) { bytes += 4 + text.utf8.count + 1 }

    private mutating func addSignature(_ signature: BusSignature) { bytes += 1 + signature.text.utf8.count + 1 }

    private mutating func addArray(
        of element: BusType, _ addElements: (inout MarshalledSize) throws(BusError) -> Void
    ) throws(BusError) {
        bytes += 4
        align(to: element.alignment)
        let start = bytes
        try addElements(&self)
        if bytes - start > Self.longestArray { throw .invalid("an array is longer than 64 MiB") }
    }

    private func signature(of type: BusType) throws(BusError) -> BusSignature {
        do { return try BusSignature([type]) } catch { throw .invalid("a variant cannot hold this type: \(error)") }
    }
}
