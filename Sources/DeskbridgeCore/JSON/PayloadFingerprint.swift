internal import Crypto

/// A SHA-256 over the meaning of a payload: member order and number spelling don't count, everything else does.
package struct PayloadFingerprint: Sendable, Hashable {
    package let bytes: [UInt8]

    package init(of payload: JSONValue) {
        var writer = JSONWriter(sortsMembers: true)
        writer.write(payload)
        bytes = Array(SHA256.hash(data: writer.bytes))
    }

    package init(bytes: [UInt8]) { self.bytes = bytes }
}
