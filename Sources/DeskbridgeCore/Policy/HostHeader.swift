/// The check of `Host` that keeps a web page from reaching the bridge through a name of its own (DNS rebinding).
package enum HostHeader {
    /// Whether the value is `127.0.0.1`, `[::1]` or `localhost`, in any case, with this port; on port 80 it may be without.
    ///
    /// The value must be one of these to the byte: browsers send no other spelling of them.
    package static func isOurs(_ value: String, port: Int) -> Bool {
        let bytes = value.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        return ["127.0.0.1", "[::1]", "localhost"].contains { name in
            bytes.elementsEqual("\(name):\(port)".utf8) || port == 80 && bytes.elementsEqual(name.utf8)
        }
    }
}
