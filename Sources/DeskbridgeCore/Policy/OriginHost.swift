internal import Glibc

/// The one spelling browsers have for a host (WHATWG URL standard, "Host parsing" and "Host serializing").
enum OriginHost {
    /// - Parameter host: in lower case and ASCII; an IPv6 address in brackets.
    /// - Returns: nil if it is no host, or an IPv4 address not written as four decimal numbers.
    static func spelling(of host: Substring) -> String? {
        if host.hasPrefix("[") { return host.hasSuffix("]") ? ipv6Spelling(String(host.dropFirst().dropLast())) : nil }
        let name = host.hasSuffix(".") ? host.dropLast() : host
        let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard name.utf8.count <= 253, labels.allSatisfy(isLabel), let last = labels.last else { return nil }
        // A host whose last label is a number is an IPv4 address to browsers, whatever its form.
        guard isNumber(last) else { return String(name) }
        let isAddress = labels.count == 4 && labels.allSatisfy { $0.allSatisfy(\.isDigit) && UInt8(String(Substring($0))) != nil }
        let hasLeadingZero = labels.contains { $0.count > 1 && $0.first == UInt8(ascii: "0") }
        return isAddress && !hasLeadingZero ? String(name) : nil
    }

    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        (1...63).contains(label.count) && label.allSatisfy { $0.isLowercaseLetter || $0.isDigit || "-_".utf8.contains($0) }
    }

    private static func isNumber(_ label: Substring.UTF8View) -> Bool {
        if label.starts(with: "0x".utf8) {
            return label.dropFirst(2).allSatisfy { $0.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) }
        }
        return label.allSatisfy(\.isDigit)
    }

    private static func ipv6Spelling(_ text: String) -> String? {
        var address = in6_addr()
        guard inet_pton(AF_INET6, text, &address) == 1 else { return nil }
        let bytes = withUnsafeBytes(of: address) { Array($0) }
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        func written(_ part: ArraySlice<UInt16>) -> String { part.map { String($0, radix: 16) }.joined(separator: ":") }
        guard let zeros = longestZeros(in: groups) else { return "[\(written(groups[...]))]" }
        return "[\(written(groups[..<zeros.lowerBound]))::\(written(groups[zeros.upperBound...]))]"
    }

    /// The first of the longest runs of two or more zeros, which is written as `::` (RFC 5952 section 4.2).
    private static func longestZeros(in groups: [UInt16]) -> Range<Int>? {
        var longest: Range<Int>?
        var start = 0
        while start < groups.count {
            let end = groups[start...].firstIndex { $0 != 0 } ?? groups.count
            if end - start > longest?.count ?? 1 { longest = start..<end }
            start = max(end, start + 1)
        }
        return longest
    }
}

extension UInt8 {
    var isLowercaseLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }

    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
