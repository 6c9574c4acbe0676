/// The shapes of D-Bus names and addresses (D-Bus specification, "Valid Names" and "Server Addresses").
///
/// Only what a policy file says is checked here, so that a mistake is found when it loads. The target DBus, which this one cannot use,
/// checks what is sent.
enum BusNameShape {
    /// A well-known bus name such as `org.freedesktop.Notifications`. A unique name (`:1.42`) is none.
    static func isWellKnownName(_ text: some StringProtocol) -> Bool {
        isDotted(text) { isNameByte($0) || $0 == UInt8(ascii: "-") }
    }

    static func isInterface(_ text: some StringProtocol) -> Bool { isDotted(text, isNameByte) }

    static func isMember(_ text: some StringProtocol) -> Bool {
        text.utf8.count <= 255 && isElement(text.utf8.prefix(256), isNameByte)
    }

    /// One address of a Unix socket: `unix:path=/run/user/1000/bus`. A list of addresses is none.
    static func isUnixAddress(_ text: String) -> Bool {
        guard text.hasPrefix("unix:") else { return false }
        return text.dropFirst(5).split(separator: ",", omittingEmptySubsequences: false).allSatisfy { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 && isElement(parts[0].utf8[...], isNameByte) && isAddressValue(parts[1])
        }
    }

    private static func isDotted(_ text: some StringProtocol, _ isAllowed: (UInt8) -> Bool) -> Bool {
        guard text.utf8.count <= 255 else { return false }
        let elements = Array(text.utf8).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return elements.count >= 2 && elements.allSatisfy { isElement($0, isAllowed) }
    }

    private static func isElement(_ bytes: some Collection<UInt8>, _ isAllowed: (UInt8) -> Bool) -> Bool {
        guard let first = bytes.first, !first.isDigit else { return false }
        return bytes.allSatisfy(isAllowed)
    }

    private static func isAddressValue(_ text: Substring) -> Bool {
        var bytes = text.utf8[...]
        guard !bytes.isEmpty else { return false }
        while let byte = bytes.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let high = bytes.popFirst(), let low = bytes.popFirst(), isHexadecimal(high), isHexadecimal(low) else { return false }
            } else if !isNameByte(byte) && !"-/.\\*".utf8.contains(byte) {
                return false
            }
        }
        return true
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        byte.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }
}
